"""Alternatives: facts in some regions and none in others, as rules ask for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ontology.facts import Fact
from ontology.kinds import Field
from rules.conditions import Conjunction, Join
from rules.joining import taking_part
from rules.regions import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """No fact is in the region; with `anchor`, none whose fields equal those of that fact."""

    region: Region
    anchor: int | None = None
    equal: tuple[tuple[Field, Field], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A fact in each region, equal where the joins say so, and none where facts must lack."""

    regions: tuple[Region, ...]
    joins: tuple[Join, ...] = ()
    absences: tuple[Lack, ...] = ()

    @classmethod
    def of(cls, asked: Conjunction) -> Self:
        """What a conjunction of a rule asks."""
        return cls(
            regions=tuple(map(Region.of, asked.patterns)),
            joins=asked.joins,
            absences=tuple(
                Lack(region=Region.of(one.pattern), anchor=one.anchor, equal=one.equal)
                for one in asked.absences
            ),
        )

    @property
    def joined(self) -> bool:
        """Whether facts in it must be equal to others."""
        return bool(self.joins) or any(one.anchor is not None for one in self.absences)

    @property
    def barred(self) -> tuple[Region, ...]:
        """The regions in which no fact may be, whatever the others are."""
        return tuple(one.region for one in self.absences if one.anchor is None)

    @property
    def possible(self) -> bool:
        """Whether some facts can fulfil it; true as well where that can't be told."""
        barred = self.barred
        return all(left(region, barred) for region in self.regions)

    def holds(self, facts: Sequence[Fact]) -> bool:
        """Whether facts fulfil it."""
        found = [_in(region, facts) for region in self.regions]
        absent = [_in(one.region, facts) for one in self.absences]
        return taking_part(self, found, absent, facts) is not None


def left(region: Region, barred: Iterable[Region]) -> tuple[Region, ...]:
    """What of a region lies in none of the others, as regions; those surely empty left out."""
    found: tuple[Region, ...] = (region,)
    for other in barred:
        found = tuple(piece for one in found for piece in less(one, other))
    return tuple(one for one in found if not one.empty)


def less(region: Region, other: Region) -> tuple[Region, ...]:
    """What of a region does not lie in another; itself where they have nothing in common."""
    if region.meet(other) is None:
        return (region,)
    return tuple(piece for piece in region.minus(other) if not piece.empty)


def _in(region: Region, facts: Sequence[Fact]) -> list[int]:
    return [at for at, fact in enumerate(facts) if region.has(fact)]
