"""Zones of risk: loading a log of contacts, studying it with its bootstrap, drawing it."""

import csv
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.measuring import Figure
from bench.worlds import sample_world
from knowledge.envelopes import micros
from knowledge.journeys.chain import absorption, usual_ends
from knowledge.journeys.counts import Counts, Floats, Reading, by_journey
from knowledge.journeys.logs import Batch
from knowledge.journeys.resampling import resampled
from knowledge.journeys.simulation import HOUR, drawn, simulate
from knowledge.journeys.steps import Outcome, Steps, settled
from ontology.identity import ThingId
from service.founding import OPERATOR
from service.journey_loading import load, logs_of
from service.journey_picture import draw
from service.journey_zones import Studies, places
from service.world import World

_TOUCHPOINTS = 20
_AT_ONCE = 100_000
_YEAR = 366 * 24 * HOUR


def measure() -> Iterator[Figure]:
    """Seconds for 100,000 journeys, and for ten times as many."""
    for journeys, aim in ((100_000, "at most 10"), (1_000_000, "")):
        with sample_world() as world:
            contacts = _keep(world, _made(journeys))
            before, start = _peak_mb(), time.perf_counter()
            found = Studies().zones(world).study
            taken = time.perf_counter() - start
            name = f"studying {journeys:,} journeys, {contacts:,} contacts, 1,000 samples"
            yield Figure(name=name, value=taken, unit="s", aim=aim)
            more = _peak_mb() - before
            yield Figure(name="memory that this takes at most", value=more, unit="MB")
    start = time.perf_counter()
    draw(found)
    yield Figure(name="drawing it", value=time.perf_counter() - start, unit="s")
    yield from _chains()
    yield _loading(_made(100_000))


def _keep(world: World, steps: Steps) -> int:
    """Keep contacts as a load does, a hundred thousand a file; those of the sample are dropped."""
    logs = logs_of(world)
    logs.forget(datetime(2014, 1, 1, tzinfo=UTC))
    start = micros(datetime(2026, 1, 1, tzinfo=UTC))
    names = tuple(place.id for place in places(world.graph))
    moved = replace(steps, at=steps.at + start)
    places_of = np.array_split(np.arange(len(moved)), 1 + len(moved) // _AT_ONCE)
    batches = (Batch(touchpoints=names, steps=moved.where(part)) for part in places_of)
    new, _ = logs.commit(batches, actor=OPERATOR, id=world.ids, at=world.clock.now())
    return new


def _made(journeys: int) -> Steps:
    return simulate(
        np.random.default_rng(2), drawn(np.random.default_rng(1), _TOUCHPOINTS), journeys
    )


def _chains() -> Iterator[Figure]:
    """The sparse solve of all samples, and a dense inverse of each."""
    reading = Reading(until=_YEAR, quiet=30 * 24 * HOUR, harm_below=-0.5)
    for size in (_TOUCHPOINTS, 100):
        chain = drawn(np.random.default_rng(1), size, leads_to=8)
        steps = simulate(np.random.default_rng(2), chain, 20_000)
        counts = resampled(by_journey(settled(steps), size, reading), 1_000, 1, lambda _many: None)
        usual = usual_ends(counts)
        if usual is None:
            continue
        start = time.process_time()
        sparse = absorption(counts, usual)
        taken = time.process_time() - start
        start = time.process_time()
        dense = _dense(counts, usual)
        other = time.process_time() - start
        yield Figure(
            name=f"ends from {size} touchpoints in 1,000 samples",
            value=taken * 1000,
            unit="ms CPU",
            against="dense inverses (numpy)",
            ratio=taken / other,
            note=f"they differ by {abs(sparse - dense).max():.0e}",
        )


def _dense(counts: Counts, usual: Floats) -> Floats:
    """The same probabilities, each sample's fundamental matrix made in full."""
    start, to, values = counts.moves()
    matrix = np.zeros((counts.samples, counts.size, counts.size + len(usual)))
    matrix[:, start, to] = values.T
    left = matrix.sum(axis=2, keepdims=True)
    matrix[:, :, counts.size :] += usual
    matrix /= left + 1
    fundamental = np.linalg.inv(np.eye(counts.size) - matrix[:, :, : counts.size])
    return np.asarray((fundamental @ matrix[:, :, counts.size :]).transpose(1, 2, 0))


def _loading(steps: Steps) -> Figure:
    """The way of a CSV through map, checks, hashes and file into the ledger."""
    with sample_world() as world, TemporaryDirectory() as folder:
        names = [place.id for place in places(world.graph)]
        file = Path(folder) / "log.csv"
        _written(file, steps, names)
        start = time.perf_counter()
        done = load(world, file, mapped=None, rejects=Path(folder) / "bad.jsonl", actor=OPERATOR)
        taken = time.perf_counter() - start
    return Figure(name=f"loading {done.new:,} contacts from CSV", value=taken, unit="s")


def _written(file: Path, steps: Steps, names: list[ThingId]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    words = {outcome.value: outcome.name.lower() for outcome in Outcome} | {0: ""}
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("journey", "touchpoint", "time", "outcome", "harm"))
        for journey, place, at, outcome, harm in zip(
            steps.journey.tolist(),
            steps.touchpoint.tolist(),
            steps.at.tolist(),
            steps.outcome.tolist(),
            steps.harm.tolist(),
            strict=True,
        ):
            when = start + timedelta(microseconds=at)
            writer.writerow(
                (journey, names[place % len(names)], when.isoformat(), words[outcome], harm)
            )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
