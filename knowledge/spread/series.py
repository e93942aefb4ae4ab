"""Counts of posts along time for one scope: by seconds lately, by quarter hours before."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from knowledge.spread.counters import POSTS, Cell, Grain, counts, total
from knowledge.spread.virality import Estimate
from ontology.identity import ThingId

QUARTER: Final = 900
"""Seconds of the slots that history is kept in."""
DETAIL: Final = 26 * 3600
"""Seconds behind the newest post in which single seconds and people are kept."""
HORIZON: Final = 8 * 24 * 3600
"""Seconds behind the newest post in which posts count at all, and in which their ids are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """From which second on posts count (`oldest`) and single seconds are kept (`detail`)."""

    oldest: int
    detail: int

    @classmethod
    def behind(cls, newest: int) -> "Kept":
        """What is kept where the newest post of all is of this second.

        >>> Kept.behind(1_000_000) == Kept.behind(999_900)
        True
        """
        quarter = newest // QUARTER * QUARTER
        return cls(oldest=quarter - HORIZON, detail=quarter - DETAIL)


class Series:
    """The posts of one scope. What it holds depends on which posts came, not on their order.

    Memory is bounded by the horizon: quarter hours and ids for `HORIZON`, seconds for `DETAIL`.
    """

    def __init__(self) -> None:
        """Begin without posts."""
        self.quarters: dict[int, Cell] = {}
        self.virality: tuple[tuple[int, int, float], Estimate] | None = None
        """The virality of the last day, and of which posts it was estimated."""
        self._seconds: dict[int, Cell] = {}
        self._order: list[int] | None = None
        self._seen: dict[int, int] = {}

    def add(self, second: int, grain: Grain, kept: Kept) -> bool:
        """Count a post of this second since 1970; False if it was counted before or is too old."""
        if second < kept.oldest or grain.key in self._seen:
            return False
        detailed = second >= kept.detail
        self._seen[grain.key] = second
        self.quarters.setdefault(second // QUARTER, Cell()).add(grain, people=detailed)
        if detailed:
            if second not in self._seconds:
                self._seconds[second], self._order = Cell(), None
            self._seconds[second].add(grain, people=True)
        return True

    def prune(self, kept: Kept) -> None:
        """Forget what lies behind the horizon."""
        # INVARIANT: what is kept is a function of the set of posts and of `kept` alone.
        self._seconds = {at: cell for at, cell in self._seconds.items() if at >= kept.detail}
        self._order = None
        self._seen = {key: at for key, at in self._seen.items() if at >= kept.oldest}
        self.quarters = {
            at: cell for at, cell in self.quarters.items() if at * QUARTER >= kept.oldest
        }
        for at, cell in self.quarters.items():
            if at * QUARTER < kept.detail:
                cell.forget_people()

    def between(self, first: int, last: int) -> Cell:
        """The sum over the seconds `first` to `last`, both included."""
        return total(self._cells(first, last))

    def posts(self, first: int, last: int) -> int:
        """How many posts the seconds `first` to `last` have."""
        return counts(self._cells(first, last))[POSTS]

    def feeds(self, first: int, last: int) -> dict[ThingId, int]:
        """How many posts of the seconds `first` to `last` each feed delivered."""
        found: dict[ThingId, int] = {}
        for cell in self._cells(first, last):
            for feed, many in cell.by_feed.items():
                found[feed] = found.get(feed, 0) + many
        return found

    def moments(self, first: int, last: int) -> list[tuple[int, int]]:
        """(second, posts) for the seconds that have posts, in order."""
        return [(at, cell.sums[0]) for at, cell in self._within(first, last)]

    def _cells(self, first: int, last: int) -> Iterator[Cell]:
        whole = range(-(-first // QUARTER), (last + 1) // QUARTER)
        if not whole:
            return (cell for _, cell in self._within(first, last))
        edges = chain(
            self._within(first, whole.start * QUARTER - 1),
            self._within(whole.stop * QUARTER, last),
        )
        middle = (self.quarters[at] for at in whole if at in self.quarters)
        return chain(middle, (cell for _, cell in edges))

    def _within(self, first: int, last: int) -> Iterator[tuple[int, Cell]]:
        if self._order is None:
            self._order = sorted(self._seconds)
        inside = slice(bisect_left(self._order, first), bisect_right(self._order, last))
        return ((at, self._seconds[at]) for at in self._order[inside])
