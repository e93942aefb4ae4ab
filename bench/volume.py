"""Volume alarms: time and memory a point, on a made series with a daily cycle and bursts."""

import json
import math
import random
from collections.abc import Iterator

from bench.measuring import Figure, cpu_ms
from knowledge.spread.anomalies import Memory, observe
from knowledge.spread.memories import kept

_ROWS = 20_000
_DAY = 288


def measure() -> Iterator[Figure]:
    """CPU time a point, and the size of what is kept of a series."""
    counts, ended = _counts(), Memory()

    def watch() -> None:
        nonlocal ended
        memory = Memory()
        for count in counts:
            memory, _ = observe(memory, count, 300.0)
        ended = memory

    taken = cpu_ms(watch, runs=5)
    yield Figure(
        name="judge and learn a point", value=taken / _ROWS * 1000, unit="µs CPU", aim="≤ 20 µs"
    )
    size = len(json.dumps(kept(ended)))
    yield Figure(name="memory of a series, as JSON", value=size / 1000, unit="kB")


def _counts() -> list[float]:
    chance, burst, found = random.Random(1), 0.0, []  # noqa: S311 - made data
    for row in range(_ROWS):
        burst = 0.95 * burst + (20 if chance.random() < 1 / _DAY else 0)
        level = 30 * (1 + 0.6 * math.sin(2 * math.pi * row / _DAY)) + burst
        found.append(max(0.0, round(chance.gauss(level, math.sqrt(level)))))
    return found
