"""A lock between threads and processes that is handed on in turn, so that nobody starves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from knowledge.refusals import DatabaseUnavailable

_POLL_SECONDS: Final = 0.0005


class Turnstile:
    """Two lock files: who waits for the first holds the second, so the last holder queues behind.

    The kernel drops both when a process dies, so a killed process never blocks the others.
    """

    def __init__(self, path: Path, *, wait_seconds: float) -> None:
        """Lock `path` and `<path>.next`; waiting longer than `wait_seconds` is a refusal."""
        self._wait: Final = wait_seconds
        self._threads: Final = threading.Lock()
        self._turn: Final = FileLock(f"{path}.next")
        self._held: Final = FileLock(path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            DatabaseUnavailable: someone else held it for the whole wait.
        """
        if not self._threads.acquire(timeout=self._wait):
            raise self._refusal()
        try:
            self._take()
            try:
                yield
            finally:
                self._held.release()
        finally:
            self._threads.release()

    def _take(self) -> None:
        try:
            with self._turn.acquire(timeout=self._wait, poll_interval=_POLL_SECONDS):
                self._held.acquire(timeout=self._wait, poll_interval=_POLL_SECONDS)
        except Timeout as error:
            raise self._refusal() from error

    def _refusal(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"{self._held.lock_file} was held by another writer for {self._wait} s"
        )
