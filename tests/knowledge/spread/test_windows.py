from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.assignment import IncidentScope
from knowledge.spread.baselines import Prior
from knowledge.spread.feeds import FeedInfo
from knowledge.spread.simulation import Talk, exponential, simulate
from knowledge.spread.windows import WINDOWS, Windows
from ontology.facts import Origin, catalogue
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRAIN = ThingId("incident/train")
FEED = ThingId("feed/listening")
PLATFORM = ThingId("platform/mastodon")
SCOPES = [IncidentScope(id=TRAIN, topics=("train",))]
FULL = FeedInfo(id=FEED, platform=PLATFORM)


def post(  # noqa: PLR0913 - a post has many sides
    number: int,
    at: datetime,
    text: str = "the train is late again",
    *,
    author: str | None = None,
    reach: int | None = None,
    share_of: str | None = None,
    scores: Scores | None = None,
    received: datetime | None = None,
    language: str | None = None,
) -> Signal:
    return Signal(
        id=ThingId(f"signal/mastodon-{number}"),
        platform=PLATFORM,
        feed=FEED,
        posted_at=at,
        received_at=received or at,
        text=text,
        author=None if author is None else ThingId(f"account/{author}"),
        reach=reach,
        share_of=share_of,
        scores=scores,
        language=language,
    )


def steady(first: datetime, last: datetime, each: timedelta, offset: int = 0) -> list[Signal]:
    count = int((last - first) / each)
    return [post(offset + k, first + k * each) for k in range(count)]


def window(windows: Windows, at: datetime, key: str = "PT1H") -> dict[str, object]:
    values = {each["window"]: each for each in windows.spread(TRAIN, at)}
    return values[key]


def folded(batches: Iterable[Sequence[Signal]], feeds: Sequence[FeedInfo] = (FULL,)) -> Windows:
    windows = Windows(feeds)
    for batch in batches:
        windows.apply(batch, SCOPES)
    return windows


PROBABILITY = st.one_of(st.none(), st.floats(0, 1))
POSTS = st.lists(
    st.builds(
        post,
        st.integers(0, 10**9),
        st.integers(0, 12 * 86_400).map(lambda s: START + timedelta(seconds=s)),
        st.sampled_from(["the train is late again", "what a fine day it is", "late train"]),
        author=st.sampled_from([None, "ada", "ben", "cy"]),
        reach=st.sampled_from([None, 0, 10, 5000]),
        share_of=st.sampled_from([None, "AP"]),
        scores=st.one_of(
            st.none(),
            st.builds(
                Scores,
                sentiment=st.one_of(st.none(), st.floats(-1, 1)),
                negative=PROBABILITY,
                frustration=PROBABILITY,
                irony=PROBABILITY,
            ),
        ),
    ),
    max_size=30,
    unique_by=lambda signal: signal.id,
)


@settings(max_examples=50, deadline=None)
@given(POSTS, st.data())
def test_order_partition_and_repetition_of_posts_change_nothing(
    posts: list[Signal], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(posts), max_size=10)) if posts else []
    shuffled = data.draw(st.permutations([*posts, *again]))
    cut = data.draw(st.integers(0, len(shuffled)))
    at = max((signal.posted_at for signal in posts), default=START)
    one, other = folded([posts]), folded([shuffled[:cut], shuffled[cut:]])
    for incident in (None, TRAIN):
        assert one.spread(incident, at) == other.spread(incident, at)
    assert one.coverage(at) == other.coverage(at)
    assert one.feeds(at) == other.feeds(at)


@settings(max_examples=50, deadline=None)
@given(POSTS, st.integers(0, 3600))
def test_what_is_posted_later_is_not_looked_at(posts: list[Signal], back: int) -> None:
    newest = max((signal.posted_at for signal in posts), default=START)
    at = newest - timedelta(seconds=back)
    known = [signal for signal in posts if signal.posted_at <= at]
    full, then = folded([posts]).spread(TRAIN, at), folded([known]).spread(TRAIN, at)
    for one, other in zip(full, then, strict=True):
        assert one.get("volume") == other.get("volume")
        assert one.get("negative_share") == other.get("negative_share")
        assert one.get("reach") == other.get("reach")


@settings(max_examples=50, deadline=None)
@given(POSTS)
def test_every_figure_fits_the_shapes_of_its_fact(posts: list[Signal]) -> None:
    at = max((signal.posted_at for signal in posts), default=START)
    windows, origin = folded([posts]), Origin(source="window", ref="test")
    for values in chain(windows.spread(TRAIN, at), windows.spread(None, at)):
        catalogue().fact("spread", values, origin)
    catalogue().fact("coverage", windows.coverage(at), origin)
    for values in windows.feeds(at):
        catalogue().fact("feed", values, origin)


