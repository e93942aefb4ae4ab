"""Which signals are stored: an index derived from the segments, rebuilt when deleted."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ontology.identity import ThingId
from ontology.signals import Signal

_DIGEST_BYTES: Final = 16
_CHUNK: Final = 500
_WAIT_S: Final = 30
_PAGES_IN_LOG: Final = 16_000
"""Pages of 4 KiB that wait in the log: ids are hashes, so each batch changes pages all over."""

_CACHED_KIB: Final = 32_000
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS stored (id BLOB PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS reached (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER);
"""


class SegmentIndex:
    """Hashes of stored signals' ids, with the ledger sequence up to which it is complete.

    It is never ahead of the ledger; losing its last transactions, or all of it, costs a rereading
    of the segments after `sequence`. Callers hold the segments' lock.
    """

    def __init__(self, path: Path) -> None:
        """Keep the index in this SQLite file."""
        self._path: Final = path
        self._connection: sqlite3.Connection | None = None
        self._of = (0, 0)

    def sequence(self) -> int:
        """The last segment's sequence that the index covers, 0 for none."""
        with self._connected() as connection:
            row = connection.execute("SELECT sequence FROM reached").fetchone()
        return row[0] if row else 0

    def unseen(self, signals: Iterable[Signal]) -> list[Signal]:
        """The signals that are not stored, the first of each id, in their order."""
        first = {_digest(signal.id): signal for signal in reversed(list(signals))}
        names = list(first)[::-1]
        with self._connected() as connection:
            for at in range(0, len(names), _CHUNK):
                for name in _stored(connection, names[at : at + _CHUNK]):
                    del first[name]
        return [first[name] for name in names if name in first]

    def add(self, sequence: int, stored: Iterable[tuple[ThingId, datetime]]) -> None:
        """Take in the signals of the segments up to a sequence."""
        rows = ((_digest(name), _day(posted)) for name, posted in stored)
        with self._connected() as connection:
            connection.executemany("INSERT OR IGNORE INTO stored VALUES (?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO reached VALUES (1, ?)", (sequence,))

    def forget(self, before: date) -> None:
        """Drop the ids of signals posted before a day."""
        with self._connected() as connection:
            connection.execute("DELETE FROM stored WHERE day < ?", (before.toordinal(),))

    def close(self) -> None:
        """Let go of the file; whoever asks again opens it anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on a connection that stays: closing it would write all pages back."""
        with self._opened() as connection:
            yield connection

    def _opened(self) -> sqlite3.Connection:
        own = (os.getpid(), _inode(self._path))
        if self._connection is None or self._of != own:
            self._connection = self._open()
            self._of = (own[0], _inode(self._path))
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        connection.executescript(f"PRAGMA journal_mode = WAL; {_TABLES}")
        for name, value in (
            ("synchronous", "NORMAL"),
            ("wal_autocheckpoint", _PAGES_IN_LOG),
            ("cache_size", -_CACHED_KIB),
        ):
            connection.execute(f"PRAGMA {name} = {value}")
        return connection


def _inode(path: Path) -> int:
    """Which file stands there now: one that was deleted must not be written on."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _stored(connection: sqlite3.Connection, names: Sequence[bytes]) -> list[bytes]:
    marks = ",".join("?" * len(names))
    query = f"SELECT id FROM stored WHERE id IN ({marks})"  # noqa: S608 - only question marks
    return [row[0] for row in connection.execute(query, names)]


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=_DIGEST_BYTES).digest()


def _day(posted: datetime) -> int:
    return posted.astimezone(UTC).date().toordinal()
