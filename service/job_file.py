"""The file of jobs: one SQLite table; a change is whole or absent; it comes with the first."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from knowledge.refusals import DatabaseUnavailable

_WAIT_MS: Final = 30_000
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS jobs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, idempotency BLOB UNIQUE,
  kind TEXT NOT NULL, holder TEXT NOT NULL, asked INTEGER NOT NULL, started INTEGER, ended INTEGER,
  state TEXT NOT NULL, cancel INTEGER NOT NULL DEFAULT 0, starts INTEGER NOT NULL DEFAULT 0,
  done INTEGER, steps INTEGER, seconds REAL, head INTEGER NOT NULL DEFAULT 0,
  request BLOB NOT NULL, problem BLOB, result BLOB)
"""


class JobFile:
    """A connection for each use, so that forks and threads share none."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path: Final = path

    def exists(self) -> bool:
        """Whether any job was ever asked for."""
        return self._path.exists()

    def asked(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of an answer; none while no job was ever asked for.

        Raises:
            DatabaseUnavailable: the file can't be used.
        """
        if not self.exists():
            return []
        with self._connected() as connection:
            return connection.execute(text, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer overlaps; durable when it ends.

        Raises:
            DatabaseUnavailable: the file can't be used.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
                connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
                connection.execute("PRAGMA journal_mode = WAL").close()
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(_TABLE)
                yield connection
        except sqlite3.DatabaseError as error:
            raise DatabaseUnavailable(f"{self._path} can't be used: {error}") from error
