"""Homes whose writers are killed, and a disk that loses what was not synced."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGE = 4096


class Nursery:
    """A warm process that forks writers; see nursery.py."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, str(HERE / "nursery.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment, "PYTHONPATH": str(HERE.parents[1])},
            text=True,
        )

    def ask(self, **told: Any) -> int:
        """Send a command and wait for its answer, a pid."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


class Disk:
    """A folder whose files lose, at a crash, what was not synced."""

    def __init__(self, folder: Path, shim: Path) -> None:
        self.home = folder / "home"
        self._synced = folder / "synced"
        self.home.mkdir()
        self._synced.mkdir()
        self.environment = {
            "LD_PRELOAD": str(shim),
            "ATTUNE_WATCHED": str(self.home.resolve()),
            "ATTUNE_SYNCED": str(self._synced.resolve()),
        }

    def settle(self) -> None:
        """All that is written now is on the disk: what this process wrote, too."""
        shutil.rmtree(self._synced)
        self._synced.mkdir()
        for file in self._files():
            shutil.copyfile(file, self._synced / str(file.stat().st_ino))

    def lose_power(self, chance: random.Random, *, kept: float) -> None:
        """Each unsynced page survives with probability `kept`; what was synced survives."""
        for file in self._files():
            if file.name.endswith("-shm"):
                file.unlink()
                continue
            copy = self._synced / str(file.stat().st_ino)
            synced = copy.read_bytes() if copy.exists() else b""
            left = _mixed(synced, file.read_bytes(), chance, kept)
            file.write_bytes(left)

    def _files(self) -> list[Path]:
        return sorted(path for path in self.home.rglob("*") if path.is_file())


def _mixed(synced: bytes, written: bytes, chance: random.Random, kept: float) -> bytes:
    size = len(written) if chance.random() < kept else len(synced)
    pages = []
    for at in range(0, size, PAGE):
        old, new = synced[at : at + PAGE], written[at : at + PAGE]
        page = new if old != new and chance.random() < kept else old
        pages.append(page.ljust(min(PAGE, size - at), b"\0")[: size - at])
    return b"".join(pages)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that keeps aside what was synced."""
    library = tmp_path_factory.mktemp("shim") / "unsynced.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "unsynced.c")]
    subprocess.run([*command, "-ldl"], check=True)  # noqa: S603 - our own file
    return library


@pytest.fixture
def disk(tmp_path: Path, shim: Path) -> Disk:
    """An empty disk."""
    return Disk(tmp_path, shim)


@pytest.fixture
def nursery(disk: Disk) -> Iterator[Nursery]:
    """Writers on that disk."""
    one = Nursery(disk.environment)
    yield one
    one.close()


@pytest.fixture
def plain_nursery() -> Iterator[Nursery]:
    """Writers on the machine's own disk."""
    one = Nursery({})
    yield one
    one.close()
