"""Every test of decisions once more, on a world whose ledger is a PostgreSQL database."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from service.founding import found
from service.settings import Settings
from service.world import World
from tests.conftest import Door
from tests.service.test_decisions import *  # noqa: F403 - they are collected here again
from tests.service.test_decisions import ASKED

_NUMBERS = count(1)


def _database(server: str, name: str, *more: str) -> str:
    """The URL of a new database of the server."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(" ".join([f"CREATE DATABASE {name}", *more]).encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def pattern(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose ledger, with the sample world, is the database `pattern`."""
    home = tmp_path_factory.mktemp("postgresql") / "home"
    database = _database(server, "pattern")
    world = World.open(Settings(home=home, language=False, database=database), create=True)
    found(world, with_sample=True, progress=lambda *_: None)
    world.close()
    return home


@pytest.fixture
def settings(server: str, pattern: Path, tmp_path: Path) -> Settings:
    home = Path(shutil.copytree(pattern, tmp_path / "home"))
    database = _database(server, f"world_{next(_NUMBERS)}", "TEMPLATE pattern")
    return Settings(home=home, language=False, database=database)


@pytest.fixture
def open_world(settings: Settings) -> Iterator[Callable[..., World]]:
    opened: list[World] = []

    def open_one(**changes: Any) -> World:
        opened.append(World.open(settings.model_copy(update=changes)))
        return opened[-1]

    yield open_one
    for world in opened:
        world.close()


def test_nothing_of_the_ledger_lies_in_the_home(world: World) -> None:
    assert not (world.settings.home / "ledger.db").exists()
    assert world.ledger.head() > 1_000


def test_processes_share_one_world_and_read_each_other(door: Door, settings: Settings) -> None:
    environment = os.environ | {
        "ATTUNE_HOME": str(settings.home),
        "ATTUNE_DATABASE": settings.database,
        "ATTUNE_LANGUAGE": "false",
    }
    command = [sys.executable, "-m", "service", "decide", "--json"]
    command += ["--incident", "incident/2013-ny-train"]
    askers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        for _ in range(2)
    ]
    mine = [door.post("/v1/decisions", ASKED).get_json()["sequence"] for _ in range(20)]
    theirs = [json.loads(asker.communicate()[0]) for asker in askers]
    assert [asker.returncode for asker in askers] == [0, 0]
    sequences = [*mine, *(one["sequence"] for one in theirs)]
    assert len(set(sequences)) == len(sequences)
    for one in theirs:
        assert door.get(f"/v1/decisions/{one['id'].partition('/')[2]}").status_code == 200


def test_the_tree_in_postgresql_verifies(door: Door, world: World) -> None:
    door.post("/v1/decisions", ASKED)
    assert world.ledger.verify().ok
