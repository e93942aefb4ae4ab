"""How far each author reaches: a sample of bounded size, and exactly those who reach farthest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

from knowledge.spread.sampling import BITS, MOST, within

FARTHEST: Final = 64
"""Authors of the largest reach, who are known exactly: they make most of the sum."""


@dataclass(slots=True)
class Reaches:
    """Authors (64-bit digests) with the largest reach that each was seen with.

    `kept` is a sample by digest, as `sampling.Sample` takes it; with up to `MOST` authors it is
    all of them. What is held is a function of the set of (author, reach) alone, so adding is
    commutative, associative and idempotent.
    """

    level: int = 0
    kept: dict[int, int] = field(default_factory=dict)
    far: dict[int, int] = field(default_factory=dict)

    @property
    def many(self) -> int:
        """How many authors there are; exact up to `MOST`, beyond it within some 4 %."""
        return len(self.kept) << self.level

    @property
    def largest(self) -> int:
        """The largest reach, always exact."""
        return max(self.far.values(), default=0)

    @property
    def floor(self) -> int:
        """The reach below which nobody is among the farthest any more."""
        return min(self.far.values()) if len(self.far) >= FARTHEST else 1

    def add(self, author: int, reach: int) -> None:
        """Take one in."""
        if within(author, self.level):
            self.kept[author] = max(reach, self.kept.get(author, 0))
            self._settle()
        self._go_far(((author, reach),))

    def take(self, authors: Sequence[int], reaches: Sequence[int]) -> None:
        """Take many in, faster than one by one."""
        kept, edge = self.kept, BITS - self.level
        for author, reach in zip(authors, reaches, strict=True):
            if author >> edge == 0 and kept.get(author, -1) < reach:
                kept[author] = reach
        self._settle()
        floor = self.floor
        self._go_far(pair for pair in zip(authors, reaches, strict=True) if pair[1] >= floor)

    def thin(self, level: int) -> None:
        """Keep the authors of a level, if it is above the own one."""
        if level > self.level:
            self.level, self.kept = level, self.at(level)

    def at(self, level: int) -> dict[int, int]:
        """What a sample of this level, no lower than its own, holds of the same authors."""
        return {author: reach for author, reach in self.kept.items() if within(author, level)}

    def sizes(self) -> list[int]:
        """Reaches whose sum is that of all authors, one for each who is known.

        A sampled author stands for as many as the level says, so that what sampling leaves
        unknown shows in how the sizes vary.
        """
        rest = (reach << self.level for one, reach in self.kept.items() if one not in self.far)
        return [*self.far.values(), *rest]

    def _settle(self) -> None:
        while len(self.kept) > MOST:
            self.thin(self.level + 1)

    def _go_far(self, found: Iterable[tuple[int, int]]) -> None:
        far = self.far
        for author, reach in found:
            if reach > far.get(author, 0):
                far[author] = reach
        if len(far) > FARTHEST:
            best = nlargest(FARTHEST, far.items(), key=lambda one: (one[1], one[0]))
            self.far = dict(best)


def joined(parts: Iterable[Reaches]) -> Reaches:
    """The reaches of everybody in several.

    >>> one, other = Reaches(), Reaches()
    >>> one.add(7, 10); other.add(7, 30); other.add(9, 5)
    >>> sorted(joined([one, other]).sizes())
    [5, 30]
    """
    every = [*parts]
    whole = Reaches(level=max((one.level for one in every), default=0))
    for one in every:
        for known in (one.kept, one.far):
            whole.take([*known], [*known.values()])
    return whole
