"""What a platform's answer says of limits: how much is left, until when, when to come again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_WAIT: Final = timedelta(hours=24)
"""No answer makes us wait longer than this before we ask again."""

_NUMBER: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_EPOCH_FROM: Final = 1_000_000_000
"""A reset above this is seconds since 1970, one below it seconds from now."""

# Mastodon and X say x-ratelimit-… and x-rate-limit-…, Bluesky and the IETF draft ratelimit-….
_PREFIXES: Final = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer says: requests left, time until they are counted anew, time to wait.

    `skew` is how far the platform's clock is ahead of ours; all else is free of it.
    """

    remaining: int | None
    resets_in: timedelta | None
    retry_after: timedelta | None
    skew: timedelta


def told(headers: Mapping[str, str], now: datetime) -> Told:
    """Read the headers of an answer that came at `now`; names are lower case.

    >>> at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    >>> told({"retry-after": "30"}, at).retry_after
    datetime.timedelta(seconds=30)
    >>> late = {"date": "Mon, 23 Nov 2026 16:00:00 GMT",
    ...         "retry-after": "Mon, 23 Nov 2026 16:00:05 GMT"}
    >>> told(late, at).retry_after.seconds
    5
    """
    theirs = _date(headers.get("date")) or now
    return Told(
        remaining=_remaining(headers),
        resets_in=_until(_given(headers, "reset"), theirs),
        retry_after=_until(headers.get("retry-after"), theirs),
        skew=theirs - now,
    )


def _remaining(headers: Mapping[str, str]) -> int | None:
    value = _given(headers, "remaining")
    return int(float(value)) if value is not None and _NUMBER.fullmatch(value) else None


def _given(headers: Mapping[str, str], name: str) -> str | None:
    for prefix in _PREFIXES:
        if (value := headers.get(prefix + name)) is not None:
            return value.strip()
    return None


def _until(value: str | None, theirs: datetime) -> timedelta | None:
    """The time from the platform's now to what it names: seconds, seconds since 1970, a date."""
    if value is None:
        return None
    if _NUMBER.fullmatch(value):
        seconds = float(value)
        if seconds >= _EPOCH_FROM:
            seconds -= theirs.timestamp()
        return _bounded(timedelta(seconds=seconds))
    at = _date(value) or _iso(value)
    return None if at is None else _bounded(at - theirs)


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, timedelta()), LONGEST_WAIT)


def _date(value: str | None) -> datetime | None:
    """An HTTP date, in UTC."""
    try:
        at = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
