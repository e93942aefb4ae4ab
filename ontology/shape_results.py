"""What a shape found: a validation report, from whichever engine, as results."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
import rdflib

from ontology import vocabulary as v
from ontology.events import Json
from ontology.identity import ThingId
from ontology.projection import value_of
from ontology.shape_graph import Shapes
from ontology.values import Datatype, ValueInvalid, conform, encode

_RESULT: Final = v.standard(v.SH, "result")
_CURE: Final = ": "
_TIMES: Final = {
    v.standard(v.XSD, "dateTime"): Datatype.DATETIME,
    v.standard(v.XSD, "time"): Datatype.TIME,
    v.standard(v.XSD, "dayTimeDuration"): Datatype.DURATION,
}
_XSD_STRING: Final = v.standard(v.XSD, "string")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Key = tuple[str, str, str, str, str]
Said = Mapping[str, Term]
"""What a report says of one result, by the local names of its properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that a shape found.

    `severity` is Violation, Warning or Info; only a Violation refuses. `message` says what is
    wrong and, after a colon, what mends it; `path` reads like `ownedBy` or `escalatesTo*/atTier`;
    `source` is `file:line`.
    """

    shape: str
    severity: str
    message: str
    path: str | None
    value: Json
    focus: ThingId | None
    source: str

    @property
    def refusal(self) -> str:
        """What is wrong, without what mends it."""
        return halves(self.message)[0]

    @property
    def cure(self) -> str:
        """What mends it; empty where the shape does not say."""
        return halves(self.message)[1]

    @property
    def key(self) -> Key:
        """What two engines must agree on; the words of a message are not part of it."""
        return self.shape, self.severity, str(self.focus), str(self.path), repr(self.value)


def halves(message: str) -> tuple[str, str]:
    """What is wrong, and what mends it.

    >>> halves("The consent ends before it begins: let validFrom lie before validUntil.")
    ('The consent ends before it begins.', 'Let validFrom lie before validUntil.')
    """
    wrong, colon, cure = message.partition(_CURE)
    return (f"{wrong}.", cure[:1].upper() + cure[1:]) if colon else (message, "")


def of_text(known: Shapes, report: str) -> list[Result]:
    """The results of a report in N-Triples."""
    quads = [*ox.parse(report.encode(), ox.RdfFormat.N_TRIPLES)]
    nodes: dict[object, dict[str, Term]] = {
        quad.object: {} for quad in quads if quad.predicate == _RESULT
    }
    for quad in quads:
        if quad.subject in nodes:
            nodes[quad.subject][v.local(quad.predicate)] = quad.object
    return [*_results(known, nodes.values())]


def of_graph(known: Shapes, report: rdflib.Graph) -> list[Result]:
    """The results of a report in an rdflib graph."""
    nodes = report.objects(None, rdflib.SH.result)
    said = ({_local(p): _term(o) for p, o in report.predicate_objects(node)} for node in nodes)
    return [*_results(known, said)]


def _results(known: Shapes, nodes: Iterable[Said]) -> Iterator[Result]:
    """Results, each once."""
    yield from dict.fromkeys(_result(known, said) for said in nodes)


def _result(known: Shapes, said: Said) -> Result:
    shape = _iri(said.get("sourceConstraint") or said["sourceShape"])
    path = said.get("resultPath")
    return Result(
        shape=shape.removeprefix(v.SHAPES),
        severity=_iri(said["resultSeverity"]).rpartition("#")[2],
        message=_text(said.get("resultMessage")),
        path=v.local(path) if isinstance(path, ox.NamedNode) else known.path_words(shape),
        value=_json(said.get("value")),
        focus=v.owner_of(said["focusNode"]),
        source=known.source(shape),
    )


def _json(term: Term | None) -> Json:
    if not isinstance(term, ox.NamedNode | ox.Literal):
        return None
    found = value_of(term)
    kind = _TIMES.get(term.datatype) if isinstance(term, ox.Literal) else None
    return found if kind is None else _canonical(found, kind)


def _canonical(text: Json, kind: Datatype) -> Json:
    """A moment or duration in the form in which it is recorded; rdflib spells some in its own."""
    try:
        return str(encode(conform(text, kind))).replace("+00:00", "Z")
    except ValueInvalid:
        return text


def _iri(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _local(term: object) -> str:
    return str(term).rpartition("#")[2]


def _term(node: object) -> Term:
    """A term of rdflib as one of pyoxigraph."""
    if isinstance(node, rdflib.Literal):
        kind = ox.NamedNode(str(node.datatype)) if node.datatype else _XSD_STRING
        return ox.Literal(str(node), datatype=kind)
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    return ox.BlankNode()
