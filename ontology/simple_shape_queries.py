"""Simple shapes that hold under conditions, or speak of other things, as SPARQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.paths import Path, Sequence, Step
from ontology.projection import term_of
from ontology.record_types import Property, RecordType
from ontology.simple_shapes import ALONE, Asked, Condition, Needed, SimpleShape

_THIS: Final = "$this"
_OTHER: Final = "?other"


def is_query(shape: SimpleShape) -> bool:
    """Whether only a query can say what a shape says."""
    return bool(shape.when or shape.unless or any(one.kind in ALONE for one in shape.asks))


def query(shape: SimpleShape) -> str:
    """The query that finds what is wrong, with `?path` and `?value` where they can be told.

    Filters only test what is there; nothing is bound by them, so that no result comes twice.
    """
    (asked,) = shape.asks
    about = shape.property or (asked.properties or (None,))[0]
    path = f"BIND({_iri(about)} AS ?path)" if about is not None else ""
    lines = [path, *_judged(shape.types), *_holding(shape, _THIS), *_wrong(shape, asked)]
    body = "\n    ".join(line for line in lines if line)
    return f"SELECT $this ?path ?value WHERE {{\n    {body}\n}}"


def reads(shape: SimpleShape) -> tuple[Path, ...]:
    """What the query reads from the thing that is judged: itself, and others that it looks for."""
    (asked,) = shape.asks
    if asked.needed is not None:
        back: Path = _step(asked.needed.by, inverse=True)
        further = [_step(one.property) for one in asked.needed.where]
        return tuple(Sequence(parts=(back, step)) for step in further) or (back,)
    if asked.kind == "unique per":
        pivot = next(prop for prop in asked.properties if prop.refers)
        # Whatever is read of a thing, all of it comes into the context: one path reads its like.
        return (Sequence(parts=(_step(pivot), _step(pivot, inverse=True), _step(pivot))),)
    if shape.property is not None:
        return (_step(shape.property),)
    return tuple(map(_step, asked.properties))


def _step(prop: Property, *, inverse: bool = False) -> Step:
    return Step(predicate=v.term(prop.term), inverse=inverse)


def _iri(prop: Property) -> str:
    return str(v.term(prop.term))


def _terms(prop: Property, values: Iterable[object]) -> str:
    return ", ".join(str(term_of(prop, value)) for value in values)  # type: ignore[arg-type] # read as JSON


def _judged(types: tuple[RecordType, ...]) -> Iterator[str]:
    """Something that is there for all that is judged, so that filters have what to filter."""
    if len(types) == 1:
        yield f"{_THIS} a {v.term(types[0].name)} ."


def _holding(shape: SimpleShape, subject: str) -> Iterator[str]:
    """The conditions of a shape, for the thing that is judged or another of its type."""
    yield from (f"FILTER({_holds(one, subject)})" for one in shape.when)
    if shape.unless:
        yield f"FILTER(!({' && '.join(_holds(one, subject) for one in shape.unless)}))"


def _holds(one: Condition, subject: str) -> str:
    pattern = f"{subject} {_iri(one.property)}"
    if not one.values:
        return f"{'' if one.given else 'NOT '}EXISTS {{ {pattern} ?any }}"
    found = [f"EXISTS {{ {pattern} {_terms(one.property, [value])} }}" for value in one.values]
    return f"({' || '.join(found)})"


def _wrong(shape: SimpleShape, asked: Asked) -> Iterator[str]:
    """What is wrong where the conditions hold."""
    if asked.kind in ALONE:
        yield from _ALONE[asked.kind](shape, asked)
        return
    assert shape.property is not None  # noqa: S101 - the reader refuses it
    pattern = f"{_THIS} {_iri(shape.property)}"
    if asked.kind == "at least":
        yield f"FILTER NOT EXISTS {{ {_several(pattern, asked.low or 1)} }}"
    elif asked.kind == "at most" and asked.high:
        yield f"FILTER EXISTS {{ {_several(pattern, asked.high + 1)} }}"
    else:
        yield f"{pattern} ?value ."
        yield from _OF_VALUES[asked.kind](shape.property, asked)


def _several(pattern: str, count: int) -> str:
    """So many different values."""
    names = [f"?x{number}" for number in range(count)]
    return f"{pattern} {', '.join(names)} . {_differing(names)}"


def _differing(names: Iterable[str]) -> str:
    return " ".join(f"FILTER(!sameTerm({a}, {b}))" for a, b in combinations(names, 2))


def _nothing(_: Property, __: Asked) -> Iterator[str]:
    """Any value is wrong."""
    yield ""


def _class(_: Property, asked: Asked) -> Iterator[str]:
    for name in asked.names:
        yield f"FILTER NOT EXISTS {{ ?value a {v.term(name)} }}"


def _datatype(_: Property, asked: Asked) -> Iterator[str]:
    kind = v.standard(v.XSD, asked.names[0])
    yield f"FILTER(!isLiteral(?value) || datatype(?value) != {kind})"


def _one_of(prop: Property, asked: Asked) -> Iterator[str]:
    yield f"FILTER(?value NOT IN ({_terms(prop, asked.values)}))"


def _pattern(_: Property, asked: Asked) -> Iterator[str]:
    yield f"FILTER(!regex(str(?value), {ox.Literal(asked.pattern)}))"


def _length(_: Property, asked: Asked) -> Iterator[str]:
    bounds = [f"strlen(str(?value)) < {asked.low}"] * (asked.low is not None)
    bounds += [f"strlen(str(?value)) > {asked.high}"] * (asked.high is not None)
    yield f"FILTER({' || '.join(bounds)})"


def _compared(sign: str) -> Callable[[Property, Asked], Iterator[str]]:
    def wrong(_: Property, asked: Asked) -> Iterator[str]:
        other = f"{_THIS} {_iri(asked.properties[0])} ?than"
        yield f"FILTER EXISTS {{ {other} . FILTER(!(?value {sign} ?than)) }}"

    return wrong


def _not_both(_: SimpleShape, asked: Asked) -> Iterator[str]:
    there = [f"EXISTS {{ {_THIS} {_iri(prop)} ?any }}" for prop in asked.properties]
    pairs = [f"({a} && {b})" for a, b in combinations(there, 2)]
    yield f"FILTER({' || '.join(pairs)})"


def _needs(_: SimpleShape, asked: Asked) -> Iterator[str]:
    needed = asked.needed
    if needed is not None:
        names = [f"?one{number}" for number in range(needed.count)]
        parts = [*(_one(needed, name) for name in names), _differing(names)]
        yield f"FILTER NOT EXISTS {{ {' '.join(parts)} }}"


def _one(needed: Needed, name: str) -> str:
    held = " ".join(f"FILTER({_holds(one, name)})" for one in needed.where)
    return f"{name} {_iri(needed.by)} {_THIS} ; a {v.term(needed.type.name)} . {held}"


def _unique(shape: SimpleShape, asked: Asked) -> Iterator[str]:
    """Another thing with a common value of each property, or none where this one has none."""
    pivot = next(prop for prop in asked.properties if prop.refers)
    types = [f"EXISTS {{ ?value a {v.term(kind.name)} }}" for kind in shape.types]
    yield f"{_THIS} {_iri(pivot)} ?shared . ?value {_iri(pivot)} ?shared ."
    yield f"FILTER(?value != {_THIS}) FILTER({' || '.join(types)})"
    yield from _holding(shape, "?value")
    for prop in asked.properties:
        if prop is not pivot:
            mine, its = f"{_THIS} {_iri(prop)}", f"?value {_iri(prop)}"
            neither = f"(NOT EXISTS {{ {mine} ?any }} && NOT EXISTS {{ {its} ?any }})"
            yield f"FILTER(EXISTS {{ {mine} ?same . {its} ?same }} || {neither})"


_ALONE: Final[Mapping[str, Callable[[SimpleShape, Asked], Iterator[str]]]] = MappingProxyType(
    {"not both": _not_both, "needs a": _needs, "unique per": _unique}
)
_OF_VALUES: Final[Mapping[str, Callable[[Property, Asked], Iterator[str]]]] = MappingProxyType(
    {
        "at most": _nothing,
        "class": _class,
        "datatype": _datatype,
        "one of": _one_of,
        "pattern": _pattern,
        "length": _length,
        "less than": _compared("<"),
        "not after": _compared("<="),
    }
)
