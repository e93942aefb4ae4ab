"""A sample world with its language models, on a Monday morning in New York."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service.app import create
from service.founding import found
from service.settings import Settings, WorldKind
from service.world import World
from tests.conftest import Door

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Founded that morning, too: nothing is recorded before what was recorded already."""
    from loaders.archive import own_cases

    home = tmp_path_factory.mktemp("documented") / "home"
    before = MONDAY - timedelta(hours=1)
    world = World.open(Settings(home=home, world=WorldKind.REPLAY, start=before), create=True)
    found(world, with_sample=True, progress=lambda *_: None)
    world.advance(MONDAY, actor=world.keyring().keys()[0].holder)
    world.perception.warm()
    world.perception.precedents().add(list(own_cases()), lambda _: None)
    yield world
    world.close()


@pytest.fixture(scope="session")
def desk(documented: World) -> Door:
    app = create(documented.settings, world=documented)
    key = documented.settings.operator_key.read_text().strip()
    return Door(http=app.test_client(), key=key)
