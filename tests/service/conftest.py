"""Empty worlds on one home and one clock, which a test moves by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
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


@contextmanager
def opened(home: Path, clock: StoppedClock, **changes: Any) -> Iterator[World]:
    """The world of a home, which is made where there is none, by a clock that stands."""
    settings = Settings(**{"home": home, "language": False, **changes})
    settings.home.mkdir(exist_ok=True)
    lock = settings.home / "ledger.lock"
    with closing(KeyStore.open(settings.keys_path)) as keys:
        ledger = Ledger.open(settings.database_url, keys=keys, now=clock.now, lock_path=lock)
        with closing(World(settings, ledger, keys, clock)) as world:
            world.catch_up()
            yield world


def peopled(populate: Callable[[World], None]) -> Callable[[Path], None]:
    """Makes a home at `START` that is filled so, for `once`; each test then has a copy."""

    def make(home: Path) -> None:
        with opened(home, StoppedClock(START)) as world:
            populate(world)

    return make


@pytest.fixture
def worlds(tmp_path: Path, clock: StoppedClock) -> Iterator[Callable[..., World]]:
    """Each call opens the same home once more, as another worker would."""
    with ExitStack() as stack:

        def open_one(**changes: Any) -> World:
            home = changes.pop("home", tmp_path / "bare")
            return stack.enter_context(opened(home, clock, **changes))

        yield open_one


@pytest.fixture
def bare(worlds: Callable[..., World]) -> World:
    return worlds()
