"""A database that keeps what it acknowledges: engines, the inter-process lock, migrations."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Final, Protocol, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from knowledge.migrate import migrate
from knowledge.questions import Questions, Row
from knowledge.refusals import DatabaseUnavailable, DatabaseUrlInvalid
from knowledge.turnstile import Turnstile

_WAIT_SECONDS: Final = 30
_ADVISORY: Final = 0x61747475  # "attu": the class of attune's PostgreSQL advisory locks
_READERS: Final = 16
_MORE_READERS: Final = 240


class _Cursor(Protocol):
    """What a check of the server needs of a driver's cursor."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    def execute(self, _statement: str, /) -> object: ...
    def fetchone(self) -> tuple[object, ...] | None: ...


class _Server(Protocol):
    """A driver's connection to PostgreSQL; named by shape, since the driver is an extra."""

    def cursor(self) -> _Cursor: ...
    def rollback(self) -> None: ...


class Database:
    """One SQLite file or PostgreSQL database, with one writer at a time over all processes.

    `writer` opens immediate transactions with full synchronisation; `reader` sees what is
    committed, each statement by itself.
    """

    def __init__(self, url: str, *, name: str, lock_path: Path | None = None) -> None:
        """Connect; `name` chooses the migrations (`ledger`, `keys`) and the lock.

        Raises:
            DatabaseUrlInvalid: no SQLite file or PostgreSQL database is named.
        """
        self.url: Final = _parse(url)
        self.name: Final = name
        self.sqlite: Final = self.url.get_backend_name() == "sqlite"
        self.writer: Final = self._engine(writes=True)
        self.reader: Final = self._engine(writes=False)
        beside = lock_path or Path(f"{self.url.database}.lock")
        self._lock: Final = Turnstile(beside, wait_seconds=_WAIT_SECONDS) if self.sqlite else None
        path, configure = str(self.url.database), partial(_configure_sqlite(name), _record=None)
        self._questions: Final = Questions(path, configure) if self.sqlite else None

    def migrate(self) -> None:
        """Bring the tables to this version, under the lock.

        Raises:
            DatabaseUnavailable: the database can't be reached or is of a later version.
        """
        with self.exclusive() as connection:
            migrate(connection, self.name)

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """One transaction that no other writer, of any process, overlaps; durable when it ends.

        Raises:
            DatabaseUnavailable: the lock or the database is not to be had. If the commit itself
                failed, what was written may or may not be kept; the message says so.
        """
        with (
            self._lock.held() if self._lock else nullcontext(),
            _translated(self),
            self._transaction() as connection,
        ):
            if self._lock is None:
                key = int.from_bytes(self.name.encode()[:3], "big")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY}, {key})")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose every statement sees all that is committed.

        Raises:
            DatabaseUnavailable: the database is not to be had.
        """
        with _translated(self), self.reader.connect() as connection:
            yield connection

    def ask(self, text: str, *values: object) -> Sequence[Row]:
        """The rows of a short fixed question, which sees all that is committed.

        `text` has a `?` for each value and no other.

        Raises:
            DatabaseUnavailable: the database is not to be had.
        """
        if self._questions is None:
            with self.reading() as connection:
                found = connection.exec_driver_sql(text.replace("?", "%s"), values)
                return [tuple(row) for row in found]
        try:
            return self._questions.ask(text, values)
        except sqlite3.Error as error:
            where = self.url.render_as_string()
            raise DatabaseUnavailable(f"{where} can't be used: {error}") from error

    def scrub(self) -> None:
        """Empty SQLite's write-ahead log, where deleted rows linger; PostgreSQL keeps its own."""
        if self.sqlite:
            with _translated(self), self.reader.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()
        if self._questions is not None:
            self._questions.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self.writer.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except (OperationalError, InterfaceError) as error:
                raise DatabaseUnavailable(
                    f"the commit to {self.url.render_as_string()} was not confirmed: it may or may"
                    " not be kept; send it again with the same idempotency key"
                ) from error

    def _engine(self, *, writes: bool) -> Engine:
        if self.sqlite:
            engine = create_engine(
                self.url, pool_size=1 if writes else _READERS, max_overflow=_MORE_READERS
            )
            event.listen(engine, "connect", _configure_sqlite(self.name))
            event.listen(engine, "begin", _begin_immediately if writes else _begin_nothing)
            return engine
        engine = create_engine(
            self.url,
            pool_size=2 if writes else _READERS,
            max_overflow=_READERS,
            pool_pre_ping=True,
            # Each statement sees what was committed before it, so also what the lock waited for.
            isolation_level="READ COMMITTED",
            connect_args={
                "options": f"-c synchronous_commit=on -c lock_timeout={_WAIT_SECONDS}s",
                "connect_timeout": _WAIT_SECONDS,
            },
        )
        event.listen(engine, "connect", _refuse_lossy_server)
        return engine if writes else engine.execution_options(isolation_level="AUTOCOMMIT")


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlInvalid(url) from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise DatabaseUrlInvalid(url)
    return parsed


@contextmanager
def _translated(database: Database) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        where = database.url.render_as_string()
        raise DatabaseUnavailable(f"{where} can't be used: {error.orig}") from error
    except DBAPIError as error:
        damaged = type(error) is DatabaseError  # not one of its kinds: SQLite's "malformed"
        if not (damaged or error.connection_invalidated):
            raise
        where = database.url.render_as_string()
        raise DatabaseUnavailable(f"{where} is damaged or went away: {error.orig}") from error


def _configure_sqlite(name: str) -> Callable[..., None]:
    pragmas = [
        "busy_timeout = 30000",  # before the others, which wait for locks too
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        *(["secure_delete = ON"] if name == "keys" else []),
    ]

    def configure(connection: SqliteConnection, _record: ConnectionPoolEntry | None) -> None:
        connection.isolation_level = None  # the begin listener below opens transactions
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return configure


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_nothing(_connection: Connection) -> None:
    """Leave each statement its own transaction."""


def _refuse_lossy_server(connection: "_Server", _record: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()
    connection.rollback()
    if fsync != ("on",):
        raise DatabaseUnavailable(
            f"this PostgreSQL runs with fsync = {fsync}: it would lose acknowledged events; set on"
        )
