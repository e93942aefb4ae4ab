"""The gate: judges changes of governed things against the shapes, on the graph as it would be."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

import pyoxigraph as ox
import pyshacl
import rdflib

from ontology import vocabulary as v
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.judged import Context, Proposed, affected, context_of
from ontology.paths import Reader
from ontology.projection import value_of
from ontology.shape_files import Shapes
from ontology.shape_files import shapes as packaged

_LOCK: Final = threading.Lock()
_SH: Final = rdflib.SH


class GateBroken(RuntimeError):
    """The shapes themselves can't be evaluated; nothing was judged."""


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
class Result:
    """One thing that a shape found.

    `severity` is Violation, Warning or Info; only a Violation refuses. `message` says what would
    mend it; `path` reads like `ownedBy` or `escalatesTo*/atTier`; `source` is `file:line`.
    """

    shape: str
    severity: str
    message: str
    path: str | None
    value: Json
    focus: ThingId | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate found, worst first.

    `scopes` are the things that it read, with the versions that it read: append with them as
    expected. `touches` are things on whose judgement the change bears: name them as scopes of
    the event, so that who judged them at the same time has a conflict.
    """

    results: tuple[Result, ...]
    scopes: Mapping[Scope, int]
    touches: frozenset[Scope]

    @property
    def refused(self) -> bool:
        """Whether anything is violated."""
        return any(result.severity == "Violation" for result in self.results)


def judge(
    reader: Judged, drafts: Sequence[Draft], at: datetime, shapes: Shapes | None = None
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
    results = _validate(known, after, at)
    if any(result.focus not in put for result in results):
        before = set(_validate(known, context_of(known, reader, focus - put), at))
        results = [r for r in results if r.focus in put or r not in before]
    read = after.things | proposed.governed(known)
    versions = reader.versions(map(Scope, sorted(read)), sequence)
    return Verdict(
        results=tuple(sorted(results, key=_worst_first)),
        scopes=MappingProxyType(dict(versions)),
        touches=frozenset(map(Scope, proposed.referred(known))),
    )


def _validate(known: Shapes, context: Context, at: datetime) -> list[Result]:
    """Run pySHACL over the context of the candidates."""
    if not context.types:
        return []
    store = ox.Store()
    store.extend([*context.quads, *_judgement(at)])
    # INVARIANT: one validation at a time, because pyshacl patches rdflib while it runs; never
    # advanced, inference or meta_shacl, which copy the graph or check the shapes on every call.
    with _LOCK:
        _, report, _ = pyshacl.validate(store, shacl_graph=known.subset(context.types))  # type: ignore[arg-type]  # its hints forgot the Store that it takes
    if not isinstance(report, rdflib.Graph):
        raise GateBroken(f"the shapes could not be evaluated: {report}")
    return list(dict.fromkeys(_results(known, report)))


def _judgement(at: datetime) -> Iterator[ox.Quad]:
    """The moment as of which the shapes compute what is in force."""
    node = v.JUDGEMENT_NODE
    moment = ox.Literal(at.isoformat(), datatype=v.standard(v.XSD, "dateTime"))
    yield ox.Quad(node, v.TYPE, v.JUDGEMENT)
    yield ox.Quad(node, v.JUDGED_AT, moment)


def _results(known: Shapes, report: rdflib.Graph) -> Iterator[Result]:
    for node in report.objects(None, _SH.result):
        said = {str(p): o for p, o in report.predicate_objects(node)}
        shape = said.get(str(_SH.sourceConstraint)) or said[str(_SH.sourceShape)]
        path = said.get(str(_SH.resultPath))
        yield Result(
            shape=str(shape).removeprefix(v.SHAPES),
            severity=str(said[str(_SH.resultSeverity)]).rpartition("#")[2],
            message=str(said.get(str(_SH.resultMessage), "")),
            path=_local(path) if isinstance(path, rdflib.URIRef) else known.path_words(shape),
            value=_json(said.get(str(_SH.value))),
            focus=v.owner_of(ox.NamedNode(str(said[str(_SH.focusNode)]))),
            source=known.source(shape),
        )


def _local(term: rdflib.URIRef) -> str:
    return str(term).rpartition("#")[2]


def _json(term: object) -> Json:
    if isinstance(term, rdflib.URIRef):
        return value_of(ox.NamedNode(str(term)))
    if isinstance(term, rdflib.Literal):
        kind = ox.NamedNode(str(term.datatype)) if term.datatype else None
        return value_of(ox.Literal(str(term), datatype=kind))
    return None


def _worst_first(result: Result) -> tuple[int, str, str, str]:
    rank = {"Violation": 0, "Warning": 1}.get(result.severity, 2)
    return rank, str(result.focus), result.shape, str(result.value)
