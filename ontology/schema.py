"""The schema of records: the properties of each class, read from the ontology's Turtle once."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.events import Json
from ontology.record_types import Property, RecordType, Schema, SchemaInvalid
from ontology.values import Datatype

__all__ = ["Property", "RecordType", "Schema", "SchemaInvalid", "read_schema", "schema"]

_DATATYPES: Final[Mapping[str, Datatype]] = MappingProxyType(
    {
        "string": Datatype.STRING,
        "boolean": Datatype.BOOLEAN,
        "integer": Datatype.INTEGER,
        "double": Datatype.DECIMAL,
        "date": Datatype.DATE,
        "time": Datatype.TIME,
        "dateTime": Datatype.DATETIME,
        "dayTimeDuration": Datatype.DURATION,
    }
)


@cache
def schema() -> Schema:
    """The packaged ontology, read once a process.

    >>> schema().types["Incident"].properties["tier"].choices[-1]
    'board'
    """
    here = files("ontology")
    return read_schema(*(here.joinpath(n).read_bytes() for n in ("crisis.ttl", "schemes.ttl")))


@cache
def meanings(scheme: str) -> Mapping[str, str]:
    """What each concept of a scheme means, in words.

    >>> meanings("strategy")["adjust"]
    'Says what happened and what is done, with concern.'
    """
    graph = ox.Dataset(
        ox.parse(files("ontology").joinpath("schemes.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    )
    concepts = graph.quads_for_object(ox.NamedNode(v.SCHEMES + scheme))
    found = [
        (v.local(quad.subject), text.object)
        for quad in concepts
        for text in graph.quads_for_subject(quad.subject)
        if isinstance(quad.subject, ox.NamedNode)
        and text.predicate == v.standard(v.SKOS, "definition")
    ]
    return MappingProxyType(
        {name: text.value for name, text in found if isinstance(text, ox.Literal)}
    )


def read_schema(*turtles: bytes) -> Schema:
    """Read a schema from Turtle documents: the classes and properties, and the schemes.

    Raises:
        SchemaInvalid: a property has a range that is neither a datatype, a scheme nor a class
            with ids.
    """
    reader = _Reader(quad for text in turtles for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    return reader.schema()


_Found = tuple[Property, list[ox.NamedNode]]


class _Reader:
    """Looks terms up in the parsed triples."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._graph = ox.Dataset(quads)
        self._kinds = {
            quad.subject: self._literal(quad.subject, "idKind")
            for quad in self._graph.quads_for_predicate(v.term("idKind"))
            if isinstance(quad.subject, ox.NamedNode)
        }

    def schema(self) -> Schema:
        schemes = self._schemes()
        found = [
            (self._property(node, schemes), self._classes(node, "domain"))
            for node in sorted(self._instances("DatatypeProperty", "ObjectProperty"), key=str)
            if self._one(node, v.standard(v.SKOS, "example")) is not None
        ]
        types = [self._type(node, found) for node in sorted(self._kinds, key=str)]
        return Schema(
            types=MappingProxyType({t.name: t for t in types}),
            kinds=MappingProxyType({t.kind: t for t in types}),
            terms=MappingProxyType({p.term: p for p, _ in found}),
            names=MappingProxyType({p.name: p for p, _ in found}),
            schemes=MappingProxyType(schemes),
        )

    def _schemes(self) -> dict[str, tuple[str, ...]]:
        members: dict[str, list[tuple[int, str]]] = {}
        for quad in self._graph.quads_for_predicate(v.standard(v.SKOS, "inScheme")):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                scheme = quad.object.value.removeprefix(v.SCHEMES)
                rank = int(self._literal(quad.subject, "rank"))
                members.setdefault(scheme, []).append((rank, v.local(quad.subject)))
        return {s: tuple(name for _, name in sorted(ranked)) for s, ranked in members.items()}

    def _type(
        self, node: ox.NamedNode, found: list[tuple[Property, list[ox.NamedNode]]]
    ) -> RecordType:
        own = {p.name: p for p, domain in found if node in domain}
        limits = self._limits(node)
        most_one = {name for name, p in own.items() if ("maxCardinality", p.term) in limits}
        sealed = self._one(node, v.term("sealedUnder"))
        return RecordType(
            name=v.local(node),
            kind=self._kinds[node],
            recordable=self._literal(node, "recordType") == "true",
            properties=MappingProxyType(own),
            required=frozenset(n for n, p in own.items() if ("minCardinality", p.term) in limits),
            single=frozenset(most_one | {n for n, p in own.items() if p.functional}),
            pseudonymous=self._literal(node, "pseudonymous") == "true",
            sealed_under=v.local(sealed) if isinstance(sealed, ox.NamedNode) else None,
            label=self._words(node, "label"),
            comment=self._words(node, "comment"),
        )

    def _limits(self, node: ox.NamedNode) -> set[tuple[str, str]]:
        restrictions = self._objects(node, v.standard(v.RDFS, "subClassOf"))
        on = v.standard(v.OWL, "onProperty")
        return {
            (bound, v.local(term))
            for restriction in restrictions
            if isinstance(term := self._one(restriction, on), ox.NamedNode)
            for bound in ("minCardinality", "maxCardinality")
            if self._one(restriction, v.standard(v.OWL, bound)) is not None
        }

    def _property(self, node: ox.NamedNode, schemes: Mapping[str, tuple[str, ...]]) -> Property:
        choice = self._one(node, v.term("choice"))
        scheme = choice.value.removeprefix(v.SCHEMES) if isinstance(choice, ox.NamedNode) else None
        refers = tuple(self._kinds[c] for c in self._classes(node, "range") if c in self._kinds)
        datatype = None if scheme or refers else self._datatype(node)
        return Property(
            name=self._literal(node, "jsonName") or v.local(node),
            term=v.local(node),
            datatype=datatype,
            scheme=scheme,
            choices=schemes.get(scheme or "", ()),
            refers=refers,
            functional=node in self._instances("FunctionalProperty"),
            personal=self._literal(node, "personal") == "true",
            by_act=self._literal(node, "byAct") == "true",
            form=self._literal(node, "format") or None,
            minimum=self._number(node, "minimum"),
            above=self._number(node, "above"),
            maximum=self._number(node, "maximum"),
            label=self._words(node, "label"),
            comment=self._words(node, "comment"),
            example=_native(self._one(node, v.standard(v.SKOS, "example"))),
        )

    def _datatype(self, node: ox.NamedNode) -> Datatype:
        for named in self._classes(node, "range"):
            if named.value.startswith(v.XSD) and v.local(named) in _DATATYPES:
                return _DATATYPES[v.local(named)]
        raise SchemaInvalid(f"{node} has no range that JSON can hold; give one like xsd:string")

    def _classes(self, node: ox.NamedNode, which: str) -> list[ox.NamedNode]:
        """The named classes of a domain or range; the members where it is a union."""
        found: list[ox.NamedNode] = []
        for term in self._objects(node, v.standard(v.RDFS, which)):
            union = self._one(term, v.standard(v.OWL, "unionOf"))
            members = [term] if union is None else self._list(union)
            found += [m for m in members if isinstance(m, ox.NamedNode)]
        return found

    def _list(self, head: object) -> Iterable[object]:
        while isinstance(head, ox.BlankNode):
            yield self._one(head, v.standard(v.RDF, "first"))
            head = self._one(head, v.standard(v.RDF, "rest"))

    def _instances(self, *classes: str) -> list[ox.NamedNode]:
        return [
            quad.subject
            for name in classes
            for quad in self._graph.quads_for_object(v.standard(v.OWL, name))
            if isinstance(quad.subject, ox.NamedNode) and quad.predicate == v.TYPE
        ]

    def _objects(self, node: object, predicate: ox.NamedNode) -> list[object]:
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return []
        return [q.object for q in self._graph.quads_for_subject(node) if q.predicate == predicate]

    def _one(self, node: object, predicate: ox.NamedNode) -> object:
        found = self._objects(node, predicate)
        return found[0] if found else None

    def _literal(self, node: object, name: str) -> str:
        found = self._one(node, v.term(name))
        return found.value if isinstance(found, ox.Literal) else ""

    def _words(self, node: object, name: str) -> str:
        found = self._one(node, v.standard(v.RDFS, name))
        return found.value if isinstance(found, ox.Literal) else ""

    def _number(self, node: object, name: str) -> float | None:
        text = self._literal(node, name)
        return float(text) if text else None


def _native(example: object) -> Json:
    """An example as JSON writes it."""
    if not isinstance(example, ox.Literal):
        return None
    match v.local(example.datatype):
        case "boolean":
            return example.value == "true"
        case "integer":
            return int(example.value)
        case "double":
            return float(example.value)
        case _:
            return example.value
