"""Linear algebra of small matrices on one thread: on busy cores more of them only wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped] # ships no types

_ONE_AT_A_TIME = Lock()
"""The number of threads holds for the whole process, so one caller must put it back first."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Within, numpy's linear algebra takes one thread; others who want the same wait."""
    with _ONE_AT_A_TIME, _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Finding the libraries takes some milliseconds, so it is done once."""
    return ThreadpoolController()
