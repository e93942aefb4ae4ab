from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.counters import Cell, Grain, counts, grain, total
from knowledge.spread.series import Kept, Series
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = 2 * 3600


def post(number: int, second: int, feeling: float | None, author: int | None) -> Signal:
    at = START + timedelta(seconds=second)
    return Signal(
        id=ThingId(f"signal/mastodon-{number}"),
        platform=ThingId("platform/mastodon"),
        feed=ThingId(f"feed/{number % 2}"),
        posted_at=at,
        received_at=at,
        text="the train is late again",
        author=None if author is None else ThingId(f"account/{author}"),
        reach=None if author is None else author * 10,
        scores=None if feeling is None else Scores(sentiment=feeling),
    )


POSTS = st.lists(
    st.builds(
        post,
        st.integers(0, 10**9),
        st.integers(0, SPAN - 1),
        st.one_of(st.none(), st.floats(-1, 1)),
        st.one_of(st.none(), st.integers(0, 5)),
    ),
    max_size=25,
    unique_by=lambda signal: signal.id,
)


def cell(posts: list[Signal]) -> Cell:
    found = Cell()
    for signal in posts:
        found.add(counted(signal))
    return found


def counted(signal: Signal) -> Grain:
    return grain(signal, frozenset({"en"}))


def series(posts: list[Signal]) -> Series:
    found = Series()
    newest = int(START.timestamp()) + SPAN
    for signal in posts:
        found.add(int(signal.posted_at.timestamp()), counted(signal), Kept.behind(newest))
    return found


@given(POSTS, POSTS)
def test_it_does_not_matter_which_of_two_sums_comes_first(
    one: list[Signal], other: list[Signal]
) -> None:
    assert total([cell(one), cell(other)]) == total([cell(other), cell(one)])


@given(POSTS, POSTS, POSTS)
def test_it_does_not_matter_which_sums_are_added_first(
    one: list[Signal], two: list[Signal], three: list[Signal]
) -> None:
    left = total([total([cell(one), cell(two)]), cell(three)])
    right = total([cell(one), total([cell(two), cell(three)])])
    assert left == right == cell([*one, *two, *three])


@given(POSTS)
def test_nothing_added_changes_nothing(posts: list[Signal]) -> None:
    assert total([cell(posts), Cell()]) == cell(posts)


@given(POSTS, st.integers(1, SPAN - 1))
def test_two_parts_of_a_window_merge_into_the_whole(posts: list[Signal], cut: int) -> None:
    first = int(START.timestamp())
    found = series(posts)
    parts = [found.between(first, first + cut - 1), found.between(first + cut, first + SPAN - 1)]
    whole = found.between(first, first + SPAN - 1)
    assert total(parts) == whole
    assert whole.sums == cell(posts).sums == counts(parts)


@given(POSTS, st.data())
def test_late_and_repeated_posts_leave_the_same_series(
    posts: list[Signal], data: st.DataObject
) -> None:
    first = int(START.timestamp())
    again = data.draw(st.lists(st.sampled_from(posts), max_size=5)) if posts else []
    shuffled = data.draw(st.permutations([*posts, *again]))
    whole = series(posts).between(first, first + SPAN - 1)
    assert series(list(shuffled)).between(first, first + SPAN - 1) == whole
