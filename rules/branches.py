"""Which facts make a match of a rule together, told by trying: what durable-rules is kept from."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import product
from math import prod
from typing import Final, TypeAlias

from ontology.facts import Fact
from ontology.kinds import Field
from rules.conditions import Join
from rules.sharding import Blocker, Branch

MOST_COMBINATIONS: Final = 4_096

Positions: TypeAlias = AbstractSet[int]
"""Positions of facts."""


class CombinationsExceeded(ValueError):
    """More facts would have to be tried with one another than was measured to be quick."""


def taken(
    branch: Branch, found: Mapping[int, Positions], facts: Sequence[Fact]
) -> frozenset[int] | None:
    """The positions of the facts of a branch's matches, or None where it does not hold.

    `found` holds the positions of the facts that fit each pattern by itself.

    Raises:
        CombinationsExceeded: a join would take too long.
    """
    chosen = [found.get(pattern, frozenset()) for pattern in branch.patterns]
    for blocker in branch.blockers:
        blocking = found.get(blocker.pattern, frozenset())
        if blocker.anchor is None:
            if blocking:
                return None
        elif blocking:
            chosen[blocker.anchor] = _unblocked(blocker, chosen[blocker.anchor], blocking, facts)
    if branch.joins:
        chosen = _joined(branch.joins, chosen, facts)
    return frozenset().union(*chosen) if all(chosen) else None


def _unblocked(
    blocker: Blocker, anchors: Positions, blocking: Positions, facts: Sequence[Fact]
) -> Positions:
    """The anchors beside which no blocking fact stands that equals them in all its fields."""
    return {
        anchor
        for anchor in anchors
        if not any(
            all(_equal(facts[one], here, facts[anchor], there) for here, there in blocker.equal)
            for one in blocking
        )
    }


def _joined(
    joins: Sequence[Join], chosen: Sequence[Positions], facts: Sequence[Fact]
) -> list[Positions]:
    """The facts that are in some match of all joins: every combination is tried."""
    places = sorted({place for join in joins for place in (join.left, join.right)})
    tried = prod(len(chosen[place]) for place in places)
    if tried > MOST_COMBINATIONS:
        raise CombinationsExceeded(f"{tried} combinations; {MOST_COMBINATIONS} are tried")
    kept: list[Positions] = [
        set() if place in places else positions for place, positions in enumerate(chosen)
    ]
    for combination in product(*(chosen[place] for place in places)):
        at = dict(zip(places, combination, strict=True))
        if all(
            _equal(facts[at[j.left]], j.left_field, facts[at[j.right]], j.right_field)
            for j in joins
        ):
            for place, position in at.items():
                kept[place] = {*kept[place], position}
    return kept


def _equal(one: Fact, mine: Field, other: Fact, theirs: Field) -> bool:
    """Whether two facts have the same value in a field of each; a missing one equals nothing."""
    return mine.name in one.values and one.values[mine.name] == other.values.get(theirs.name)
