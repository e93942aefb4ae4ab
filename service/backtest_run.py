"""Running the units of a backtest: here, in processes, or wherever an executor has them run."""

import gc
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from knowledge.recorded_decisions import PartFiles, Range
from ontology.facts import catalogue
from rules.policy import build
from rules.vocabulary import Name, asked
from service.backtest_tally import Tally
from service.backtest_unit import Question, first_recorded, tally

_MOST_PROCESSES: Final = 16
_OBJECTS: Final = 50_000
_WORTH: Final = 2
"""Processes from which on they are worth their start."""


def dated(
    files: PartFiles, units: Sequence[Range], question: Question, pool: Executor | None
) -> Question:
    """The question, with when each name was first recorded that policies of then did not ask."""
    policies = [one for one in (question.policy, question.against) if one is not None]
    wanted = {name for one in policies for name in asked(build(one, catalogue()))}
    known = [*question.known.values()]
    doubtful = frozenset(wanted - frozenset.intersection(*known) if known else wanted)
    if not doubtful:
        return question
    first: dict[Name, int] = {}
    if pool is None:
        found = (first_recorded(files, unit, doubtful) for unit in units)
    else:
        futures = [pool.submit(first_recorded, files, unit, doubtful) for unit in units]
        found = (future.result() for future in futures)
    for one in found:
        for name, sequence in one.items():
            first[name] = min(sequence, first.get(name, sequence))
    return replace(question, first=first)


def run(
    pool: Executor | None, files: PartFiles, units: Sequence[Range], question: Question
) -> Iterator[tuple[Range, Tally]]:
    """What each unit gives, as it comes."""
    if pool is None:
        yield from ((unit, tally(files, unit, question)) for unit in units)
        return
    futures: dict[Future[Tally], Range] = {
        pool.submit(tally, files, unit, question): unit for unit in units
    }
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def running(executor: Executor | None, units: int) -> Iterator[Executor | None]:
    """What runs the units: as given, else processes; one unit, or one core, needs none."""
    many = min(len(os.sched_getaffinity(0)), units, _MOST_PROCESSES)
    if executor is not None or many < _WORTH:
        yield executor
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(many, mp_context=context, initializer=_collect_rarely) as pool:
        yield pool


def _collect_rarely() -> None:
    """Look for cycles less often: what is read stays, and there are none in it."""
    gc.set_threshold(_OBJECTS, 20, 50)
