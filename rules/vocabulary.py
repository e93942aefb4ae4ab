"""The vocabulary of a policy: which kinds and fields it asks, and it without some of them.

A decision that was recorded before a field was known tells nothing of the field. Such a policy
has two readings: nothing that asks an unknown field holds, or everything that asks one might.
Where both fire the same rules the decision is determined all the same.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from ontology.facts import catalogue
from rules.conditions import Absence, Conjunction, Join, Pattern
from rules.policy import Policy
from rules.rule import Rule

Name: TypeAlias = tuple[str, str]
"""A kind and one of its fields; the empty field is the kind itself."""


def asked(policy: Policy) -> frozenset[Name]:
    """The kinds and fields that a policy asks of given facts, not of what rules conclude."""
    kinds = catalogue().kinds
    found = {name for rule in policy.rules for one in rule.conditions for name in _names(one)}
    return frozenset(name for name in found if kinds[name[0]].stratum is None)


def strict(policy: Policy, unknown: Collection[Name]) -> Policy:
    """The policy where nothing that asks what is unknown holds, and whatever might be there is."""
    return policy.having(
        replace(rule, conditions=kept)
        for rule in policy.rules
        if (kept := tuple(c for one in rule.conditions for c in _tightened(one, {*unknown})))
    )


def lenient(policy: Policy, unknown: Collection[Name]) -> Policy:
    """The policy where whatever is unknown is as a rule wants it."""
    return policy.having(
        replace(rule, conditions=tuple(_loosened(one, unknown) for one in rule.conditions))
        for rule in policy.rules
    )


def touching(rules: Iterable[Rule], unknown: Collection[Name]) -> tuple[str, ...]:
    """The ids of the rules that ask something unknown, sorted."""
    names = {*unknown}
    return tuple(
        sorted(r.id for r in rules if any({*_names(one)} & names for one in r.conditions))
    )


def _names(one: Conjunction) -> Iterator[Name]:
    for pattern in one.every():
        yield pattern.kind, ""
        yield from ((pattern.kind, ask.field.name) for ask in pattern.asks)
    for join in one.joins:
        yield one.patterns[join.left].kind, join.left_field.name
        yield one.patterns[join.right].kind, join.right_field.name
    for absence in one.absences:
        for name in _equal(one, absence):
            yield from name


def _equal(one: Conjunction, absence: Absence) -> Iterator[tuple[Name, Name]]:
    if absence.anchor is not None:
        anchor = one.patterns[absence.anchor].kind
        for here, there in absence.equal:
            yield (absence.pattern.kind, here.name), (anchor, there.name)


def _tightened(one: Conjunction, unknown: set[Name]) -> Iterator[Conjunction]:
    if unknown.isdisjoint(_names(replace(one, absences=()))):
        absences = tuple(_wider(one, absence, unknown) for absence in one.absences)
        kept = tuple(absence for absence in absences if absence is not None)
        if len(kept) == len(absences):
            yield replace(one, absences=kept)


def _wider(one: Conjunction, absence: Absence, unknown: set[Name]) -> Absence | None:
    """An absence of all that might be what must be absent; None where anything might."""
    pattern = absence.pattern
    if (pattern.kind, "") in unknown:
        return None
    equal = tuple(
        pair
        for pair, names in zip(absence.equal, _equal(one, absence), strict=False)
        if unknown.isdisjoint(names)
    )
    anchor = absence.anchor if equal else None
    return Absence(pattern=_without(pattern, unknown), anchor=anchor, equal=equal)


def _loosened(one: Conjunction, unknown: Collection[Name]) -> Conjunction:
    kept = [at for at, p in enumerate(one.patterns) if (p.kind, "") not in unknown]
    places = {at: place for place, at in enumerate(kept)}
    return Conjunction(
        patterns=tuple(_without(one.patterns[at], unknown) for at in kept),
        joins=tuple(_moved(one, places, unknown)),
        absences=tuple(
            replace(absence, anchor=None if absence.anchor is None else places[absence.anchor])
            for absence in one.absences
            if _told(one, absence, unknown)
            and (absence.anchor is None or absence.anchor in places)
        ),
    )


def _without(pattern: Pattern, unknown: Collection[Name]) -> Pattern:
    asks = tuple(ask for ask in pattern.asks if (pattern.kind, ask.field.name) not in unknown)
    return Pattern(kind=pattern.kind, asks=asks)


def _moved(one: Conjunction, places: dict[int, int], unknown: Collection[Name]) -> Iterator[Join]:
    for join in one.joins:
        sides = (
            (one.patterns[join.left].kind, join.left_field.name),
            (one.patterns[join.right].kind, join.right_field.name),
        )
        if join.left in places and join.right in places and not {*sides} & {*unknown}:
            yield replace(join, left=places[join.left], right=places[join.right])


def _told(one: Conjunction, absence: Absence, unknown: Collection[Name]) -> bool:
    """Whether all that an absence asks is known, so that nothing else could be there."""
    pattern = absence.pattern
    names = {(pattern.kind, ""), *((pattern.kind, ask.field.name) for ask in pattern.asks)}
    names |= {name for pair in _equal(one, absence) for name in pair}
    return not names & {*unknown}
