"""Which facts take part in a match with joins: reduced pair by pair, never enumerated."""

from collections.abc import Sequence
from typing import Protocol

from ontology.facts import Fact
from ontology.kinds import Field
from ontology.values import Value
from rules.conditions import Join


class Lacking(Protocol):
    """What must not be there: of any facts, or of those equal to the fact at the anchor."""

    @property
    def anchor(self) -> int | None:
        """The position of the pattern whose fact it is held against."""

    @property
    def equal(self) -> tuple[tuple[Field, Field], ...]:
        """Which fields of both are equal."""


class Joined(Protocol):
    """What links the facts of several patterns."""

    @property
    def joins(self) -> tuple[Join, ...]:
        """Values that are equal."""

    @property
    def absences(self) -> Sequence[Lacking]:
        """What must not be there."""


def taking_part(
    conjunction: Joined,
    candidates: Sequence[Sequence[int]],
    absent: Sequence[Sequence[int]],
    facts: Sequence[Fact],
) -> frozenset[int] | None:
    """The positions of all facts that are in some match of a conjunction; None without a match.

    `candidates` and `absent` hold, pattern by pattern, the positions of the facts that fit the
    pattern by itself. Two joins between at most three patterns have no cycle, so reducing along
    each join until nothing changes leaves exactly the facts that are in a whole match.
    """
    left = [list(positions) for positions in candidates]
    for absence, blockers in zip(conjunction.absences, absent, strict=True):
        if absence.anchor is None:
            if blockers:
                return None
        else:
            left[absence.anchor] = _unblocked(absence, left[absence.anchor], blockers, facts)
    pairs = _pairs(conjunction.joins)
    changed = True
    while changed and all(left):
        changed = any(_reduce(pair, left, facts) for pair in pairs)
    return frozenset(position for some in left for position in some) if all(left) else None


def _pairs(joins: Sequence[Join]) -> list[list[Join]]:
    """Joins between the same two patterns, together."""
    found: dict[tuple[int, int], list[Join]] = {}
    for join in joins:
        one = join
        if join.left > join.right:
            one = Join(
                left=join.right,
                left_field=join.right_field,
                right=join.left,
                right_field=join.left_field,
            )
        found.setdefault((one.left, one.right), []).append(one)
    return [*found.values()]


def _reduce(pair: Sequence[Join], left: list[list[int]], facts: Sequence[Fact]) -> bool:
    """Drop the facts on either side that equal none on the other; whether any was dropped."""
    here, there = pair[0].left, pair[0].right
    mine = [_values(facts[at], [join.left_field for join in pair]) for at in left[here]]
    theirs = [_values(facts[at], [join.right_field for join in pair]) for at in left[there]]
    both = {*mine} & {*theirs} - {None}
    before = len(mine) + len(theirs)
    left[here] = [at for at, value in zip(left[here], mine, strict=True) if value in both]
    left[there] = [at for at, value in zip(left[there], theirs, strict=True) if value in both]
    return len(left[here]) + len(left[there]) < before


def _unblocked(
    absence: Lacking, anchors: Sequence[int], blockers: Sequence[int], facts: Sequence[Fact]
) -> list[int]:
    taken = {_values(facts[at], [mine for mine, _ in absence.equal]) for at in blockers} - {None}
    return [at for at in anchors if _values(facts[at], [o for _, o in absence.equal]) not in taken]


def _values(fact: Fact, fields: Sequence[Field]) -> tuple[Value, ...] | None:
    """The values of some fields, or None where one is missing: that equals nothing."""
    values = tuple(fact.values[f.name] for f in fields if f.name in fact.values)
    return values if len(values) == len(fields) else None
