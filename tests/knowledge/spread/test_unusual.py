"""A feed's volume against its own last days: online, bounded, the same in any order of posts."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.feeds import FeedInfo
from knowledge.spread.series import HORIZON, QUARTER
from knowledge.spread.unusual import Unusual, judged
from knowledge.spread.windows import Windows
from ontology.identity import ThingId
from ontology.signals import Signal

HOUR = timedelta(hours=1)
LAST = 2_000
DAYS = HORIZON // QUARTER
FEED = ThingId("feed/listening")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def usual(first: int = LAST - DAYS, each: int = 40) -> dict[int, int]:
    chance = random.Random(7)  # noqa: S311 - for a test
    return {quarter: each + chance.randrange(-8, 9) for quarter in range(first, LAST)}


def burst(posts: dict[int, int], times: int, quarters: int = 4) -> dict[int, int]:
    recent = range(LAST - quarters, LAST)
    return posts | {quarter: posts[quarter] * times for quarter in recent}


def test_five_times_the_usual_hour_is_unusual() -> None:
    found = judged(burst(usual(), 5), LAST, HOUR)
    assert (found.unusual, found.lasting) == (True, HOUR)


def test_a_usual_hour_is_not_unusual() -> None:
    assert judged(usual(), LAST, HOUR) == Unusual(unusual=False)


def test_falling_volume_is_never_unusual() -> None:
    posts = usual() | dict.fromkeys(range(LAST - 8, LAST), 1)
    assert judged(posts, LAST, HOUR).unusual is False


def test_nobody_can_tell_before_a_day_was_heard() -> None:
    assert judged(burst(usual(LAST - 92), 5), LAST, HOUR).values() == {}
    assert judged(burst(usual(LAST - 104), 5), LAST, HOUR).unusual is True


def test_nobody_can_tell_of_a_feed_that_fell_silent() -> None:
    posts = {quarter: count for quarter, count in usual().items() if quarter < LAST - 12}
    assert judged(posts, LAST, HOUR).unusual is None


def test_a_gap_is_no_quiet_time_after_which_the_usual_is_a_burst() -> None:
    posts = {q: n for q, n in usual().items() if not LAST - 200 <= q < LAST - 4}
    assert judged(posts, LAST, HOUR).unusual is False


def test_hours_without_posts_count_where_the_feed_may_be_silent_so_long() -> None:
    posts = {q: 9 if q % 48 < 4 else 0 for q in range(LAST - DAYS, LAST)}
    assert judged(posts | {LAST - 1: 9}, LAST, timedelta(days=1)).unusual is not None


def test_nothing_that_comes_later_counts() -> None:
    later = usual() | dict.fromkeys(range(LAST, LAST + 40), 5_000)
    assert judged(later, LAST, HOUR) == judged(usual(), LAST, HOUR)


def test_nothing_older_than_eight_days_counts() -> None:
    older = usual() | dict.fromkeys(range(LAST - DAYS - 400, LAST - DAYS), 5_000)
    assert judged(older, LAST, HOUR) == judged(usual(), LAST, HOUR)


def heard(windows: Windows, minutes: list[int]) -> None:
    windows.apply(
        [
            Signal(
                id=ThingId(f"signal/x-{number}-{minute}"),
                platform=ThingId("platform/forum"),
                feed=FEED,
                posted_at=START + timedelta(minutes=minute),
                received_at=START + timedelta(minutes=minute),
                text="late",
            )
            for number, minute in enumerate(minutes)
        ],
        [],
    )


def fact(windows: Windows, at: datetime) -> dict[str, object]:
    (row,) = windows.feeds(at)
    return row


def test_the_feed_fact_says_so_and_for_how_long() -> None:
    windows = Windows([FeedInfo(id=FEED)])
    heard(windows, [*range(0, 2 * 1_440, 2), *[1_440 * 2 - 30] * 400])
    row = fact(windows, START + timedelta(days=2))
    assert (row["unusual"], row["unusual_for"]) == (True, HOUR)


def test_a_stalled_feed_says_nothing_of_its_volume() -> None:
    windows = Windows([FeedInfo(id=FEED)])
    heard(windows, [*range(0, 2 * 1_440, 2)])
    assert "unusual" not in fact(windows, START + timedelta(days=2, hours=3))


def test_a_late_post_is_counted_although_its_hour_was_judged() -> None:
    windows, at = Windows([FeedInfo(id=FEED)]), START + timedelta(days=2)
    heard(windows, [*range(0, 2 * 1_440, 2)])
    before = fact(windows, at)["unusual"]
    heard(windows, [1_440 * 2 - 31 for _ in range(400)])
    assert (before, fact(windows, at)["unusual"]) == (False, True)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60), st.randoms())
def test_order_grouping_and_repetition_change_nothing(
    minutes: list[int], chance: random.Random
) -> None:
    at = START + timedelta(minutes=3_001)
    together, apart = Windows([FeedInfo(id=FEED)]), Windows([FeedInfo(id=FEED)])
    signals = [*enumerate(minutes)]
    heard(together, minutes)
    chance.shuffle(signals)
    for number, minute in [*signals, *signals[:3]]:
        posted = START + timedelta(minutes=minute)
        apart.apply(
            [
                Signal(
                    id=ThingId(f"signal/x-{number}-{minute}"),
                    platform=ThingId("platform/forum"),
                    feed=FEED,
                    posted_at=posted,
                    received_at=posted,
                    text="late",
                )
            ],
            [],
        )
        fact(apart, at)
    assert fact(together, at) == fact(apart, at)
