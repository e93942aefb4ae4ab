"""From events to triples: what a recorded event shows in the graph, and what it takes away."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from ontology import vocabulary as v
from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of
from ontology.schema import Property, schema
from ontology.values import Datatype

_XSD: Final[Mapping[Datatype, NamedNode]] = {
    Datatype.STRING: v.standard(v.XSD, "string"),
    Datatype.BOOLEAN: v.standard(v.XSD, "boolean"),
    Datatype.INTEGER: v.standard(v.XSD, "integer"),
    Datatype.DECIMAL: v.standard(v.XSD, "double"),
    Datatype.DATE: v.standard(v.XSD, "date"),
    Datatype.TIME: v.standard(v.XSD, "time"),
    Datatype.DATETIME: v.standard(v.XSD, "dateTime"),
    Datatype.DURATION: v.standard(v.XSD, "dayTimeDuration"),
}
_NATIVE: Final = {v.standard(v.XSD, name).value for name in ("boolean", "integer", "double")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event does to its subject's triples.

    `drops` is "all" (the thing goes), "record" (everything but what acts set), "personal" (what
    is sealed under the subject's key), or the terms whose values are replaced; then `adds` are
    added.
    """

    subject: ThingId
    drops: str | frozenset[str]
    adds: tuple[Quad, ...]


def project(type: str, subject: ThingId, data: Mapping[str, Json]) -> Change | None:  # noqa: A002
    """The change that an event of this type makes; None for types that the graph does not show.

    >>> data = {"type": "Team", "properties": {"name": "A"}}
    >>> change = project("record.put", ThingId("team/a"), data)
    >>> [v.local(quad.predicate) for quad in change.adds]
    ['type', 'name']
    """
    if type == "record.put":
        return Change(subject=subject, drops="record", adds=tuple(_record(subject, data)))
    if type == "record.removed":
        return Change(subject=subject, drops="all", adds=())
    if type == "subject.erased":
        return Change(subject=subject, drops="personal", adds=())
    kind = schema().kinds.get(kind_of(subject))
    if type != "thing.acted" or kind is None or kind.name in _UNSHOWN:
        return None
    adds = tuple(_acted(subject, data))
    return Change(
        subject=subject, drops=frozenset(v.local(q.predicate) for q in adds[1:]), adds=adds
    )


def of_event(event: Event) -> Change | None:
    """The change that a recorded event makes."""
    return project(event.type, event.subject, event.data)


def resulting(change: Change, standing: Iterable[Quad]) -> tuple[Quad, ...]:
    """The triples of a thing, and of the nodes that it owns, after a change."""
    kept = [quad for quad in standing if not _drops(change, quad)]
    return tuple(dict.fromkeys((*kept, *change.adds)))


def sealed_with(subject: ThingId) -> frozenset[str]:
    """The terms by which other things name the person under whose key they are sealed."""
    kind = kind_of(subject)
    terms = {found.sealed_under for found in schema().types.values()} - {None}
    return frozenset(t for t in terms if t and kind in schema().terms[t].refers)


def is_personal(quad: Quad) -> bool:
    """Whether a triple says something personal."""
    prop = schema().terms.get(v.local(quad.predicate))
    return prop is not None and prop.personal


def _drops(change: Change, quad: Quad) -> bool:
    """Whether a change takes a triple away."""
    match change.drops:
        case "all":
            return True
        case "personal":
            return is_personal(quad)
        case "record":
            prop = schema().terms.get(v.local(quad.predicate))
            return prop is None or not prop.by_act
        case terms:
            return v.local(quad.predicate) in terms


def term_of(prop: Property, value: Json) -> NamedNode | Literal:
    """The node or literal of one value in its recorded form."""
    if prop.choices:
        return v.concept(prop.scheme or "", str(value))
    if prop.refers:
        return v.thing(ThingId(str(value)))
    return Literal(_lexical(prop, value), datatype=_XSD[prop.datatype or Datatype.STRING])


def value_of(term: object) -> Json:
    """The JSON of a node or literal: ids, notations, numbers, texts; the inverse of `term_of`."""
    if isinstance(term, Literal):
        return _native(term) if term.datatype.value in _NATIVE else term.value
    return v.identity_of(term) or (v.local(term) if isinstance(term, NamedNode) else None)


@cache
def readers() -> Mapping[NamedNode, tuple[str, Callable[[str], Json]]]:
    """By predicate the JSON name of a property, and what reads the text of a node or literal.

    It does for known properties what `value_of` does for any, three times as fast.
    """
    return MappingProxyType(
        {v.term(p.term): (p.name, _reader(p)) for p in schema().terms.values()}
    )


def _reader(prop: Property) -> Callable[[str], Json]:
    if prop.choices:
        return lambda text: text[text.rindex("#") + 1 :]
    if prop.refers:
        return lambda text: text[len(v.THINGS) :]
    match prop.datatype:
        case Datatype.BOOLEAN:
            return lambda text: text == "true"
        case Datatype.INTEGER:
            return int
        case Datatype.DECIMAL:
            return float
        case _:
            return str


_UNSHOWN: Final = frozenset({"Decision"})


def _record(subject: ThingId, data: Mapping[str, Json]) -> Iterator[Quad]:
    node = v.thing(subject)
    yield Quad(node, v.TYPE, v.term(str(data["type"])))
    for group in ("properties", "personal"):
        values = data.get(group)  # an erased person's are None
        if isinstance(values, Mapping):
            yield from _properties(node, str(data["type"]), values)
    keys = data.get("keys")
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, Mapping):
            yield from _key(subject, str(key["system"]), str(key["key"]))


def _properties(node: NamedNode, name: str, values: Mapping[str, Json]) -> Iterator[Quad]:
    known = schema().types[name].properties
    for word, value in values.items():
        prop = known.get(word)
        if prop is None:
            continue  # an old event may have what the ontology has since given up
        for item in value if isinstance(value, list) else (value,):
            yield Quad(node, v.term(prop.term), term_of(prop, item))


def _key(subject: ThingId, system: str, key: str) -> Iterator[Quad]:
    node = v.key_node(subject, system, key)
    yield Quad(v.thing(subject), v.EXTERNAL_KEY, node)
    yield Quad(node, v.SYSTEM, Literal(system))
    yield Quad(node, v.LOCAL_KEY, Literal(key))


def _acted(subject: ThingId, data: Mapping[str, Json]) -> Iterator[Quad]:
    """The type, the state, and the properties that the act sets."""
    node, kind = v.thing(subject), schema().kinds[kind_of(subject)]
    state = kind.properties["phase" if "phase" in kind.properties else "state"]
    yield Quad(node, v.TYPE, v.term(kind.name))
    yield Quad(node, v.term(state.term), term_of(state, data["to"]))
    values = data.get("properties")
    if isinstance(values, Mapping):
        yield from _properties(node, kind.name, values)


def _lexical(prop: Property, value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _double(float(str(value))) if prop.datatype is Datatype.DECIMAL else str(value)


def _double(number: float) -> str:
    """The canonical form of xsd:double, as JSON-LD writes it: 8.0E-1."""
    digits = f"{Decimal(repr(number)):E}" if number else "0E0"
    mantissa, _, exponent = digits.partition("E")
    whole, _, rest = mantissa.partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}E{int(exponent)}"


def _native(literal: Literal) -> Json:
    kind = v.local(literal.datatype)
    if kind == "boolean":
        return literal.value == "true"
    return int(literal.value) if kind == "integer" else float(literal.value)
