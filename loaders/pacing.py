"""Pacing: how fast a platform may be asked, so that its quota holds in every window."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

_BURST: Final = 10
"""One request of so many may come at once; the rest is spread over the window."""

_MARGIN: Final = 1.02
"""The window is taken to be this much longer, as requests do not travel equally long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many requests in any window of this length."""

    requests: int
    window: timedelta

    @property
    def burst(self) -> int:
        """How many may come at once."""
        return max(1, self.requests // _BURST)

    @property
    def rate(self) -> float:
        """Requests a second, once the burst is used up.

        In any half-open window at most burst + rate * window requests start, which is less than
        one above the quota: so never more than the quota.
        """
        window = self.window.total_seconds() * _MARGIN
        return (self.requests - self.burst + 1) / window

    @property
    def per_minute(self) -> float:
        """Requests a minute that the contract allows in the long run."""
        return self.requests / (self.window.total_seconds() / 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A token bucket as it stood at a moment; it is kept, so that a restart forgets nothing."""

    tokens: float
    at: datetime

    @classmethod
    def full(cls, quota: Quota, now: datetime) -> "Bucket":
        """The bucket of one who has asked nothing yet."""
        return cls(tokens=float(quota.burst), at=now)

    def filled(self, quota: Quota, now: datetime) -> "Bucket":
        """The bucket at a later moment; a clock that went back fills nothing."""
        passed = max(0.0, (now - self.at).total_seconds())
        tokens = min(float(quota.burst), self.tokens + passed * quota.rate)
        return Bucket(tokens=tokens, at=max(now, self.at))

    def wait(self, quota: Quota, now: datetime) -> float:
        """Seconds until one more request may start."""
        filled = self.filled(quota, now)
        behind = max(0.0, (self.at - now).total_seconds())
        return behind + max(0.0, 1.0 - filled.tokens) / quota.rate

    def spent(self, quota: Quota, now: datetime) -> "Bucket":
        """The bucket after one request."""
        filled = self.filled(quota, now)
        return replace(filled, tokens=filled.tokens - 1.0)

    def capped(self, remaining: int) -> "Bucket":
        """The bucket of one who learns that the platform counts less as left: others ask, too."""
        return replace(self, tokens=min(self.tokens, float(remaining)))


def minutes_left(
    *, remaining: float, used: int, over: timedelta, until_reset: timedelta
) -> int | None:
    """Minutes until a quota is used up at the rate of the last while; None where it never is.

    >>> minute = timedelta(minutes=1)
    >>> minutes_left(remaining=100, used=50, over=5 * minute, until_reset=15 * minute)
    10
    >>> minutes_left(remaining=100, used=5, over=5 * minute, until_reset=15 * minute) is None
    True
    """
    if used <= 0 or over <= timedelta():
        return None
    minutes = remaining / (used / (over.total_seconds() / 60.0))
    return int(minutes) if minutes < until_reset.total_seconds() / 60.0 else None
