"""A quota holds in every window, whatever is wished for, and is not left unused."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loaders.breaker import COOLS_AT_MOST, FAILURES, Breaker, State
from loaders.pacing import Bucket, Quota, minutes_left

START = datetime(2026, 11, 23, 15, tzinfo=UTC)
QUOTAS = st.builds(
    Quota,
    requests=st.integers(1, 400),
    window=st.integers(10, 3_600).map(lambda seconds: timedelta(seconds=seconds)),
)


def asked(quota: Quota, rests: list[float]) -> list[datetime]:
    """When requests start, if one is wished for after each rest."""
    bucket, now, found = Bucket.full(quota, START), START, list[datetime]()
    for rest in rests:
        now += timedelta(seconds=rest)
        while (wait := bucket.wait(quota, now)) > 0:
            now += timedelta(seconds=max(wait, 0.001))
        bucket = bucket.spent(quota, now)
        found.append(now)
    return found


@given(QUOTAS, st.lists(st.floats(0, 120), max_size=300))
def test_no_window_has_more_requests_than_the_quota(quota: Quota, rests: list[float]) -> None:
    times = asked(quota, rests)
    for place, start in enumerate(times):
        within = sum(one < start + quota.window for one in times[place:])
        assert within <= quota.requests


@given(QUOTAS)
def test_the_quota_is_used_to_nine_tenths_where_all_of_it_is_wished_for(quota: Quota) -> None:
    times = asked(quota, [0.0] * (3 * quota.requests))
    spent = (times[-1] - times[0]).total_seconds()
    assert spent <= 3.4 * quota.window.total_seconds()


@given(QUOTAS, st.integers(1, 7_200))
def test_a_clock_that_goes_back_gives_nothing_away(quota: Quota, seconds: int) -> None:
    bucket = Bucket.full(quota, START).spent(quota, START)
    earlier = START - timedelta(seconds=seconds)
    assert bucket.filled(quota, earlier).tokens <= bucket.tokens
    assert bucket.wait(quota, earlier) >= seconds


@given(st.integers(0, 1_000), st.integers(0, 1_000), st.integers(1, 3_600), st.integers(1, 3_600))
def test_minutes_left_are_fewer_than_those_until_the_count_begins_anew(
    remaining: int, used: int, over: int, reset: int
) -> None:
    left = minutes_left(
        remaining=remaining,
        used=used,
        over=timedelta(seconds=over),
        until_reset=timedelta(seconds=reset),
    )
    assert left is None or 0 <= left < reset / 60
    if used and not remaining:
        assert left == 0


@given(st.lists(st.booleans(), max_size=60))
def test_a_breaker_opens_after_failures_in_a_row_only(outcomes: list[bool]) -> None:
    breaker, row, now = Breaker(), 0, START
    for good in outcomes:
        if breaker.until is not None:
            assert row >= FAILURES
            assert breaker.state(now) is State.OPEN
            assert breaker.until - now <= COOLS_AT_MOST
            now = breaker.until
            assert breaker.state(now) is State.HALF_OPEN
        breaker = breaker.succeeded() if good else breaker.failed(now)
        row = 0 if good else row + 1
    assert row < FAILURES or breaker.until is not None
