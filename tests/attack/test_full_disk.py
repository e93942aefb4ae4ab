"""A disk that is full refuses what is new, keeps what is old, and heals without a restart."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit
from signal import SIG_IGN, SIGXFSZ, signal
from typing import Any

import pytest

from service.world import World
from tests.conftest import Door


@contextmanager
def _full(world: World) -> Iterator[None]:
    """No file grows beyond what the ledger has now."""
    sizes = [path.stat().st_size for path in world.settings.home.glob("ledger.db*")]
    before = signal(SIGXFSZ, SIG_IGN)
    setrlimit(RLIMIT_FSIZE, (max(sizes), RLIM_INFINITY))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
        signal(SIGXFSZ, before)


def _until_refused(send: Callable[[], Any]) -> Any:
    answers = (send() for _ in range(300))
    return next(answer for answer in answers if answer.status_code != 201)


def test_a_full_disk_refuses_decisions_and_heals(door: Door, world: World) -> None:
    with _full(world):
        refused = _until_refused(lambda: door.post("/v1/decisions", {"precedents": 0}))
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        assert door.get("/v1/decisions").status_code == 200
    assert door.post("/v1/decisions", {"precedents": 0}).status_code == 201
    assert world.ledger.verify().ok


def test_signals_that_find_no_room_are_asked_for_again(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal_ = {
        "id": "room",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": "2026-11-01T06:00:00Z",
        "text": "No room.",
    }

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(world.segments, "_place", full)
        refused = door.post("/v1/signals", signal_)
    assert refused.status_code == 503
    assert str(world.settings.home) not in refused.get_data(as_text=True)
    assert door.post("/v1/signals", signal_).get_json()["new"] == 1
