"""Every shape in words: what it judges, what it refuses, what mends that, where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import rdflib

from ontology import vocabulary as v
from ontology.shape_graph import Shapes
from ontology.shape_results import halves

_SH: Final = rdflib.SH
_PATH: Final = re.compile(r"BIND\(\s*<?\S*[:#](\w+)>?\s+AS\s+\?path\s*\)")
_HOLDS: Final = (_SH.property, _SH.sparql)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeTold:
    """One shape that finds something; `covers` are points of the mission."""

    name: str
    types: tuple[str, ...]
    path: str | None
    severity: str
    refusal: str
    cure: str
    covers: tuple[str, ...]
    source: str


def told(known: Shapes) -> tuple[ShapeTold, ...]:
    """All shapes, in the order of the files and lines where they stand."""
    return tuple(sorted((_told(known, name) for name in known.told), key=_place))


def uncured(known: Shapes) -> Iterator[tuple[str, str]]:
    """Shapes whose message does not say what would mend it: (file, words)."""
    for one in told(known):
        if not one.cure:
            words = "says what is wrong and not what mends it; write: … is missing: set it to …"
            yield one.source.rpartition(":")[0], f"{one.source}: {one.name} {words}"


def _told(known: Shapes, name: str) -> ShapeTold:
    node = rdflib.URIRef(v.SHAPES + name)
    around = {node, *(n for held in _HOLDS for n in known.graph.subjects(held, node))}
    refusal, cure = halves(str(known.graph.value(node, _SH.message) or ""))
    is_query = (None, _SH.sparql, node) in known.graph
    severities = [known.graph.value(n, _SH.severity) for n in (around if is_query else {node})]
    return ShapeTold(
        name=name,
        types=_types(known, around),
        path=known.path_words(node) or _bound(known, node),
        severity=next((str(s).rpartition("#")[2] for s in severities if s), "Violation"),
        refusal=refusal,
        cure=cure,
        covers=_covers(known, node, around),
        source=known.source(name),
    )


def _types(known: Shapes, around: set[rdflib.term.Node]) -> tuple[str, ...]:
    return tuple(sorted(t.type for t in known.targets.values() if t.shapes & around))


def _covers(known: Shapes, node: rdflib.URIRef, around: set[rdflib.term.Node]) -> tuple[str, ...]:
    """What a shape covers by itself; where it does not say, what the shapes around it cover."""
    term = rdflib.URIRef(v.COVERS.value)
    own = [*known.graph.objects(node, term)]
    points = own or [point for n in around for point in known.graph.objects(n, term)]
    return tuple(sorted({str(point) for point in points}))


def _bound(known: Shapes, node: rdflib.URIRef) -> str | None:
    """The path that a query gives its results."""
    found = _PATH.search(str(known.graph.value(node, _SH.select) or ""))
    return found[1] if found else None


def _place(one: ShapeTold) -> tuple[str, int]:
    file, _, line = one.source.rpartition(":")
    return file, int(line or 0)
