"""Outside measurements: rows a second from a file into the store, again, and read as columns."""

import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Figure
from bench.worlds import sample_world
from knowledge.measures.observation_kinds import KINDS
from service.founding import OPERATOR
from service.observation_loading import load
from service.observing import observed
from service.world import World

_ROWS = 1_000_000
_PEOPLE = 50_000
_START = datetime(2012, 1, 1, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    """A million rows of revenue of 50,000 people."""
    with sample_world() as world, TemporaryDirectory() as folder:
        file = Path(folder) / "revenue.csv"
        _made(file)
        yield _loading(world, file, "rows loaded from a CSV")
        yield _loading(world, file, "the same rows again, none of them new")
        start = time.perf_counter()
        table = observed(world, "revenue")
        yield Figure(
            name=f"reading {table.num_rows:,} rows", value=time.perf_counter() - start, unit="s"
        )
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Figure(name="memory of the process at most", value=most, unit="MB")


def _made(file: Path) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write("subject,at,amount,currency\n")
        for row in range(_ROWS):
            at = _START + timedelta(minutes=row // 2)
            out.write(f"b{row % _PEOPLE},{at:%Y-%m-%dT%H:%M}Z,{row % 900 / 10 + 1:.2f},USD\n")


def _loading(world: World, file: Path, name: str) -> Figure:
    start = time.process_time()
    rejects = file.with_suffix(".jsonl")
    done = load(world, KINDS["revenue"], file, mapped=None, rejects=rejects, actor=OPERATOR)
    taken = time.process_time() - start
    if done.rejected or done.taken.new + done.taken.known != _ROWS:
        raise RuntimeError(f"not all rows were taken: {done}")
    return Figure(name=f"{name}, CPU", value=_ROWS / taken, unit="rows/s")
