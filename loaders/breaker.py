"""A circuit breaker: after several failures nobody is asked for a while, then one tries."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FAILURES: Final = 5
"""Failures in a row that open it."""

COOLS: Final = timedelta(seconds=30)
COOLS_AT_MOST: Final = timedelta(minutes=10)


class State(StrEnum):
    """Closed lets all through, open nothing, half-open one."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How often it failed in a row, how often it opened, until when it stays open."""

    failures: int = 0
    opened: int = 0
    until: datetime | None = None

    def state(self, now: datetime) -> State:
        """What it lets through at a moment."""
        if self.until is None:
            return State.CLOSED
        return State.OPEN if now < self.until else State.HALF_OPEN

    def failed(self, now: datetime) -> "Breaker":
        """After a failure; a failed try opens it again, for twice as long."""
        failures = self.failures + 1
        if self.until is None and failures < FAILURES:
            return replace(self, failures=failures)
        cools = min(COOLS * 2 ** min(self.opened, 10), COOLS_AT_MOST)
        return Breaker(failures=failures, opened=self.opened + 1, until=now + cools)

    def succeeded(self) -> "Breaker":
        """After a success: closed, all forgotten."""
        return Breaker()
