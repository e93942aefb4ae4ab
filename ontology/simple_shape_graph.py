"""Simple shapes compiled to SHACL: core constraints where they do, SPARQL where they must."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection

from ontology import vocabulary as v
from ontology.paths import Path, Sequence, Step
from ontology.projection import term_of
from ontology.record_types import Property
from ontology.simple_shape_queries import is_query, query, reads
from ontology.simple_shapes import Asked, SimpleShape

NODE: Final = "For-"
"""Before the name of the node shape that says for what type of things a shape is."""

_SH: Final = rdflib.SH
_SEVERITY: Final = {"violation": _SH.Violation, "warning": _SH.Warning, "info": _SH.Info}
_PREFIXES: Final = {"attune": v.TERMS, "shape": v.SHAPES, "sh": v.SH, "xsd": v.XSD}


def compiled(shapes: Iterable[SimpleShape]) -> rdflib.Graph:
    """The graph that shapes stand for."""
    graph = rdflib.Graph()
    for shape in shapes:
        _add(graph, shape)
    return graph


def turtle(graph: rdflib.Graph) -> str:
    """A graph of shapes as Turtle."""
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    return graph.serialize(format="turtle")


def named(shape: SimpleShape) -> tuple[str, str]:
    """The local names under which a shape stands in the graph."""
    return shape.id, NODE + shape.id


def _add(graph: rdflib.Graph, shape: SimpleShape) -> None:
    own, node = (rdflib.URIRef(v.SHAPES + name) for name in named(shape))
    graph.add((node, rdflib.RDF.type, _SH.NodeShape))
    for kind in shape.types:
        graph.add((node, _SH.targetClass, _named(v.term(f"Candidate{kind.name}"))))
    for prop in shape.also:
        graph.add((node, _named(v.ALSO_FOR), _property(prop)))
    graph.add((node, _SH.severity, _SEVERITY[shape.severity]))
    graph.add((own, _SH.message, rdflib.Literal(shape.message, lang="en")))
    for point in shape.covers:
        graph.add((own, _named(v.COVERS), rdflib.Literal(point)))
    if is_query(shape):
        graph.add((node, _SH.sparql, own))
        _add_query(graph, own, shape)
    else:
        graph.add((node, _SH.property, own))
        _add_property(graph, own, shape)


def _add_query(graph: rdflib.Graph, own: rdflib.URIRef, shape: SimpleShape) -> None:
    graph.add((own, rdflib.RDF.type, _SH.SPARQLConstraint))
    for path in reads(shape):
        graph.add((own, _named(v.READS), _path(graph, path)))
    graph.add((own, _SH.select, rdflib.Literal(query(shape))))


def _add_property(graph: rdflib.Graph, own: rdflib.URIRef, shape: SimpleShape) -> None:
    assert shape.property is not None  # noqa: S101 - the reader refuses it
    graph.add((own, rdflib.RDF.type, _SH.PropertyShape))
    graph.add((own, _SH.path, _property(shape.property)))
    graph.add((own, _SH.severity, _SEVERITY[shape.severity]))
    for asked in shape.asks:
        for predicate, term in _CORE[asked.kind](graph, shape.property, asked):
            graph.add((own, predicate, term))


_Pairs = Iterator[tuple[rdflib.URIRef, rdflib.term.Node]]


def _at_least(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.minCount, rdflib.Literal(asked.low)


def _at_most(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.maxCount, rdflib.Literal(asked.high)


def _class(graph: rdflib.Graph, _: Property, asked: Asked) -> _Pairs:
    classes = [_named(v.term(name)) for name in asked.names]
    if len(classes) == 1:
        yield _SH["class"], classes[0]
        return
    parts: list[rdflib.term.Node] = [rdflib.BNode() for _ in classes]
    for part, one in zip(parts, classes, strict=True):
        graph.add((part, _SH["class"], one))
    yield _SH["or"], _list(graph, parts)


def _datatype(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.datatype, _named(v.standard(v.XSD, asked.names[0]))


def _one_of(graph: rdflib.Graph, prop: Property, asked: Asked) -> _Pairs:
    yield _SH["in"], _list(graph, [_term(term_of(prop, value)) for value in asked.values])


def _pattern(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.pattern, rdflib.Literal(asked.pattern)


def _length(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    if asked.low is not None:
        yield _SH.minLength, rdflib.Literal(asked.low)
    if asked.high is not None:
        yield _SH.maxLength, rdflib.Literal(asked.high)


def _less_than(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.lessThan, _property(asked.properties[0])


def _not_after(_: rdflib.Graph, __: Property, asked: Asked) -> _Pairs:
    yield _SH.lessThanOrEquals, _property(asked.properties[0])


_CORE: Final[Mapping[str, Callable[[rdflib.Graph, Property, Asked], _Pairs]]] = MappingProxyType(
    {
        "at least": _at_least,
        "at most": _at_most,
        "class": _class,
        "datatype": _datatype,
        "one of": _one_of,
        "pattern": _pattern,
        "length": _length,
        "less than": _less_than,
        "not after": _not_after,
    }
)


def _path(graph: rdflib.Graph, path: Path) -> rdflib.term.Node:
    """A path of steps and sequences as SHACL writes it."""
    if isinstance(path, Sequence):
        return _list(graph, [_path(graph, part) for part in path.parts])
    assert isinstance(path, Step)  # noqa: S101 - queries read by no other path
    if not path.inverse:
        return _named(path.predicate)
    node = rdflib.BNode()
    graph.add((node, _SH.inversePath, _named(path.predicate)))
    return node


def _list(graph: rdflib.Graph, members: list[rdflib.term.Node]) -> rdflib.BNode:
    head = rdflib.BNode()
    Collection(graph, head, members)
    return head


def _property(prop: Property) -> rdflib.URIRef:
    return _named(v.term(prop.term))


def _named(node: ox.NamedNode) -> rdflib.URIRef:
    return rdflib.URIRef(node.value)


def _term(term: ox.NamedNode | ox.Literal) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return _named(term)
    return rdflib.Literal(term.value, datatype=term.datatype.value)
