"""Samples of bounded size whose union does not depend on the order in which things came."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

BITS: Final = 64
MOST: Final = 2_048
"""Things that a sample keeps; with fewer it is whole."""

T = TypeVar("T")


def within(digest: int, level: int) -> bool:
    """Whether a digest has so many leading zeros.

    >>> within(2**63, 0), within(2**63, 1)
    (True, False)
    """
    return digest >> (BITS - level) == 0


@dataclass(slots=True)
class Sample(Generic[T]):
    """Things by a uniform digest of 64 bits: all, or those whose digest has `level` leading zeros.

    The level is the lowest at which at most `MOST` remain (Wegman's adaptive sampling). What is
    kept is therefore a function of the set alone: adding is commutative, associative, idempotent.
    """

    level: int = 0
    kept: dict[int, T] = field(default_factory=dict)

    def add(self, digest: int, thing: T) -> None:
        """Take one in, if its digest is small enough."""
        if within(digest, self.level):
            self.kept[digest] = thing
            self.settle()

    def thin(self, level: int) -> None:
        """Keep what a sample of a level holds, if that is above the own one."""
        if level > self.level:
            self.level, self.kept = level, self.at(level)

    def at(self, level: int) -> dict[int, T]:
        """What a sample of this level, no lower than its own, holds of the same things."""
        return {key: one for key, one in self.kept.items() if within(key, level)}

    @property
    def many(self) -> int:
        """How many different things were added; exact up to `MOST`, beyond it within some 4 %."""
        return len(self.kept) << self.level

    def settle(self) -> None:
        """Raise the level until no more than `MOST` remain."""
        while len(self.kept) > MOST:
            self.thin(self.level + 1)


def union(samples: Iterable[Sample[T]]) -> Sample[T]:
    """The sample of everything that went into several.

    >>> one, other = Sample[str](), Sample[str]()
    >>> one.add(7, "a"); other.add(7, "a"); other.add(9, "b")
    >>> union([one, other]).many
    2
    """
    every = [*samples]
    whole: Sample[T] = Sample(level=max((one.level for one in every), default=0))
    for one in every:
        whole.kept.update(one.kept if one.level == whole.level else one.at(whole.level))
        whole.settle()
    return whole
