"""Linked fields: facts of several regions that hold the same value in some of their fields."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.regions import Region
from rules.value_sets import ValueSet

Link: TypeAlias = tuple[tuple[int, Field], tuple[int, Field]]
"""Two fields, each of the fact at a place, that hold the same."""


def joined(boxes: Sequence[Region], links: Sequence[Link]) -> tuple[Region, ...] | None:
    """The boxes with one value in the fields that are linked; None where they share none."""
    found = [*boxes]
    for group in _groups(links):
        sets = [found[at].set_of(shape).given() for at, shape in group]
        value = _shared(sets)
        if value is None:
            return None
        for at, shape in group:
            narrowed = found[at].narrowed(ValueSet.holding(shape, value))
            if narrowed is None:
                return None
            found[at] = narrowed
    return tuple(found)


def _groups(links: Sequence[Link]) -> list[list[tuple[int, Field]]]:
    """The fields that hold one value, because links lead from each to the others."""
    groups: list[list[tuple[int, Field]]] = []
    for one, other in links:
        touched = [group for group in groups if one in group or other in group]
        joined = [*dict.fromkeys([one, other, *(end for group in touched for end in group)])]
        groups = [*(group for group in groups if group not in touched), joined]
    return groups


def _shared(sets: Sequence[ValueSet]) -> Value | None:
    """A value that lies in every one of some sets of fields that can be compared; None without."""
    first, *others = sorted(sets, key=lambda one: one.field.datatype is not Datatype.TOKEN)
    if first.field.datatype is Datatype.TOKEN:
        named = (name for name in first.field.allowed if first.has(name))
        return next((name for name in named if all(_has(one, name) for one in others)), None)
    for other in others:
        first = first.meet(replace(other, field=first.field))
    return next(first.values(), None)


def _has(one: ValueSet, name: str) -> bool:
    if one.field.allowed and name not in one.field.allowed:
        return False
    return one.has(name)
