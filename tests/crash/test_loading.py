"""A load of outside measurements that is killed is there whole or not at all; again is once."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from knowledge.measures.observation_kinds import KINDS
from loaders.world import sample_observations
from service.observing import observed, store
from service.settings import Settings
from service.world import World

PATIENCE = 120
KILLED_AT = (1, 4, 7, 9)
"""With which new file the process is killed: it is written then, and perhaps not told of yet."""
_YEAR = re.compile(r"(^|,)201([34])-", re.MULTILINE)

Counts = dict[str, tuple[int, int]]


def later(folder: Path) -> None:
    """The sample's rows as they might be two years on: other moments, so other rows."""
    for name, found in sample_observations():
        text = _YEAR.sub(r"\g<1>202\2-", found.read_text("utf-8"))
        (folder / f"{name}.csv").write_text(text, "utf-8")


@contextmanager
def opened(home: Path) -> Iterator[World]:
    with closing(World.open(Settings(home=home, language=False))) as world:
        yield world


def counts(home: Path) -> Counts:
    """Of each kind the rows of all time, and those of the later years."""
    with opened(home) as world:
        assert store(world).verify() == ()
        found = {}
        for name, kind in KINDS.items():
            years = [at.year for at in observed(world, name, unanswered=True)[kind.at].to_pylist()]
            found[name] = (len(years), sum(year >= 2023 for year in years))
        return found


def files(home: Path) -> set[Path]:
    return {*home.glob("observations/*/*.parquet")}


def started(home: Path, folder: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.crash.loading", str(home), str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own


def killed(home: Path, folder: Path, many: int) -> None:
    """Kill it as soon as so many files are new, or when it is done before."""
    before, ends = files(home), time.monotonic() + PATIENCE
    with started(home, folder) as process:
        while process.poll() is None and len(files(home) - before) < many:
            assert time.monotonic() < ends
            time.sleep(0.001)
        process.kill()


def said(home: Path, folder: Path) -> dict[str, list[int]]:
    with started(home, folder) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    rows = [line.split() for line in out.splitlines()]
    return {name: [int(one) for one in figures] for name, *figures in rows}


@pytest.mark.slow
def test_every_kind_is_loaded_whole_or_not_at_all_and_once(home: Path, tmp_path: Path) -> None:
    later(tmp_path)
    begun = counts(home)
    rounds: list[Counts] = []
    for many in KILLED_AT:
        killed(home, tmp_path, many)
        rounds.append(counts(home))
    assert rounds[-1] != begun
    said(home, tmp_path)
    whole = counts(home)
    again = said(home, tmp_path)
    assert {name: figures[:2] for name, figures in again.items()} == {
        name: [0, 0] for name in KINDS
    }
    assert counts(home) == whole
    for seen in rounds:
        assert all(seen[name] in {begun[name], whole[name]} for name in KINDS), seen
    assert all(late > 0 for _, late in whole.values())
