"""A lock between threads and processes that is handed on in turn, so that nobody starves."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from knowledge.refusals import DatabaseUnavailable

_POLL_SECONDS: Final = 0.0005
_ANYONE: Final = 0o644


class Turnstile:
    """Two lock files: who waits for the first holds the second, so the last holder queues behind.

    The kernel drops both when a process dies, so a killed process never blocks the others.
    """

    def __init__(self, path: Path, *, wait_seconds: float) -> None:
        """Lock `path` and `<path>.next`; waiting longer than `wait_seconds` is a refusal."""
        self._wait: Final = wait_seconds
        self._threads: Final = threading.Lock()
        self._turn: Final = Path(f"{path}.next")
        self._held: Final = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            DatabaseUnavailable: someone else held it for the whole wait.
        """
        if not self._threads.acquire(timeout=self._wait):
            raise self._refusal()
        try:
            turn = self._taken(self._turn)
            try:
                held = self._taken(self._held)
            finally:
                os.close(turn)
            try:
                yield
            finally:
                os.close(held)
        finally:
            self._threads.release()

    def _taken(self, path: Path) -> int:
        """The open lock file; closing it gives the lock back."""
        file = _opened(path)
        try:
            locked = self._waited(file)
        except BaseException:
            os.close(file)
            raise
        if not locked:
            os.close(file)
            raise self._refusal()
        return file

    def _waited(self, file: int) -> bool:
        end = time.monotonic() + self._wait
        while not (locked := _locks(file)) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        return locked

    def _refusal(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(f"{self._held} was held by another writer for {self._wait} s")


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, _ANYONE)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, _ANYONE)


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
