"""Appends a second, each on disk before it is acknowledged: one writer, and sixteen together."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from bench.measuring import Figure
from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import ThingId
from service.clock import LiveClock

_SECONDS = 4.0
_WRITERS = 16


def measure() -> Iterator[Figure]:
    """Appends a second on SQLite with full synchronisation."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    keys = KeyStore.open(folder / "keys")
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", keys=keys, now=LiveClock().now)
    numbers = count()
    try:
        alone = _rate(ledger, numbers, writers=1)
        yield Figure(name="appends, 1 writer", value=alone, unit="/s")
        together = _rate(ledger, numbers, writers=_WRITERS)
        yield Figure(
            name=f"appends, {_WRITERS} writers, group commit",
            value=together,
            unit="/s",
            against="1 writer",
            ratio=together / alone,
        )
    finally:
        ledger.close()
        keys.close()
        shutil.rmtree(folder)


def _rate(ledger: Ledger, numbers: Iterator[int], *, writers: int) -> float:
    end = time.perf_counter() + _SECONDS

    def write() -> int:
        done = 0
        while time.perf_counter() < end:
            ledger.append([_draft(next(numbers))])
            done += 1
        return done

    with ThreadPoolExecutor(writers) as pool:
        return sum(job.result() for job in [pool.submit(write) for _ in range(writers)]) / _SECONDS


def _draft(number: int) -> Draft:
    return Draft(
        id=f"event/bench-{number}",
        type="decision.made",
        subject=ThingId(f"decision/bench-{number}"),
        actor=ThingId("person/bench"),
        occurred_at=LiveClock().now(),
        data={"facts": ["x" * 40] * 20},
        governed=False,
    )
