"""Types of DMN: item definitions, with what they allow and of which parts they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from ontology.kinds import Field
from ontology.values import Datatype
from rules.columns import PLACES, TYPES
from rules.diagnostics import Problems, near
from rules.expression_reader import SORTS
from rules.sfeel import ANYTHING, Compare, OneOf, Test
from rules.unary import TestInvalid
from rules.unary_expressions import read_cell
from rules.xml_reader import Element

DEEPEST: Final = 8
BASIC: Final[Mapping[str, Datatype | None]] = MappingProxyType(
    {
        **{name: datatype for name, (datatype, _) in TYPES.items()},
        "dateTime": Datatype.DATETIME,
        "dayTimeDuration": Datatype.DURATION,
        "yearMonthDuration": Datatype.MONTHS,
        "integer": Datatype.DECIMAL,
        "long": Datatype.DECIMAL,
        "double": Datatype.DECIMAL,
        "Any": None,
    }
)
_EXAMPLES: Final = dict(TYPES.values())
_OF_SORT: Final = {SORTS[datatype]: datatype for datatype, _ in TYPES.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """One value; without a datatype any of them. `test` says what else it has to be."""

    datatype: Datatype | None = None
    allowed: tuple[str, ...] = ()
    test: Test = ANYTHING

    def field(self, name: str) -> Field:
        """The field of that name and type; a text where the type says nothing."""
        return field_of(name, self.datatype or Datatype.STRING, self.allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Several parts by name."""

    parts: Mapping[str, "Type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Several values of a type."""

    of: "Type | None" = None


Type: TypeAlias = Simple | Structure | Listing
ANY: Final = Simple()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What an expression may name: fields; what has no type; and what it may not, with why."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    untyped: frozenset[str] = frozenset()
    barred: Mapping[str, str] = field(default_factory=dict)

    def joined(self, other: "Names") -> "Names":
        """These and others; the others win."""
        return Names(
            fields={**self.fields, **other.fields},
            untyped=(self.untyped - {*other.fields}) | other.untyped,
            barred={**self.barred, **other.barred},
        )


def names_of(name: str, kind: Type) -> Names:
    """What may be named of a thing: itself, or its parts as `Loan.amount`."""
    if isinstance(kind, Listing):
        return Names(barred={name: "is a list; S-FEEL reckons with single values"})
    if isinstance(kind, Simple):
        if kind.datatype is None:
            return Names(untyped=frozenset({name}))
        return Names(fields={name: kind.field(name)})
    found = Names(barred={name: f"has parts; name one: {', '.join(kind.parts)}"})
    for part, inner in kind.parts.items():
        found = found.joined(names_of(f"{name}.{part}", inner))
    return found


def field_of(name: str, datatype: Datatype, allowed: tuple[str, ...] = ()) -> Field:
    """A field as tables have them."""
    token = bool(allowed) and datatype in {Datatype.STRING, Datatype.TOKEN}
    plain = Datatype.STRING if datatype is Datatype.TOKEN else datatype
    return Field(
        name=name,
        datatype=Datatype.TOKEN if token else plain,
        allowed=allowed if token else (),
        decimals=PLACES,
        example=allowed[0] if token else _EXAMPLES[plain],
    )


def of_sort(sort: str | None) -> Datatype | None:
    """The datatype of a sort of value, None for null."""
    return _OF_SORT.get(sort or "")


def local(reference: str) -> str:
    """A type reference without its prefix: `number` for `feel:number`."""
    return " ".join(reference.rpartition(":")[2].split())


class Types:
    """The item definitions of a model, read when they are asked for."""

    def __init__(self, definitions: Element, problems: Problems) -> None:
        """Know them by name; each is read when something refers to it."""
        self._problems = problems
        self._known = {
            " ".join(one.attributes.get("name", "").split()): one
            for one in definitions.all("itemDefinition")
        }
        self._read: dict[str, Type] = {}

    def of(self, reference: str | None, place: Element) -> Type:
        """The type that a reference names; `ANY` where there is none.

        What is wrong goes to the problems.
        """
        return ANY if reference is None else self._named(local(reference), place, 0)

    def _named(self, name: str, place: Element, depth: int) -> Type:
        if name in self._known and depth <= DEEPEST:
            if name not in self._read:
                read = self._definition(self._known[name], depth + 1)
                self._read.setdefault(name, read)
            return self._read[name]
        if name in BASIC:
            return Simple(datatype=BASIC[name])
        nested = name in self._known
        reason = (
            f"types are nested deeper than {DEEPEST}, or contain themselves"
            if nested
            else f"names no type; there are {', '.join([*BASIC, *self._known][:40])}"
        )
        meant = None if nested else near(name, [*BASIC, *self._known])
        self._problems.add(place, name, reason, nearest=meant)
        return ANY

    def _definition(self, element: Element, depth: int) -> Type:
        if element.attributes.get("isCollection") == "true":
            return Listing(of=self._single(element, depth))
        return self._single(element, depth)

    def _single(self, element: Element, depth: int) -> Type:
        parts = [*element.all("itemComponent")]
        if parts:
            return Structure(
                parts=MappingProxyType(
                    {
                        " ".join(part.attributes.get("name", "").split()): self._definition(
                            part, depth
                        )
                        for part in parts
                    }
                )
            )
        reference = element.one("typeRef")
        if reference is None:
            found = element.one("functionItem")
            if found is not None:
                words = "is the type of a function; attune has values and structures of them"
                self._problems.add(found, "functionItem", words)
            return ANY
        kind = self._named(local(reference.text), reference, depth)
        constraint = element.one("allowedValues") or element.one("typeConstraint")
        if constraint is None or not isinstance(kind, Simple):
            return kind
        return self.constrained(kind, constraint)

    def constrained(self, kind: Simple, constraint: Element) -> Simple:
        """A type with what `allowedValues`, `inputValues` or `outputValues` say."""
        text = constraint.words("text")
        if kind.datatype is None or text in {"", "-"}:
            return kind
        plain = field_of("the value", kind.datatype)
        try:
            test = read_cell(text, {}).test(plain)
        except TestInvalid as error:
            place = constraint.one("text") or constraint
            reason = f"{constraint.name}: {error.reason}"
            self._problems.add(place, error.offending, reason, nearest=error.nearest)
            return kind
        allowed = tuple(_listed(test)) if plain.datatype is Datatype.STRING else ()
        return Simple(datatype=kind.datatype, allowed=allowed, test=test)


def _listed(test: Test) -> Iterator[str]:
    """The texts that a test lists, in their order."""
    for one in test.tests if isinstance(test, OneOf) else (test,):
        if isinstance(one, Compare) and one.operator == "=":
            yield str(one.value)