def test_each_window_counts_its_own_stretch_up_to_now() -> None:
    windows = folded([steady(START, START + timedelta(hours=24), timedelta(minutes=1))])
    at = START + timedelta(hours=24) - timedelta(seconds=1)
    assert {key: window(windows, at, key)["volume"] for key in WINDOWS} == {
        "PT15M": 15,
        "PT1H": 60,
        "P1D": 1440,
    }


def test_a_post_counts_in_the_second_in_which_it_is_posted() -> None:
    windows = folded([[post(1, START)]])
    assert window(windows, START)["volume"] == 1
    assert window(windows, START - timedelta(seconds=1))["volume"] == 0
    assert window(windows, START + timedelta(hours=1))["volume"] == 0


def test_a_late_post_counts_when_it_was_posted() -> None:
    late = post(2, START, received=START + timedelta(hours=5))
    windows = folded([[post(1, START + timedelta(hours=5))], [late]])
    assert window(windows, START + timedelta(minutes=1))["volume"] == 1


def test_a_post_of_a_clock_that_runs_ahead_counts_when_it_was_received() -> None:
    ahead = post(1, START + timedelta(days=400), received=START)
    windows = folded([[ahead, post(2, START)]])
    assert window(windows, START)["volume"] == 2


def test_an_incident_opened_late_is_counted_when_its_posts_are_applied_again() -> None:
    windows = Windows([FULL])
    posts = steady(START, START + timedelta(hours=1), timedelta(minutes=5))
    windows.apply(posts, [])
    windows.apply(posts, SCOPES)
    at = START + timedelta(minutes=59)
    assert window(windows, at)["volume"] == 12
    assert windows.spread(None, at)[1]["volume"] == 12


def test_the_usual_is_the_median_of_the_same_hour_on_earlier_days() -> None:
    calm = [steady(START + timedelta(days=d), START + timedelta(days=d + 1), timedelta(minutes=6),
                   d * 1000) for d in range(7)]  # fmt: skip
    surge = steady(START + timedelta(days=7), START + timedelta(days=7, hours=1),
                   timedelta(seconds=60), 10**6)  # fmt: skip
    windows = folded([*calm, surge])
    values = window(windows, START + timedelta(days=7, minutes=59, seconds=59))
    assert values["baseline"] == pytest.approx(10, rel=0.2)
    assert values["excess"] == pytest.approx(6, rel=0.2)
    assert values["confidence"] == "observed"


def test_a_crisis_in_the_past_does_not_move_the_usual() -> None:
    calm = steady(START, START + timedelta(days=7), timedelta(minutes=6))
    crisis = steady(START + timedelta(days=2), START + timedelta(days=2, hours=6),
                    timedelta(seconds=5), 10**6)  # fmt: skip
    at = START + timedelta(days=7)
    with_crisis = window(folded([calm, crisis]), at)["baseline"]
    assert with_crisis == pytest.approx(window(folded([calm]), at)["baseline"], rel=0.1)


def test_without_history_the_declared_prior_is_usual_and_confidence_is_lower() -> None:
    windows = Windows([FULL], prior=Prior(posts_per_hour=12))
    windows.apply(steady(START, START + timedelta(hours=1), timedelta(minutes=1)), SCOPES)
    values = window(windows, START + timedelta(minutes=59, seconds=59))
    assert (values["baseline"], values["confidence"]) == (12, "likely")


def test_velocity_is_the_growth_rate_of_an_exponential() -> None:
    windows, moment, number = Windows([FULL]), START - timedelta(hours=1), 0
    posts = []
    while moment < START + timedelta(hours=1):
        posts.append(post(number, moment))
        hours = (moment - START) / timedelta(hours=1)
        moment += timedelta(hours=1) / (2000 * 2**hours)
        number += 1
    windows.apply(posts, SCOPES)
    values = window(windows, START + timedelta(hours=1) - timedelta(seconds=1))
    assert values["velocity"] == pytest.approx(0.693, abs=0.02)


def test_too_few_posts_have_no_velocity() -> None:
    windows = folded([[post(0, START - timedelta(hours=2)), post(1, START)]])
    assert "velocity" not in window(windows, START)


