"""The one place that reads the clock and draws ids; everything else is given them."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


class Clock(Protocol):
    """What a world asks for the time."""

    def now(self) -> datetime:
        """The world's time, aware, in UTC."""


class LiveClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)


class StoppedClock:
    """The clock of a replay or drill; it stands where the last `clock.advanced` put it."""

    def __init__(self, at: datetime) -> None:
        """Stand at a moment."""
        self._at = at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Where the clock stands."""
        return self._at

    def advance(self, to: datetime) -> None:
        """Move forward; an earlier time is ignored, so a late fold never turns it back."""
        with self._lock:
            self._at = max(self._at, to)


def monotonic_ms() -> float:
    """Milliseconds of a clock that never goes back, for budgets and durations."""
    return time.monotonic() * 1000.0


def _base32(value: int, digits: int) -> str:
    return "".join(_BASE32[(value >> (5 * i)) & 31] for i in reversed(range(digits)))


def new_id(kind: str) -> str:
    """A fresh id `<kind>/<26 characters>`: 48 bits of ms (ids sort by time), 80 random bits."""
    stamp = time.time_ns() // 1_000_000
    return f"{kind}/{_base32(stamp, 10)}{_base32(int.from_bytes(os.urandom(10)), 16)}"


Ids = Callable[[str], str]
"""What makes ids: `new_id`, or a counter in tests."""


def elapsed_ms(start: float) -> float:
    """Milliseconds since a `monotonic_ms` reading."""
    return monotonic_ms() - start


def pause(seconds: float, stop: threading.Event) -> bool:
    """Wait, or return True at once when `stop` is set."""
    return stop.wait(seconds)
