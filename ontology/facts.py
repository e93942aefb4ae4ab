"""Facts: the only things that a rule may ask, checked against their shapes and quantised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast, get_args

import orjson

from ontology.events import Json
from ontology.kinds import STRATA, Field, Kind, KindsInvalid, read_kinds
from ontology.values import Datatype, Value, ValueInvalid, encode, quote

__all__ = [
    "STRATA",
    "Catalogue",
    "Datatype",
    "Fact",
    "FactInvalid",
    "Field",
    "Kind",
    "KindsInvalid",
    "Origin",
    "Value",
    "catalogue",
    "read_catalogue",
]

_Stored: TypeAlias = tuple[dict[str, Json], list[Json]]
Source: TypeAlias = Literal["event", "triple", "request", "window", "rule", "clock", "policy"]

_SHAPES: Final = "shapes/facts.ttl"
_STORED: Final = (
    'write {"kind": "feed", "values": {"status": "live"}, '
    '"origins": [{"source": "triple", "ref": "feed/main"}]}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a fact comes from: an event, a triple, a pointer into the request, a window, a rule.

    Or `policy`: a row of one of its tables. `ref` is text: a sequence number, `/facts/spread/0`,
    `customer/… attune:inSegment segment/…`, the id of a rule.
    """

    source: Source
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One checked fact; a field that is not in `values` is not known."""

    kind: str
    values: Mapping[str, Value]
    origins: tuple[Origin, ...]
    _form: str | None = field(default=None, init=False, repr=False, compare=False)
    _place: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _json: _Stored | None = field(default=None, init=False, repr=False, compare=False)

    def canonical(self) -> str:
        """One text for equal kind and values, whatever their origins; it sorts and digests.

        >>> Fact(kind="feed", values={"status": "live"}, origins=()).canonical()
        '{"feed":{"status":"live"}}'
        """
        if self._form is None:
            body = {self.kind: {name: encode(value) for name, value in self.values.items()}}
            text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
            object.__setattr__(self, "_form", text)  # a fact never changes, so neither does this
            return text
        return self._form

    def place(self) -> bytes:
        """Equal for equal kinds and values; it settles the order of facts and finds equal ones.

        Cheaper than `canonical`, and not for keeping.
        """
        if self._place is None:
            pair = (self.kind, dict(self.values))
            form = orjson.dumps(pair, default=encode, option=orjson.OPT_SORT_KEYS)
            object.__setattr__(self, "_place", form)
            return form
        return self._place

    def to_json(self) -> dict[str, Json]:
        """The stored form, which `Catalogue.read` reads back.

        >>> Fact(kind="feed", values={"status": "live"}, origins=()).to_json()
        {'kind': 'feed', 'values': {'status': 'live'}, 'origins': []}
        """
        stored = self._json
        if stored is None:
            values: dict[str, Json] = {name: encode(v) for name, v in self.values.items()}
            stored = values, [{"source": o.source, "ref": o.ref} for o in self.origins]
            object.__setattr__(self, "_json", stored)
        return {"kind": self.kind, "values": {**stored[0]}, "origins": [*stored[1]]}


class FactInvalid(ValueError):
    """A fact does not fit its kind; `errors` maps each field (or the empty name) to its words."""

    def __init__(self, kind: str, errors: Mapping[str, str]) -> None:
        """Keep the errors by field; the message joins them."""
        self.kind = kind
        self.errors = dict(errors)
        super().__init__("; ".join(f"{kind}.{n}: {e}" if n else e for n, e in errors.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every kind of fact by name, in the order of the shapes."""

    kinds: Mapping[str, Kind]

    def fact(self, kind: str, values: Mapping[str, object], origin: Origin, *more: Origin) -> Fact:
        """Make a fact from typed values or their JSON forms; decimals are rounded half to even.

        Raises:
            FactInvalid: unknown kind or field, missing required field, wrong type or range; all
                errors at once.
        """
        shape = self.kinds.get(kind)
        if shape is None:
            raise FactInvalid(kind, {"": _unknown("kind of fact", kind, self.kinds)})
        fields = shape.fields
        errors = {n: _unknown("field", n, fields) for n in values if n not in fields}
        errors |= {
            name: f"is missing; for example {fields[name].example}"
            for name in shape.required
            if name not in values
        }
        checked: dict[str, Value] = {}
        for name in sorted(values):
            if name not in fields:
                continue
            try:
                checked[name] = fields[name].check(values[name])
            except ValueInvalid as error:
                errors[name] = str(error)
        if errors:
            raise FactInvalid(kind, errors)
        return Fact(kind=kind, values=MappingProxyType(checked), origins=(origin, *more))

    def read(self, stored: Json) -> Fact:
        """Read what `Fact.to_json` wrote.

        Raises:
            FactInvalid: it is not of that form, or no longer fits its kind.
        """
        match stored:
            case {"kind": str(kind), "values": dict(values), "origins": [*written]}:
                origins = [origin for one in written for origin in _origins(one)]
                if origins and len(origins) == len(written):
                    return self.fact(kind, values, *origins)
        raise FactInvalid("", {"": f"{quote(stored)} is no stored fact; {_STORED}"})

    def verbs(self) -> Mapping[str, Kind]:
        """The kinds that rules conclude, by the verb of their action."""
        return {kind.verb: kind for kind in self.kinds.values() if kind.verb is not None}


def read_catalogue(turtle: bytes) -> Catalogue:
    """Read a catalogue from the Turtle of its shapes.

    Raises:
        KindsInvalid: the shapes are broken; all errors at once.
    """
    return Catalogue(kinds=read_kinds(turtle))


@cache
def catalogue() -> Catalogue:
    """The packaged catalogue, read once a process.

    >>> catalogue().kinds["spread"].keys
    ('window',)
    """
    return read_catalogue(files("ontology").joinpath(_SHAPES).read_bytes())


def _origins(stored: Json) -> Iterable[Origin]:
    match stored:
        case {"source": str(source), "ref": str(ref)} if source in get_args(Source):
            yield Origin(source=cast("Source", source), ref=ref)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    names = [*known]
    near = get_close_matches(name[:80], names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    return f"{quote(name)} is no {what}; {hint}"
