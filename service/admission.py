"""Admission: posts are taken as long as this worker keeps up; else the door says later."""

import threading
from http import HTTPStatus
from typing import Final

from service.problems import ProblemError
from service.world import World

AT_ONCE: Final = 16
"""Requests with posts that a worker reads at once: with those waiting, memory would grow."""

DOORS: Final = frozenset({"signals.one", "signals.batch", "intake.take"})
"""The endpoints that take posts."""

_SOON_S: Final = 1
_A_SECOND: Final = 10_000
_LONGEST_S: Final = 60


class Admission:
    """Lets requests with posts in, before their bodies are read."""

    def __init__(self, world: World) -> None:
        """Nobody is in."""
        self._world: Final = world
        self._lock: Final = threading.Lock()
        self._inside = 0

    def enter(self) -> None:
        """Let a request in; `leave` has to follow.

        Raises:
            ProblemError: it has to come again (429), and when; nothing of it was taken.
        """
        waiting, most = self._world.waiting(), self._world.settings.intake_backlog
        if waiting > most:
            detail = f"{waiting} posts wait to be counted and clustered, more than {most}"
            raise _later(detail, min(_LONGEST_S, _SOON_S + (waiting - most) // _A_SECOND))
        with self._lock:
            if self._inside >= AT_ONCE:
                raise _later(f"{AT_ONCE} requests with posts are being read", _SOON_S)
            self._inside += 1

    def leave(self) -> None:
        """Let somebody else in."""
        with self._lock:
            self._inside -= 1


def _later(why: str, seconds: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "later",
        f"{why}. Nothing of this request was taken: send it again after {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
