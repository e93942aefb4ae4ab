"""How everything here is measured: CPU time or wall time, medians, one line a figure.

CPU time too grows where a neighbour takes the caches and the other half of a core, so a median is
taken in each of several rounds and the quietest round counts.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure; `ratio` is to what `against` names, `aim` says what we wanted."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    aim: str = ""
    note: str = ""

    def line(self) -> str:
        """The figure for people."""
        ratio = f"  {self.ratio:8.2f} × {self.against}" if self.ratio is not None else ""
        aim = f"  (aim {self.aim})" if self.aim else ""
        note = f"  {self.note}" if self.note else ""
        return f"{self.name:<58} {self.value:12.3f} {self.unit:<12}{ratio}{aim}{note}"

    def json(self) -> dict[str, object]:
        """The figure as JSON."""
        return {name: value for name, value in asdict(self).items() if value not in {None, ""}}


_ROUNDS = 5


def cpu_ms(work: Callable[[], object], *, runs: int) -> float:
    """CPU milliseconds of this process a run: the lowest of five rounds' medians."""
    return _median(work, runs, time.process_time) * 1000.0


def wall_ms(work: Callable[[], object], *, runs: int) -> float:
    """Wall milliseconds a run: the lowest of five rounds' medians."""
    return _median(work, runs, time.perf_counter) * 1000.0


def resident_mb(pid: int | None = None) -> float:
    """Resident memory of a process (this one by default), in MB."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _median(work: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    for _ in range(max(1, runs // 10)):
        work()
    gc.collect()
    return min(_round(work, max(1, runs // _ROUNDS), clock) for _ in range(_ROUNDS))


def _round(work: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    taken = []
    for _ in range(runs):
        start = clock()
        work()
        taken.append(clock() - start)
    return statistics.median(taken)
