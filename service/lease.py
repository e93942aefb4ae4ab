"""A lease: of all workers one does a thing at a time; when it dies another takes over."""

from pathlib import Path
from typing import Final, Protocol
from zlib import crc32

from filelock import FileLock, Timeout
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

_ADVISORY: Final = 0x61747475


class Lease(Protocol):
    """What says whether this worker may."""

    def held(self) -> bool:
        """Whether this worker has it, or could take it just now; never waits."""

    def release(self) -> None:
        """Let go of it."""


class FileLease:
    """A lease of one machine: a lock file, which the kernel frees when its process dies."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is taken yet."""
        self._lock: Final = FileLock(path, thread_local=False)

    def held(self) -> bool:
        """Whether this worker has it, or could take it just now."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let go of it."""
        self._lock.release()


class AdvisoryLease:
    """A lease of one PostgreSQL database: an advisory lock, freed when its connection ends."""

    def __init__(self, url: str, name: str) -> None:
        """Name the database and the lease; nothing is taken yet."""
        self._engine: Final = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        self._key: Final = crc32(name.encode()) - 2**31  # a signed 32-bit number
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether this worker has it, or could take it just now; a broken connection has not."""
        try:
            if self._connection is not None:
                self._connection.exec_driver_sql("SELECT 1")
                return True
            return self._take()
        except SQLAlchemyError:
            self.release()
            return False

    def release(self) -> None:
        """Let go of it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        self._engine.dispose()

    def _take(self) -> bool:
        connection = self._engine.connect()
        query = f"SELECT pg_try_advisory_lock({_ADVISORY}, {self._key})"
        if connection.exec_driver_sql(query).scalar():
            self._connection = connection
            return True
        connection.close()
        return False


def lease(url: str, name: str, home: Path) -> Lease:
    """The lease that fits a ledger's database: beside it for SQLite, inside it for PostgreSQL."""
    if make_url(url).get_backend_name().startswith("postgres"):
        return AdvisoryLease(url, name)
    return FileLease(home / f"{name}.lock")
