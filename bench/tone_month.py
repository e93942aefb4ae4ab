"""A month of 100,000 replies audited, none of them read before: load, time, CPU, memory."""

import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from bench.measuring import Figure
from bench.worlds import sample_world
from knowledge.measures.observation_kinds import KINDS
from service.founding import OPERATOR
from service.observation_loading import take
from service.tone import Asked, audited
from service.world import World

_MANY: Final = 100_000
_AGENTS: Final = 200
_START: Final = datetime(2013, 10, 1, tzinfo=UTC)
_MINUTES: Final = 61 * 24 * 60
_BATCH: Final = 5_000
_SAID: Final = (
    "I am so sorry that parcel {n} came late.",
    "I can see why you lost trust in us over order {n}.",
    "Van {n} will be with you before six tonight.",
    "What would help you most until case {n} is closed?",
    "Ticket {n} has been opened, and an engineer was told.",
    "Per our policy refund {n} is not possible.",
    "We have changed the date of appointment {n} to Monday.",
    "You should have read the terms of contract {n}.",
    "It must have been hard to wait two nights without heating, unit {n}.",
)
"""Sentences of which no two are the same: where replies repeat sentences it takes less."""


def measure() -> Iterator[Figure]:
    """Two months together, the later one held against the earlier one; then once more, kept."""
    with sample_world() as world:
        _load(world)
        asked = Asked(since=date(2013, 11, 1), until=date(2013, 12, 1), against=date(2013, 10, 1))
        for name in ("read for the first time", "read before"):
            wall, cpu = time.perf_counter(), time.process_time()
            found = audited(world, asked, lambda _done, _all: None)
            told = f"{found.texts + found.before:,} replies audited, {name}"
            spent = time.process_time() - cpu
            yield Figure(name=f"{told}, CPU", value=spent / 60, unit="min")
            taken = (time.perf_counter() - wall) / 60
            yield Figure(name=told, value=taken, unit="min", aim="at most 15")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Figure(name="memory of the process at most", value=most, unit="MB")


def _load(world: World) -> None:
    rows = [*_rows()]
    for start in range(0, len(rows), _BATCH):
        share = rows[start : start + _BATCH]
        _, faults = take(world, KINDS["reply"], share, system="bench", actor=OPERATOR)
        if faults:
            raise RuntimeError(f"not all replies were taken: {faults[0]}")


def _rows() -> Iterator[object]:
    chance = np.random.default_rng(20_264)
    picked = chance.permuted(np.tile(np.arange(len(_SAID)), (_MANY, 1)), axis=1)[:, :4]
    for number, sentences in enumerate(picked):
        agent = int(chance.integers(_AGENTS))
        at = _START + timedelta(minutes=number * _MINUTES / _MANY)
        yield {
            "at": at.isoformat(),
            "text": " ".join(_SAID[one].format(n=number) for one in sentences),
            "agent": f"person/bench-{agent}",
            "team": ("team/customer-care", "team/legal", "team/communications")[agent % 3],
            "channel": ("mail", "social", "chat")[number % 3],
            "language": "en",
        }
