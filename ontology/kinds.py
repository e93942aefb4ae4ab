"""Kinds of facts, read from their SHACL shapes: which fields a rule may ask and conclude."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox

from ontology.identity import IdentityInvalid, thing_id
from ontology.values import Datatype, Value, ValueInvalid, conform, quote

STRATA: Final = ("classify", "detect", "escalate", "route", "respond", "require", "recover")

_DATATYPES: Final[Mapping[str, Datatype]] = MappingProxyType(
    {
        "xsd:string": Datatype.STRING,
        "xsd:boolean": Datatype.BOOLEAN,
        "xsd:integer": Datatype.INTEGER,
        "xsd:decimal": Datatype.DECIMAL,
        "xsd:date": Datatype.DATE,
        "xsd:time": Datatype.TIME,
        "xsd:dateTime": Datatype.DATETIME,
        "xsd:dayTimeDuration": Datatype.DURATION,
        "xsd:yearMonthDuration": Datatype.MONTHS,
    }
)

_Node = dict[str, list[str]]


class KindsInvalid(ValueError):
    """The shapes of facts cannot be read; `errors` says all that is wrong."""

    def __init__(self, errors: Iterable[str]) -> None:
        """Keep every error; the message joins them, one a line."""
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind of fact.

    `unit` is a UCUM code (`1` a ratio, `/h` per hour) or None; `allowed` is in the order of the
    scheme, so that tiers and severities compare; `decimals` is to how many places a decimal is
    quantised; `key` fields tell facts of a kind apart and are asked for in every rule; `refers`
    is the kind of thing that an id names, for example `team`.
    """

    name: str
    datatype: Datatype
    unit: str | None = None
    allowed: tuple[str, ...] = ()
    decimals: int = 0
    minimum: Value | None = None
    maximum: Value | None = None
    key: bool = False
    required: bool = False
    many: bool = False
    refers: str | None = None
    label: str = ""
    comment: str = ""
    example: str = ""

    def check(self, value: object) -> Value:
        """The value as a fact holds it: right type, quantised, in range, one of the allowed.

        Raises:
            ValueInvalid: it is not; the message quotes it and shows a valid one.
        """
        try:
            read = conform(value, self.datatype)
        except ValueInvalid as error:
            raise ValueInvalid(f"{error}; for example {self.example}") from error
        if isinstance(read, float):
            read = round(read, self.decimals) + 0.0  # + 0.0 makes -0.0 plain zero
        if self.allowed and read not in self.allowed:
            raise ValueInvalid(f"{quote(value)} is none of {', '.join(self.allowed)}")
        if self.minimum is not None or self.maximum is not None:
            self._check_range(read)
        if self.refers is not None:
            self._check_reference(read)
        return read

    def _check_range(self, value: Value) -> None:
        # Bounds were read with this field's own datatype, so like is compared with like.
        low = self.minimum is not None and value < self.minimum  # type: ignore[operator]
        high = self.maximum is not None and value > self.maximum  # type: ignore[operator]
        if low or high:
            side = f"less than {self.minimum}" if low else f"more than {self.maximum}"
            raise ValueInvalid(f"{quote(value)} is {side}; for example {self.example}")

    def _check_reference(self, value: Value) -> None:
        if not isinstance(value, str):
            return
        try:
            fits = thing_id(value).startswith(f"{self.refers}/")
        except IdentityInvalid:
            fits = False
        if not fits:
            raise ValueInvalid(
                f"{quote(value)} is no id of a {self.refers}; write {self.refers}/<name>, "
                f"for example {self.example}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fact.

    `stratum` is None where the situation gives the fact. Otherwise the fact is complete at the
    end of that stratum: rules of it and of earlier strata conclude it with the action `verb`,
    rules of later strata read it.
    """

    name: str
    fields: Mapping[str, Field]
    stratum: str | None = None
    verb: str | None = None
    label: str = ""
    comment: str = ""
    required: tuple[str, ...] = field(init=False)
    keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Note the names of the required and of the key fields, in the order of the shape."""
        fields = self.fields.items()
        object.__setattr__(self, "required", tuple(name for name, f in fields if f.required))
        object.__setattr__(self, "keys", tuple(name for name, f in fields if f.key))

    @property
    def main(self) -> str | None:
        """The field that an action's short form fills: `notify: [team/legal]` fills `team`."""
        return self.required[0] if self.verb is not None and self.required else None


def read_kinds(turtle: bytes) -> Mapping[str, Kind]:
    """Read every `attune:FactKind` shape of a Turtle document, in the order of the document.

    Raises:
        KindsInvalid: not Turtle, or shapes that lack what a field needs; all errors at once.
    """
    try:
        parser = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
        quads = list(parser)
    except SyntaxError as error:
        raise KindsInvalid([f"not Turtle: {error}"]) from error
    nodes: defaultdict[str, _Node] = defaultdict(lambda: defaultdict(list))
    short = _Shortener(parser.prefixes)
    for quad in quads:
        nodes[short(quad.subject)][short(quad.predicate)].append(short(quad.object))
    return _Reader(nodes).kinds()


class _Shortener:
    """Writes IRIs with the prefixes of the document, so that no IRI is spelled here."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def __call__(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            for prefix, start in self._prefixes:
                if term.value.startswith(start):
                    return f"{prefix}:{term.value[len(start) :]}"
        return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


class _Reader:
    """Turns the nodes of the document into kinds and collects what is wrong with them."""

    def __init__(self, nodes: Mapping[str, _Node]) -> None:
        self._nodes = nodes
        self._errors: list[str] = []

    def kinds(self) -> Mapping[str, Kind]:
        shapes = [n for n in self._nodes.values() if "attune:FactKind" in n.get("rdf:type", [])]
        kinds = [self._kind(shape) for shape in shapes]
        names = [kind.name for kind in kinds]
        self._errors += [f"{n!r} is defined twice" for n in {*names} if names.count(n) > 1]
        if not kinds:
            self._errors.append("no shape of type attune:FactKind")
        if self._errors:
            raise KindsInvalid(self._errors)
        return MappingProxyType({kind.name: kind for kind in kinds})

    def _kind(self, shape: _Node) -> Kind:
        name = _one(shape, "sh:name")
        stratum = _one(shape, "attune:stratum") or None
        if not name.isidentifier():
            self._errors.append(f"sh:name {name!r} of a kind is no name like 'incident'")
        if stratum is not None and stratum not in STRATA:
            self._errors.append(f"{name}: {stratum!r} is none of {', '.join(STRATA)}")
        fields = [self._field(name, self._nodes[p]) for p in shape.get("sh:property", [])]
        return Kind(
            name=name,
            fields=MappingProxyType({field.name: field for field in fields}),
            stratum=stratum,
            verb=_one(shape, "attune:verb") or None,
            label=_one(shape, "rdfs:label"),
            comment=_one(shape, "sh:description"),
        )

    def _field(self, kind: str, shape: _Node) -> Field:
        name = _one(shape, "sh:path").rpartition(":")[2]
        where = f"{kind}.{name}"
        field = Field(
            name=name,
            datatype=self._datatype(where, shape),
            unit=_one(shape, "attune:unit") or None,
            allowed=tuple(self._list(_one(shape, "sh:in"))),
            decimals=self._count(where, shape, "attune:decimals"),
            minimum=self._bound(where, shape, "sh:minInclusive"),
            maximum=self._bound(where, shape, "sh:maxInclusive"),
            key=_one(shape, "attune:key") == "true",
            required=self._count(where, shape, "sh:minCount") > 0,
            many=_one(shape, "sh:maxCount") != "1",
            refers=_one(shape, "attune:refersTo") or None,
            label=_one(shape, "sh:name"),
            comment=_one(shape, "sh:description"),
            example=_one(shape, "skos:example"),
        )
        self._errors += [f"{where}: {fault}" for fault in _faults(field)]
        return field

    def _datatype(self, where: str, shape: _Node) -> Datatype:
        written = _one(shape, "sh:datatype")
        if written not in _DATATYPES:
            self._errors.append(f"{where}: sh:datatype {written!r} is none of {[*_DATATYPES]}")
        token = written == "xsd:string" and "sh:in" in shape
        return Datatype.TOKEN if token else _DATATYPES.get(written, Datatype.STRING)

    def _count(self, where: str, shape: _Node, name: str) -> int:
        text = _one(shape, name) or "0"
        if text.isdecimal():
            return int(text)
        self._errors.append(f"{where}: {name} {text!r} is no whole number like 3")
        return 0

    def _bound(self, where: str, shape: _Node, name: str) -> Value | None:
        text = _one(shape, name)
        if not text:
            return None
        try:
            datatype = self._datatype(where, shape)
            return conform(_typed(text, datatype), datatype)
        except ValueError as error:
            self._errors.append(f"{where}: {name}: {error}")
            return None

    def _list(self, head: str) -> Iterable[str]:
        while head and head != "rdf:nil" and head in self._nodes:
            yield _one(self._nodes[head], "rdf:first")
            head = _one(self._nodes[head], "rdf:rest")


def _one(node: Mapping[str, list[str]], name: str) -> str:
    found = node.get(name, [])
    return found[0] if found else ""


def _typed(text: str, datatype: Datatype) -> object:
    """Read the lexical form of a literal into what a caller would pass."""
    if datatype is Datatype.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if datatype is Datatype.INTEGER:
        return int(text)
    return float(text) if datatype is Datatype.DECIMAL else text


def _faults(field: Field) -> Iterable[str]:
    """What a complete field lacks: a name, words for people, a valid example, one value."""
    if not field.name.isidentifier():
        yield f"{field.name!r} is no name like 'negative_share'"
    if field.many:
        yield "sh:maxCount must be 1; several values are several facts"
    for word in ("label", "comment", "example"):
        if not getattr(field, word):
            yield f"has no {word}"
    try:
        field.check(_typed(field.example, field.datatype))
    except ValueError as error:
        yield f"its example {field.example!r} is not valid: {error}"
