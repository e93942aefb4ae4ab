"""Limits as Mastodon, Bluesky, X and the IETF draft write them, and as nobody should."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.limit_headers import LONGEST_WAIT, told

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 15:00:00 GMT"
IN_FIVE = int(NOW.timestamp()) + 300


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "2026-11-23T15:05:00.000000Z"},
        {"ratelimit-remaining": "12", "ratelimit-reset": str(IN_FIVE), "ratelimit-limit": "3000"},
        {"x-rate-limit-remaining": "12", "x-rate-limit-reset": str(IN_FIVE)},
        {"ratelimit-remaining": "12", "ratelimit-reset": "300"},
    ],
    ids=["mastodon", "bluesky", "x", "ietf"],
)
def test_each_way_of_saying_it_says_the_same(headers: dict[str, str]) -> None:
    found = told({**headers, "date": DATE}, NOW)
    assert (found.remaining, found.resets_in) == (12, timedelta(minutes=5))


@pytest.mark.parametrize("hours", [-5, -1, 0, 2])
def test_a_date_is_read_against_the_clock_that_wrote_it(hours: int) -> None:
    ours = NOW + timedelta(hours=hours)
    found = told({"date": DATE, "retry-after": "Mon, 23 Nov 2026 15:01:30 GMT"}, ours)
    assert found.retry_after == timedelta(seconds=90)
    assert found.skew == timedelta(hours=-hours)


def test_what_has_passed_is_now_and_nobody_makes_us_wait_for_days() -> None:
    early = told({"date": DATE, "retry-after": "Mon, 23 Nov 2026 14:00:00 GMT"}, NOW)
    assert early.retry_after == timedelta()
    assert told({"retry-after": "99999999"}, NOW).retry_after == LONGEST_WAIT


HEADER = st.sampled_from(
    ["date", "retry-after", "ratelimit-remaining", "x-ratelimit-reset", "x-rate-limit-reset"]
)


@given(st.dictionaries(HEADER, st.text(max_size=40) | st.integers().map(str)))
def test_no_header_is_too_odd_to_be_read(headers: dict[str, str]) -> None:
    found = told(headers, NOW)
    for wait in (found.retry_after, found.resets_in):
        assert wait is None or timedelta() <= wait <= LONGEST_WAIT