def test_a_stalled_feed_is_not_falling_volume() -> None:
    windows = folded([steady(START, START + timedelta(hours=3), timedelta(minutes=1))])
    at = START + timedelta(hours=4, minutes=30)
    assert windows.feeds(at)[0]["status"] == "stalled"
    values = window(windows, at)
    assert "velocity" not in values
    assert values["confidence"] == "unknown"


def test_a_feed_that_was_never_heard_is_missing() -> None:
    values = Windows([FULL]).feeds(START)[0]
    assert values["status"] == "missing"
    assert "age" not in values


def test_a_sampled_feed_withholds_virality_and_is_never_observed() -> None:
    posts = steady(START, START + timedelta(hours=2), timedelta(seconds=5))
    sampled = FeedInfo(id=FEED, platform=PLATFORM, sampling_rate=0.1)
    values = window(folded([posts], [sampled]), START + timedelta(hours=2))
    assert values["virality_known"] is False
    assert "virality" not in values
    assert (values["sampling_rate"], values["confidence"]) == (0.1, "likely")


def test_the_rate_of_two_feeds_weighs_what_their_posts_stand_for() -> None:
    other = ThingId("feed/other")
    windows = Windows([FULL, FeedInfo(id=other, sampling_rate=0.1)])
    windows.apply(
        [post(1, START), replace(post(2, START), feed=other)],
        SCOPES,
    )  # fmt: skip
    assert window(windows, START)["sampling_rate"] == pytest.approx(2 / 11)


def test_shares_are_of_the_posts_that_were_judged() -> None:
    posts = [
        post(1, START, scores=Scores(sentiment=-0.9, negative=0.9, frustration=0.8, irony=0.1)),
        post(2, START, scores=Scores(sentiment=0.5, negative=0.1, frustration=0.2)),
        post(3, START),
    ]
    values = window(folded([posts]), START)
    assert values["judged_share"] == pytest.approx(2 / 3)
    assert (values["negative_share"], values["frustration_share"]) == (0.5, 0.5)
    assert values["irony_share"] == 0
    assert "betrayal_share" not in values


def test_nothing_judged_is_not_nothing_found() -> None:
    values = window(folded([[post(1, START)]]), START)
    assert values["judged_share"] == 0
    assert not {"negative_share", "sentiment_shift", "urgency_share"} & set(values)


def test_a_worse_feeling_shifts_below_zero() -> None:
    calm = [post(k, START - timedelta(hours=2), scores=Scores(sentiment=0.2)) for k in range(200)]
    angry = [post(10**6 + k, START, scores=Scores(sentiment=-0.8)) for k in range(50)]
    shift = window(folded([calm, angry]), START)["sentiment_shift"]
    assert isinstance(shift, float)
    assert shift < -1


def test_each_author_is_counted_once_with_the_largest_reach() -> None:
    posts = [
        post(1, START, author="ada", reach=100),
        post(2, START, author="ada", reach=300),
        post(3, START, author="ben", reach=100),
    ]
    values = window(folded([posts]), START)
    assert (values["authors"], values["reach"], values["author_concentration"]) == (2, 400, 0.75)


def test_the_same_words_of_different_accounts_are_copies_and_shares_are_not() -> None:
    words = "boycott this railway right now"
    posts = [
        post(1, START, words, author="ada"),
        post(2, START, words.upper() + "!!", author="ben"),
        post(3, START, "the train was on time today", author="cy"),
        post(4, START, words, author="dee", share_of="ada"),
        post(5, START, "the train was on time today", author="cy"),
    ]
    scopes = [IncidentScope(id=TRAIN, platforms=(PLATFORM,))]
    windows = Windows([FULL])
    windows.apply(posts, scopes)
    values = window(windows, START)
    assert values["duplicate_share"] == pytest.approx(2 / 3)
    assert values["share_ratio"] == pytest.approx(1 / 5)


def test_without_authors_nothing_is_said_of_them() -> None:
    values = window(folded([[post(1, START)]]), START)
    assert not {"authors", "reach", "author_concentration", "duplicate_share"} & set(values)


def test_coverage_counts_what_could_not_be_judged_located_or_understood() -> None:
    posts = [
        post(1, START, language="en", scores=Scores(sentiment=0.0)),
        replace(post(2, START, language="fi"), derived_region=ThingId("region/fi")),
    ]
    values = folded([posts]).coverage(START, newest=START + timedelta(seconds=30))
    assert values == {
        "window_lag": timedelta(seconds=30),
        "unjudged_share": 0.5,
        "unscored_share": 0.0,
        "unsupported_share": 0.5,
        "unlocated_share": 1.0,
        "derived_share": 0.5,
    }


