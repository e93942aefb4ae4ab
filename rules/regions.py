"""Regions: facts of one kind as products of value sets; met, taken from each other, told apart.

A region holds the facts of a kind of which every field lies in its set; fields that it doesn't
name may be anything. `ValueSet` has the algebra of one field, this module that of facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from ontology.facts import Catalogue, Fact, Origin
from ontology.kinds import Field
from ontology.values import Value
from rules.conditions import Pattern
from rules.sfeel import MISSING, Missing
from rules.value_sets import ValueSet

_ORIGIN = Origin(source="request", ref="/verification")


@dataclass(frozen=True, kw_only=True)
class Region:
    """Facts of a kind, field by field; only fields that leave something out are named."""

    kind: str
    sets: Mapping[str, ValueSet]

    @classmethod
    def of(cls, pattern: Pattern) -> "Region":
        """The facts that fit a pattern."""
        return cls.product(pattern.kind, (ValueSet.of(ask) for ask in pattern.asks))

    @classmethod
    def product(cls, kind: str, sets: Iterable[ValueSet]) -> "Region":
        """The facts of a kind whose fields lie in some sets; those of one field are met."""
        found: dict[str, ValueSet] = {}
        for one in sets:
            held = found.get(one.field.name)
            found[one.field.name] = one if held is None else held.meet(one)
        kept = {name: one for name, one in sorted(found.items()) if not one.everything}
        return cls(kind=kind, sets=MappingProxyType(kept))

    def __hash__(self) -> int:
        """Equal for equal regions: a mapping has no hash of its own."""
        return hash((self.kind, *self.sets))

    def __eq__(self, other: object) -> bool:
        """Whether another region has the same kind and the same sets."""
        return isinstance(other, Region) and (
            (self.kind, dict(self.sets)) == (other.kind, dict(other.sets))
        )

    @cached_property
    def empty(self) -> bool | None:
        """Whether no fact is in it; None where only patterns of texts could tell."""
        return _any(one.empty for one in self.sets.values())

    def set_of(self, field: Field) -> ValueSet:
        """What a field may be."""
        found = self.sets.get(field.name)
        return ValueSet.whole(field) if found is None else found

    def meet(self, other: "Region") -> "Region | None":
        """The facts in both; None where there surely are none."""
        if self.kind != other.kind:
            return None
        met = {**self.sets}
        for name, one in other.sets.items():
            held = met.get(name)
            met[name] = one if held is None else held.meet(one)
            if met[name].empty:
                return None
        return Region(kind=self.kind, sets=MappingProxyType(dict(sorted(met.items()))))

    def narrowed(self, one: ValueSet) -> "Region | None":
        """The facts of which one field lies in a set as well; None where there surely are none."""
        only = Region(kind=self.kind, sets=MappingProxyType({one.field.name: one}))
        return self.meet(only)

    def minus(self, other: "Region") -> tuple["Region", ...]:
        """The facts that are not in the other, as regions that have nothing in common."""
        if self.empty:
            return ()
        return tuple(self._pieces(other)) if self.kind == other.kind else (self,)

    def _pieces(self, other: "Region") -> Iterator["Region"]:
        rest: Region | None = self
        for one in other.sets.values():
            if rest is None:
                return
            piece = rest.narrowed(one.outside())
            if piece is not None:
                yield piece
            rest = rest.narrowed(one)

    def without(self, others: Iterable["Region"]) -> tuple["Region", ...]:
        """The facts that are in none of the others, as regions that have nothing in common."""
        left: tuple[Region, ...] = (self,)
        for other in others:
            left = tuple(piece for one in left for piece in one.minus(other))
        return left

    def within(self, other: "Region") -> bool | None:
        """Whether all of it is in the other; None where it can't be told."""
        if self.empty:
            return True
        if self.kind != other.kind:
            return False
        answers = {self.set_of(one.field).within(one) for one in other.sets.values()}
        return False if False in answers else None if None in answers else True

    def has(self, fact: Fact) -> bool:
        """Whether a fact is in it."""
        return fact.kind == self.kind and all(
            one.has(fact.values.get(name, MISSING)) for name, one in self.sets.items()
        )

    def values(self) -> dict[str, Value] | None:
        """The fewest values that a fact of it has; None where none is found."""
        found = {name: one.one() for name, one in self.sets.items()}
        if None in found.values():
            return None
        return {n: v for n, v in found.items() if v is not None and not isinstance(v, Missing)}

    def fact(self, catalogue: Catalogue, origin: Origin = _ORIGIN) -> Fact | None:
        """The smallest fact of it; None where none is found."""
        kind = catalogue.kinds[self.kind]
        needed = {name: ValueSet.whole(kind.fields[name]) for name in kind.required}
        values = Region(kind=self.kind, sets={**needed, **self.sets}).values()
        return None if values is None else catalogue.fact(self.kind, values, origin)


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Whether one is so; None where none surely is and one may be."""
    unsure = False
    for answer in answers:
        if answer:
            return True
        unsure = unsure or answer is None
    return None if unsure else False
