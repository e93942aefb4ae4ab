"""What would be valid where a shape found something wrong: the nearest allowed values."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final, Protocol

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection

from ontology import vocabulary as v
from ontology.identity import ThingId
from ontology.schema import schema
from ontology.shape_graph import Shapes
from ontology.shape_results import Result

_SH: Final = rdflib.SH
_LISTS: Final = (_SH["or"], _SH["and"], _SH.xone)
_MEMBERS: Final = (*_LISTS, _SH.property, _SH.node, _SH.qualifiedValueShape)

SHOWN: Final = 3
MOST: Final = 2_000
"""Things of a type among which the nearest are looked for; names of more are nobody's guess."""


class Standing(Protocol):
    """What is asked of the graph."""

    def of_type(self, name: str) -> tuple[ThingId, ...]:
        """The things of a type, sorted."""


def nearest(known: Shapes, graph: Standing, result: Result) -> tuple[str, ...]:
    """Up to three values that the shape would let pass, the most alike first; empty for none.

    What the shape lists comes first, then things of the class that it asks for, then the example
    of the property. People and their accounts are never named.
    """
    nodes = [*_within(known.graph, rdflib.URIRef(v.SHAPES + result.shape))]
    found = [*_listed(known.graph, nodes)] or [*_things(known.graph, nodes, graph, result)]
    if found:
        return _alike(result.value, found)
    prop = schema().terms.get(result.path or "")
    return () if prop is None or prop.refers or prop.example is None else (str(prop.example),)


def _within(shapes: rdflib.Graph, shape: object) -> Iterator[rdflib.URIRef | rdflib.BNode]:
    """A shape, and the shapes in it of which all or one must hold."""
    if not isinstance(shape, rdflib.URIRef | rdflib.BNode):
        return
    yield shape
    for member in _MEMBERS:
        for found in shapes.objects(shape, member):
            parts = Collection(shapes, found) if member in _LISTS else [found]
            for part in parts:
                yield from _within(shapes, part)


def _listed(shapes: rdflib.Graph, nodes: Iterable[rdflib.URIRef | rdflib.BNode]) -> Iterator[str]:
    """The values that shapes list, in their order."""
    for node in nodes:
        for members in shapes.objects(node, _SH["in"]):
            yield from map(_word, Collection(shapes, members))
        yield from map(_word, shapes.objects(node, _SH.hasValue))


def _things(
    shapes: rdflib.Graph,
    nodes: Iterable[rdflib.URIRef | rdflib.BNode],
    graph: Standing,
    result: Result,
) -> Iterator[str]:
    """Things of the classes that shapes ask for."""
    for name in (_word(c) for node in nodes for c in shapes.objects(node, _SH["class"])):
        kind = schema().types.get(name)
        if kind is None or kind.pseudonymous or kind.sealed_under:
            continue
        yield from (one for one in graph.of_type(name)[:MOST] if one != result.focus)


def _word(node: object) -> str:
    """A term as people write it: the notation of a concept, the words of a literal."""
    text = str(node)
    if isinstance(node, rdflib.URIRef):
        return v.identity_of(ox.NamedNode(text)) or v.local(ox.NamedNode(text))
    return text


def _alike(value: object, found: list[str]) -> tuple[str, ...]:
    if value is None:
        return tuple(found[:SHOWN])
    return tuple(get_close_matches(str(value), found, n=SHOWN, cutoff=0.0))