def test_memory_is_bounded_by_the_horizon() -> None:
    windows = Windows([FULL])
    for day in range(30):
        begin = START + timedelta(days=day)
        windows.apply(
            steady(begin, begin + timedelta(days=1), timedelta(minutes=10), day * 1000), SCOPES
        )
    series = windows._all  # noqa: SLF001 - what is held can't be seen from outside
    assert len(series.quarters) <= 8 * 96 + 1
    assert len(series._seen) <= 8 * 144 + 1  # noqa: SLF001 - as above


def test_a_window_whose_seconds_are_forgotten_says_that_it_is_unknown() -> None:
    windows = folded([steady(START, START + timedelta(days=4), timedelta(minutes=10))])
    values = window(windows, START + timedelta(hours=2))
    assert values == {
        "window": "PT1H",
        "incident": TRAIN,
        "virality_known": False,
        "confidence": "unknown",
    }


def test_a_full_feed_of_contagious_posts_shows_its_virality() -> None:
    talk = Talk(factor=0.8, rate=0.02, delays=exponential(20))
    times = simulate(np.random.default_rng(1), talk, 86_400)
    posts = [post(k, START + timedelta(seconds=float(at))) for k, at in enumerate(times)]
    rows = folded([posts]).spread(TRAIN, START + timedelta(days=1))
    assert all(values["virality_known"] for values in rows)
    assert len({values["virality"] for values in rows}) == 1
    assert rows[0]["virality"] == pytest.approx(0.8, abs=0.1)


def test_virality_is_worked_out_after_the_windows_are_let_go_of() -> None:
    posts = steady(START, START + timedelta(hours=2), timedelta(seconds=5))
    windows, at = folded([posts]), START + timedelta(hours=2)
    heard = windows.listen(TRAIN, at)
    assert all("virality_known" not in each.values for each in heard)
    windows.apply([post(10**8, at - timedelta(seconds=30))], SCOPES)
    completed = [each.complete() for each in heard]
    assert [each["volume"] for each in completed] == [179, 719, 1440]
    assert all("virality_known" in each for each in completed)


def test_virality_is_estimated_once_for_the_same_posts() -> None:
    posts = steady(START, START + timedelta(hours=2), timedelta(seconds=5))
    windows, at = folded([posts]), START + timedelta(hours=2)
    first = [each.question for each in windows.listen(TRAIN, at)]
    windows.spread(TRAIN, at)
    again = [each.question for each in windows.listen(TRAIN, at + timedelta(seconds=1))]
    assert all(each is not None and each.found is None for each in first)
    assert all(each is not None and each.found is not None for each in again)


def test_two_feeds_of_which_one_is_a_sample_show_no_virality() -> None:
    posts = steady(START, START + timedelta(hours=2), timedelta(seconds=5))
    other = ThingId("feed/other")
    mixed = [replace(each, feed=other) if k % 2 else each for k, each in enumerate(posts)]
    feeds = [FULL, FeedInfo(id=other, sampling_rate=0.5)]
    heard = folded([mixed], feeds).listen(TRAIN, START + timedelta(hours=2))
    assert all(each.question is None for each in heard)


def test_pace_mood_and_reach_come_with_what_they_lie_between() -> None:
    posts = [
        post(
            k,
            START + timedelta(seconds=30 * k),
            author=f"a{k}",
            reach=100 + k,
            scores=Scores(sentiment=(k % 7) / 10 - 0.5),
        )
        for k in range(240)
    ]
    values = window(folded([posts]), START + timedelta(hours=2))
    for name in ("velocity", "sentiment_shift", "reach"):
        low, found, high = (values[each] for each in (f"{name}_low", name, f"{name}_high"))
        assert isinstance(low, (int, float))
        assert isinstance(found, (int, float))
        assert isinstance(high, (int, float))
        assert low < found < high


def test_a_burst_of_minutes_shows_no_virality() -> None:
    posts = steady(START, START + timedelta(minutes=10), timedelta(seconds=1))
    values = window(folded([posts]), START + timedelta(hours=1))
    assert values["virality_known"] is False


def test_evenly_spaced_posts_are_not_viral() -> None:
    posts = steady(START, START + timedelta(hours=2), timedelta(seconds=5))
    values = window(folded([posts]), START + timedelta(hours=2))
    assert values.get("virality", 0.0) == pytest.approx(0, abs=0.1)
