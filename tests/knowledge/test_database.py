import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from knowledge.database import Database
from knowledge.refusals import DatabaseUnavailable
from knowledge.tables import KEYS, LEDGER
from knowledge.turnstile import Turnstile


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database."""
    one = Database(url, name="ledger")
    one.migrate()
    yield one
    one.close()


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database, url: str) -> None:
    with closing(Database(url, name="keys")) as keys:
        keys.migrate()
    with database.reading() as connection:
        found = inspect(connection)
        for table in (*LEDGER.tables.values(), *KEYS.tables.values()):
            columns = {column["name"] for column in found.get_columns(table.name)}
            assert columns == set(table.columns.keys())
            indexes = {index["name"] for index in found.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= indexes


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.reading() as connection:
        rows = connection.execute(text("SELECT count(*) FROM ledger_version")).scalar()
    assert rows == 1


def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    with database.exclusive() as connection:
        connection.execute(text("UPDATE ledger_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="version 9999"):
        database.migrate()


def test_an_exclusive_block_that_fails_leaves_nothing(database: Database) -> None:
    with suppress(KeyError), database.exclusive() as connection:
        connection.execute(text("INSERT INTO scopes VALUES ('policy', 1)"))
        raise KeyError
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM scopes")).scalar() == 0


def test_only_one_writer_of_all_is_inside(database: Database, url: str) -> None:
    others = [Database(url, name="ledger") for _ in range(3)]
    inside, most = 0, 0

    def write(one: Database) -> None:
        nonlocal inside, most
        for _ in range(5):
            with one.exclusive():
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=write, args=(one,)) for one in (database, *others) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()
    assert most == 1


def test_a_reader_does_not_wait_for_the_writer(database: Database) -> None:
    with database.exclusive() as connection:
        connection.execute(text("INSERT INTO scopes VALUES ('policy', 1)"))
        with database.reading() as other:
            assert other.execute(text("SELECT count(*) FROM scopes")).scalar() == 0


def test_every_sqlite_connection_syncs_fully(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'l.db'}", name="ledger")) as database:
        database.migrate()
        with database.exclusive() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_an_unreachable_server_is_said_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://attune:secret@/attune?host={tmp_path}"
    with closing(Database(url, name="ledger")) as database:
        with pytest.raises(DatabaseUnavailable, match="can't be used") as caught:
            database.migrate()
        assert "secret" not in str(caught.value)


def test_a_turnstile_held_too_long_is_a_refusal(tmp_path: Path) -> None:
    one = Turnstile(tmp_path / "lock", wait_seconds=0.05)
    other = Turnstile(tmp_path / "lock", wait_seconds=0.05)
    refused = pytest.raises(DatabaseUnavailable, match="held by another writer")
    with one.held(), refused, other.held():
        pass
    with other.held():
        pass


def test_a_busy_holder_does_not_starve_who_waits(tmp_path: Path) -> None:
    busy = Turnstile(tmp_path / "lock", wait_seconds=10)
    patient = Turnstile(tmp_path / "lock", wait_seconds=10)
    stop = threading.Event()
    rounds = 0

    def hog() -> None:
        nonlocal rounds
        while not stop.is_set():
            with busy.held():
                rounds += 1
                time.sleep(0.002)

    thread = threading.Thread(target=hog)
    thread.start()
    while rounds == 0:
        time.sleep(0.001)
    before = rounds
    with patient.held():
        waited = rounds - before
    stop.set()
    thread.join()
    assert waited < 20


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_bytes(b"this is no database, though it is long enough" * 100)
    damaged = pytest.raises(DatabaseUnavailable, match="damaged")
    with closing(Database(f"sqlite:///{tmp_path / 'l.db'}", name="ledger")) as database, damaged:
        database.migrate()
