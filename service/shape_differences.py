"""Shapes of two bundles compared: what of their cases each refuses, before and after."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import rdflib

from ontology import vocabulary as v
from ontology.gate import judge
from ontology.imagined import Imagined
from ontology.shape_cases import ShapeCase, read_tables
from ontology.shape_engines import GateEngine
from ontology.shape_files import read_shapes
from ontology.shape_graph import Shapes
from rules.comparison_report import PartChange
from service.shape_checks import FOLDER, shapes_of

_SH: Final = rdflib.SH
_WORDS: Final = frozenset({_SH.message, _SH.description, _SH.name, rdflib.RDFS.label})
_LINKS: Final = frozenset({_SH.property, _SH.sparql, _SH.node})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """A case of a shape on its ground."""

    case: ShapeCase
    ground: Imagined

    def found(self, known: Shapes) -> str | None:
        """What the shape says of it: the severity, or nothing."""
        if self.case.shape not in known.told:
            return None
        verdict = judge(self.ground, self.case.change, self.case.at, known, GateEngine.BOTH)
        mine = [one.severity for one in verdict.results if one.shape == self.case.shape]
        return mine[0] if mine else None

    @property
    def place(self) -> str:
        return f"{self.case.file}:{self.case.line}: {self.case.note}"


def shape_differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[PartChange]:
    """What became of each shape that changed; both bundles are in order.

    Raises:
        ShapesInvalid: shapes of a bundle can't be used.
        FileInvalid: case tables of a bundle can't be read.
    """
    if shapes_of(old) == shapes_of(new):
        return
    before, after = (read_shapes(shapes_of(files)) for files in (old, new))
    tried = _cases(old) | _cases(new)
    for name in sorted(before.told | after.told):
        if form(before, name) != form(after, name):
            cases = [one for (shape, _), one in tried.items() if shape == name]
            yield _told(name, before, after, cases)


def _cases(files: Mapping[str, bytes]) -> dict[tuple[str, str], _Tried]:
    tables = read_tables({n: text for n, text in files.items() if n.startswith(FOLDER)})
    shared = [draft for table in tables if not table.cases for draft in table.given]
    common = Imagined().after(shared)
    grounds = [(table, common.after(table.given)) for table in tables if table.cases]
    return {
        (case.shape, case.note): _Tried(case=case, ground=ground)
        for table, ground in grounds
        for case in table.cases
    }


def _told(name: str, old: Shapes, new: Shapes, cases: Sequence[_Tried]) -> PartChange:
    file = (new.lines.get(name) or old.lines[name]).rpartition(":")[0]
    found = [(one, one.found(old), one.found(new)) for one in cases]
    refused = "Violation"
    more = [one.place for one, was, now in found if now == refused and was != refused]
    fewer = [one.place for one, was, now in found if was == refused and now != refused]
    said = [w for w in (_count("more", more), _count("fewer", fewer)) if w is not None]
    new_or_gone = "comes" if name not in old.told else "goes" if name not in new.told else ""
    reworded = form(old, name, _WORDS) == form(new, name, _WORDS)
    what = ": " * bool(new_or_gone and said) + " and ".join(said)
    if not said:
        what = " changes its words only" if reworded else _UNTOLD
    return PartChange(
        part="shapes",
        file=file,
        name=name,
        level="patch" if reworded and not said else "major",
        words=(new_or_gone + what).strip(),
        places=(*more, *fewer),
    )


_UNTOLD: Final = (
    " changes, and every case of it comes out the same; what else it refuses is not proven"
)


def _count(way: str, places: Sequence[str]) -> str | None:
    if not places:
        return None
    return f"refuses {len(places)} {way} of its cases"


def form(shapes: Shapes, name: str, but: AbstractSet[rdflib.URIRef] = frozenset()) -> object:
    """What a shape says, equal for equal shapes however they are written; `but` is left out."""
    node = rdflib.URIRef(v.SHAPES + name)
    around = set(shapes.graph.subjects(None, node))
    return (
        _said(shapes.graph, node, but),
        frozenset(_said(shapes.graph, one, {*but, *_LINKS, *_WORDS}) for one in around),
    )


def _said(graph: rdflib.Graph, node: object, but: AbstractSet[rdflib.URIRef]) -> Hashable:
    return frozenset(
        (
            str(predicate),
            _said(graph, value, but) if isinstance(value, rdflib.BNode) else value.n3(),
        )
        for _, predicate, value in graph.triples((node, None, None))  # type: ignore[arg-type] # nodes
        if predicate not in but
    )
