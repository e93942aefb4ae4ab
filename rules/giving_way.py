"""Rows of a decision table: whether two can hold of the same facts, and how one gives way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ontology.kinds import Field
from rules.acceptance import accepted, overlap
from rules.conditions import Absence, Ask, Conjunction, Pattern
from rules.sfeel import MISSING, AllOf, Given, Not, OneOf, Test, holds

MOST_PIECES: Final = 64
"""Alternatives that a row may fall into; each is tried by the engines on every decision."""

MOST_CUTS: Final = 48
"""Higher rows that a row may truly give way to; more of them nobody could follow."""


def apart(one: Conjunction, other: Conjunction) -> bool:
    """Whether no facts fulfil both rows: some field that both ask about keeps them apart.

    A pattern (`matches`) is not looked into, so rows that only patterns keep apart are not.
    """
    theirs = {pattern.kind: pattern for pattern in other.patterns}
    return any(_apart(p, theirs[p.kind]) for p in one.patterns if p.kind in theirs)


def giving_way(row: Conjunction, higher: Sequence[Conjunction]) -> tuple[Conjunction, ...] | None:
    """A row where none of the higher ones holds, as alternatives; None where they are too many.

    A higher row holds where it holds of the same facts, and of any fact of a kind that this row
    does not ask about.
    """
    pieces, cuts = [row], 0
    for other in reversed(higher):  # the widest rows mostly come last, and leave the least to cut
        cut = [*dict.fromkeys(p for one in pieces for p in _without(one, other))]
        cuts += cut != pieces
        pieces = cut
        if len(pieces) > MOST_PIECES or cuts > MOST_CUTS:
            return None
    return tuple(pieces)


def _apart(one: Pattern, other: Pattern) -> bool:
    asked = {ask.field.name: ask.accepted for ask in other.asks}
    return any(
        not overlap(ask.accepted, asked[ask.field.name], ask.field)
        for ask in one.asks
        if ask.field.name in asked
    )


def _without(one: Conjunction, other: Conjunction) -> Iterator[Conjunction]:
    """Alternatives that together say: this one, and not the other."""
    missing = {absence.pattern for absence in one.absences}
    if apart(one, other) or missing & {*other.patterns}:
        yield one
        return
    kinds = [pattern.kind for pattern in one.patterns]
    for pattern in other.patterns:
        if pattern.kind not in kinds:
            yield replace(one, absences=(*one.absences, Absence(pattern=pattern)))
            continue
        at = kinds.index(pattern.kind)
        for narrowed in _narrowed(one.patterns[at], pattern.asks):
            patterns = (*one.patterns[:at], narrowed, *one.patterns[at + 1 :])
            yield replace(one, patterns=patterns)


def _narrowed(pattern: Pattern, asks: Iterable[Ask]) -> Iterator[Pattern]:
    """The pattern with one of the asks ruled out, for each that leaves something."""
    held = {ask.field.name: ask for ask in pattern.asks}
    for ask in asks:
        own = held.get(ask.field.name)
        new = _barred(own, ask)
        if new.accepted.nothing:
            continue
        rest = tuple(one for one in pattern.asks if one is not own)
        yield replace(pattern, asks=(*rest, new))


def _barred(own: Ask | None, other: Ask) -> Ask:
    outside = _outside(other.test, other.field)
    test = outside if own is None else AllOf((own.test, outside))
    words = f"not({other.written})"
    return replace(
        own or other,
        test=test,
        accepted=accepted(test, other.field),
        written=words if own is None else f"{own.written} and {words}",
    )


def _outside(test: Test, field: Field) -> Test:
    """What the test does not accept; `Not` alone is silent about a missing value."""
    if holds(test, MISSING, field):
        return Not(test)
    return OneOf((Not(test), Given(there=False)))
