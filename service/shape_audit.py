"""Auditing shapes: all that stands is judged, thing by thing, in several processes."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol, TextIO, TypeAlias

from ontology.events import Json
from ontology.gate import judge_standing
from ontology.identity import ThingId
from ontology.judged import Whole
from ontology.schema import schema
from ontology.shape_engines import Findings, GateBroken
from ontology.shape_graph import Shapes
from ontology.shape_results import Result
from service.audit_file import Plan, Row, Tally, line, mark

BATCH: Final = 200
"""Things between two marks in the file, from which an audit goes on."""

GROUP: Final = 25
"""Things that are judged in one run of an engine, which costs something by itself."""

Things: TypeAlias = Sequence[ThingId]


class Audited(Whole, Protocol):
    """A graph that gives the things of a type."""

    def of_type(self, name: str) -> tuple[ThingId, ...]:
        """The things of a type, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditing:
    """What every process judges with."""

    graph: Audited
    shapes: Shapes
    plan: Plan

    def total(self) -> int:
        """How many things are to be judged."""
        return sum(len(self.graph.of_type(name)) for name in self.plan.types)

    def batch(self, things: Things) -> list[Row]:
        """The lines about some things; where a group fails, its things are judged alone."""
        found: list[Row] = []
        for start in range(0, len(things), GROUP):
            group = things[start : start + GROUP]
            findings = self._clean(group)
            if findings is None:
                found += [row for thing in group for row in self._alone(thing)]
            else:
                found += map(_row, findings.results)
        return found

    def _clean(self, things: Things) -> Findings | None:
        """What was found, None where an engine failed or the two differed."""
        try:
            found = self._judged(things)
        except GateBroken:
            return None
        return None if found.disagreements or found.faults else found

    def _alone(self, thing: ThingId) -> Iterator[Row]:
        """A thing by itself, so that what the engines make of it can be told."""
        try:
            findings = self._judged([thing])
        except GateBroken as error:
            yield {"thing": thing, "fault": str(error)[:400]}
            return
        yield from map(_row, findings.results)
        if findings.disagreements:
            yield {"thing": thing, "differ": [*findings.disagreements]}
        if findings.faults:
            yield {"thing": thing, "fault": "; ".join(findings.faults)[:400]}

    def _judged(self, things: Things) -> Findings:
        return judge_standing(self.graph, things, self.plan.at, self.shapes, self.plan.engine)


def run(auditing: Auditing, out: TextIO, tally: Tally, *, jobs: int) -> Iterator[int]:
    """Judge what the tally has not judged yet; yields how many things stand judged.

    `out` gets a line for each result and a mark after each batch; it is flushed with each mark.
    """
    with _mapped(auditing, jobs) as judged:
        for count, rows in judged(_batches(auditing, tally.judged)):
            for row in (*rows, mark(tally.judged + count)):
                tally.add(row)
                out.write(line(row))
            out.flush()
            yield tally.judged


_Judged: TypeAlias = tuple[int, list[Row]]
_shared: list[Auditing] = []
"""What a process of the pool judges with; it was there before the process was forked."""


@contextmanager
def _mapped(
    auditing: Auditing, jobs: int
) -> Iterator[Callable[[Iterable[Things]], Iterator[_Judged]]]:
    """What judges batches in their order.

    Processes are forked, so that they read the graph that this one holds; where that can't be,
    this process judges alone.
    """
    _shared.append(auditing)
    try:
        if jobs == 1 or "fork" not in multiprocessing.get_all_start_methods():
            yield lambda batches: map(_of_batch, batches)
            return
        with multiprocessing.get_context("fork").Pool(jobs, _begin) as pool:
            yield lambda batches: pool.imap(_of_batch, batches)
    finally:
        _shared.pop()


def _begin() -> None:
    """The fast engine keeps to one thread: the processes share the cores already."""
    os.environ["RAYON_NUM_THREADS"] = "1"


def _of_batch(things: Things) -> _Judged:
    return len(things), _shared[-1].batch(things)


def _batches(auditing: Auditing, done: int) -> Iterator[Things]:
    """Things by type and id, without the first ones, which were judged before."""
    for name in auditing.plan.types:
        things = auditing.graph.of_type(name)
        for start in range(min(done, len(things)), len(things), BATCH):
            yield things[start : start + BATCH]
        done = max(0, done - len(things))


def _row(result: Result) -> Row:
    """A result as a line; what is personal stays out."""
    row: dict[str, Json] = {
        "thing": result.focus,
        "shape": result.shape,
        "severity": result.severity,
        "path": result.path,
        "source": result.source,
    }
    prop = schema().terms.get(result.path or "")
    return row if prop is not None and prop.personal else {**row, "value": result.value}
