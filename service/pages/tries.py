"""How often somebody may try keys from one address: a key has 256 bits, noise in logs has none."""

import threading
from collections import OrderedDict
from typing import Final

from service.clock import monotonic_ms

MOST: Final = 10
"""Failures in a row from one address before it has to wait."""

WAIT_MS: Final = 60_000.0
_ADDRESSES: Final = 4_096


class Tries:
    """Failures by address, those of the last few thousand addresses only."""

    def __init__(self) -> None:
        """Nobody has failed yet."""
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> int:
        """How many seconds an address has to wait before it may try again; 0 where it may."""
        with self._lock:
            many, last = self._failed.get(address, (0, 0.0))
            left = last + WAIT_MS - monotonic_ms()
            if left <= 0:
                self._failed.pop(address, None)
                return 0
            return 0 if many < MOST else int(left / 1_000.0) + 1

    def failed(self, address: str) -> None:
        """One more failure."""
        with self._lock:
            many, _ = self._failed.pop(address, (0, 0.0))
            self._failed[address] = (many + 1, monotonic_ms())
            while len(self._failed) > _ADDRESSES:
                self._failed.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """What failed before counts no more."""
        with self._lock:
            self._failed.pop(address, None)
