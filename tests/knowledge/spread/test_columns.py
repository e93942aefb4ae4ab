"""Posts as columns count as posts do one by one, for whoever adds them up, in any grouping."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.assignment import IncidentScope
from knowledge.spread.columns import Columns
from knowledge.spread.counters import Cell, counts, grain, total
from knowledge.spread.feeds import FeedInfo
from knowledge.spread.sampling import MOST
from knowledge.spread.series import DETAIL, QUARTER, Kept, Series
from knowledge.spread.sketches import Sketch, assigned, digest_of, unpacked
from knowledge.spread.windows import Windows
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EPOCH = int(START.timestamp())
TRAIN, FENCE = ThingId("incident/train"), ThingId("geofence/quay")
SCOPES = [IncidentScope(id=TRAIN, topics=("train",)), IncidentScope(id=ThingId("incident/x"))]
EN = frozenset({"en"})


def post(
    number: int, second: float, author: int | None, words: str, irony: float | None = None
) -> Signal:
    at = START + timedelta(seconds=second)
    return Signal(
        id=ThingId(f"signal/mastodon-{number}"),
        platform=ThingId(f"platform/{number % 2}"),
        feed=ThingId(f"feed/{number % 3}"),
        posted_at=at,
        received_at=at + timedelta(seconds=number % 5 - 1, microseconds=number % 999),
        text=words,
        author=None if author is None else ThingId(f"account/{author}"),
        share_of="AP" if number % 7 == 0 else None,
        language=("en", "es", None)[number % 3],
        region=ThingId("region/nyc") if number % 4 == 0 else None,
        reach=None if author is None else author * 100,
        scores=None if irony is None else Scores(sentiment=irony - 0.5, irony=irony),
        fences=(FENCE,) if number % 5 == 0 else (),
    )


POSTS = st.lists(
    st.builds(
        post,
        st.integers(0, 10**9),
        st.one_of(st.integers(0, 40), st.integers(0, 9 * 86_400)),
        st.none() | st.integers(0, 6),
        st.sampled_from(["the train is late again today", "calm", "late train, we wait and wait"]),
        st.none() | st.floats(0, 1),
    ),
    max_size=30,
    unique_by=lambda signal: signal.id,
)


def taken(groups: Sequence[Sequence[Signal]]) -> Windows:
    windows = Windows([FeedInfo(id=ThingId("feed/0"))])
    for group in groups:
        sketch = Sketch.of(group, SCOPES)
        windows.take(sketch.posts, sketch.assigned, SCOPES)
    return windows


@settings(max_examples=60, deadline=None)
@given(POSTS, st.data())
def test_posts_taken_in_any_groups_count_as_posts_applied_one_by_one(
    posts: list[Signal], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(posts))
    cut = data.draw(st.integers(0, len(posts)))
    plain, grouped = (
        Windows([FeedInfo(id=ThingId("feed/0"))]),
        taken([shuffled[:cut], shuffled[cut:]]),
    )
    plain.apply(posts, SCOPES)
    at = max((signal.posted_at for signal in posts), default=START) + timedelta(seconds=1)
    for incident in (None, TRAIN):
        assert grouped.spread(incident, at) == plain.spread(incident, at)
    assert grouped.coverage(at) == plain.coverage(at)
    assert grouped.feeds(at) == plain.feeds(at)


@settings(deadline=None)
@given(POSTS)
def test_a_sketch_reads_back_as_it_was(posts: list[Signal]) -> None:
    sketch = Sketch.of(posts, SCOPES)
    back = unpacked(sketch.packed())
    assert back is not None
    assert (back.scopes, back.posts.names) == (sketch.scopes, sketch.posts.names)
    for name, column in sketch.posts.arrays().items():
        assert np.array_equal(back.posts.arrays()[name], column), name
    for mine, theirs in ((sketch.assigned, back.assigned), (sketch.fenced, back.fenced)):
        assert {k: v.tolist() for k, v in mine.items()} == {
            k: v.tolist() for k, v in theirs.items()
        }


def test_a_sketch_made_for_other_models_is_worked_out_again() -> None:
    packed = Sketch.of([post(1, 0, 1, "a train")], SCOPES).packed()
    assert unpacked(packed, frozenset({"en", "es"})) is None


def test_scopes_have_one_digest_in_any_order_and_another_when_one_changes() -> None:
    changed = [SCOPES[0], IncidentScope(id=ThingId("incident/x"), since=START)]
    assert digest_of(SCOPES) == digest_of(SCOPES[::-1]) != digest_of(changed)


def test_only_posts_in_scope_are_assigned() -> None:
    posts = [post(1, 0, 1, "a train"), post(2, 0, 1, "a bus"), post(3, 0, 1, "Train!")]
    assert {name: rows.tolist() for name, rows in assigned(posts, SCOPES).items()} == {
        TRAIN: [0, 2]
    }


def crowd(many: int, second: int, first: int = 0) -> list[Signal]:
    words = "number {} of the crowd says something of its own here {}"
    return [
        post(first + n, second, first + n, words.format(first + n, 7 * n)) for n in range(many)
    ]


def series(groups: Sequence[Sequence[Signal]]) -> Series:
    found, kept = Series(), Kept.behind(EPOCH + QUARTER)
    for group in groups:
        columns = Columns.of(group, EN)
        found.take(columns, np.arange(len(group)), kept)
    return found


def test_a_flood_is_kept_small_and_its_order_and_grouping_change_nothing() -> None:
    posts = [one for second in range(5) for one in crowd(1_500, second, 1_500 * second)]
    one, other = series([posts]), series([posts[4_000:], posts[2_000:4_000][::-1], posts[:2_000]])
    whole = one.between(EPOCH - 2, EPOCH + 10)
    assert other.between(EPOCH - 2, EPOCH + 10) == whole
    assert len(whole.authors.kept) <= MOST
    assert whole.sums == counts(
        [Cell(sums=[*map(sum, zip(*(grain(s, EN).sums for s in posts), strict=True))])]
    )
    assert abs(whole.authors.many / len(posts) - 1) < 0.15
    parts = [one.between(EPOCH + at, EPOCH + at) for at in range(-1, 9)]
    assert sum(len(part.authors.kept) for part in parts) <= 3 * MOST
    assert total(parts) == whole


def test_authors_and_reach_of_a_flood_are_near_the_truth_and_the_farthest_exact() -> None:
    posts = [one for second in range(4) for one in crowd(2_000, second, 2_000 * second)]
    whole = series([posts]).between(EPOCH - 2, EPOCH + 10)
    true = [signal.reach or 0 for signal in posts]
    assert abs(sum(whole.authors.sizes()) / sum(true) - 1) < 0.1
    assert whole.authors.largest == max(true)


def test_seconds_older_than_the_detail_leave_their_sums_only() -> None:
    found = Series()
    columns = Columns.of(crowd(10, 0), EN)
    found.take(columns, np.arange(10), Kept.behind(EPOCH + DETAIL + QUARTER))
    assert found.between(EPOCH - QUARTER, EPOCH + QUARTER - 1).sums[0] in {0, 10}
    assert not found.between(EPOCH, EPOCH + 5).authors.kept
