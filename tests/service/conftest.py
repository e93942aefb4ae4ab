"""Empty worlds on one home and one clock, which a test moves by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from service.clock import StoppedClock
from service.settings import Settings
from service.world import World

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)


@pytest.fixture
def worlds(tmp_path: Path, clock: StoppedClock) -> Iterator[Callable[..., World]]:
    """Each call opens the same home once more, as another worker would."""
    with ExitStack() as stack:

        def open_one(**changes: Any) -> World:
            settings = Settings(**{"home": tmp_path / "bare", "language": False, **changes})
            settings.home.mkdir(exist_ok=True)
            keys = stack.enter_context(closing(KeyStore.open(settings.keys_path)))
            lock = settings.home / "ledger.lock"
            ledger = Ledger.open(settings.database_url, keys=keys, now=clock.now, lock_path=lock)
            world = stack.enter_context(closing(World(settings, ledger, keys, clock)))
            world.catch_up()
            return world

        yield open_one


@pytest.fixture
def bare(worlds: Callable[..., World]) -> World:
    return worlds()
