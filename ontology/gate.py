"""The gate: judges changes of governed things against the shapes, on the graph as it would be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.judged import Context, Proposed, Whole, affected, context_of
from ontology.paths import Reader
from ontology.shape_engines import Findings, GateBroken, GateEngine, evaluate
from ontology.shape_files import shapes as packaged
from ontology.shape_graph import Shapes
from ontology.shape_results import Result

__all__ = ["GateBroken", "GateEngine", "Judged", "Result", "Verdict", "judge", "judge_standing"]


class Judged(Reader, Protocol):
    """What the gate needs of the graph."""

    def owned(self, thing: ThingId) -> Sequence[ox.Quad]:
        """The triples of a thing and of the nodes that it owns."""

    @property
    def sequence(self) -> int:
        """The last event that the graph shows."""

    def versions(self, scopes: Iterable[Scope], known: int) -> Mapping[Scope, int]:
        """The version of each scope, none beyond the event `known`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate found, worst first.

    `scopes` are the things that it read, with the versions that it read: append with them as
    expected. `touches` are things on whose judgement the change bears: name them as scopes of
    the event, so that who judged them at the same time has a conflict. `disagreements` names
    shapes about which the engines differed, where the cautious answer stands; `faults` says which
    engine failed.
    """

    results: tuple[Result, ...]
    scopes: Mapping[Scope, int]
    touches: frozenset[Scope]
    disagreements: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether anything is violated."""
        return any(result.severity == "Violation" for result in self.results)


def judge(
    reader: Judged,
    drafts: Sequence[Draft],
    at: datetime,
    shapes: Shapes | None = None,
    engine: GateEngine = GateEngine.BOTH,
) -> Verdict:
    """Judge what the graph would be after the drafts, as of `at` (aware).

    Only governed records and acts on things that have shapes are judged. A record answers for
    itself. An act, and what a change touches elsewhere (removing the team that owns a touchpoint),
    answer for what they bring about, not for what was broken before.

    Raises:
        GateBroken: the shapes can't be evaluated.
    """
    known = shapes or packaged()
    # INVARIANT: read before the graph is, so that what is folded meanwhile shows as a conflict.
    sequence = reader.sequence
    proposed = Proposed.of(reader, drafts)
    put = {draft.subject for draft in drafts if draft.type == "record.put"}
    focus = {thing for thing in proposed.changed if proposed.type_of(thing) in known.targets}
    focus |= affected(known, proposed)
    after = context_of(known, proposed, focus)
    found = [_validate(known, after, at, engine)]
    results = found[0].results
    if any(result.focus not in put for result in results):
        found.append(_validate(known, context_of(known, reader, focus - put), at, engine))
        before = {result.key for result in found[1].results}
        results = tuple(r for r in results if r.focus in put or r.key not in before)
    read = after.things | proposed.governed(known)
    versions = reader.versions(map(Scope, sorted(read)), sequence)
    return Verdict(
        results=tuple(sorted(results, key=_worst_first)),
        scopes=MappingProxyType(dict(versions)),
        touches=frozenset(map(Scope, proposed.referred(known))),
        disagreements=_names(one.disagreements for one in found),
        faults=_names(one.faults for one in found),
    )


def judge_standing(
    graph: Whole,
    things: Iterable[ThingId],
    at: datetime,
    shapes: Shapes,
    engine: GateEngine = GateEngine.BOTH,
) -> Findings:
    """What the shapes find about things as they stand, as of `at` (aware); nothing changes."""
    found = _validate(shapes, context_of(shapes, graph, things), at, engine)
    return replace(found, results=tuple(sorted(found.results, key=_worst_first)))


def _validate(known: Shapes, context: Context, at: datetime, engine: GateEngine) -> Findings:
    """Evaluate the shapes on the context of the candidates."""
    if not context.types:
        return Findings(results=())
    return evaluate(known, context.types, (*context.quads, *_judgement(at)), engine)


def _names(found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in found for name in names}))


def _judgement(at: datetime) -> Iterator[ox.Quad]:
    """The moment as of which the shapes compute what is in force."""
    node = v.JUDGEMENT_NODE
    moment = ox.Literal(at.isoformat(), datatype=v.standard(v.XSD, "dateTime"))
    yield ox.Quad(node, v.TYPE, v.JUDGEMENT)
    yield ox.Quad(node, v.JUDGED_AT, moment)


def _worst_first(result: Result) -> tuple[int, str, str, str]:
    rank = {"Violation": 0, "Warning": 1}.get(result.severity, 2)
    return rank, str(result.focus), result.shape, str(result.value)
