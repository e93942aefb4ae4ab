"""Counts of posts along time for one scope: by seconds lately, by quarter hours before."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from knowledge.spread.columns import Columns, Whole
from knowledge.spread.counters import POSTS, Cell, Grain, Rows, counts, total
from knowledge.spread.virality import Estimate
from ontology.identity import ThingId

QUARTER: Final = 900
"""Seconds of the slots that history is kept in."""
DETAIL: Final = 26 * 3600
"""Seconds behind the newest post in which single seconds and people are kept."""
HORIZON: Final = 8 * 24 * 3600
"""Seconds behind the newest post in which posts count at all, and in which their ids are kept."""
CROWDED: Final = 256
"""Posts of one second beyond which its authors are counted by fewer buckets."""


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
        self._levels: dict[int, tuple[int, int]] = {}

    def add(self, second: int, grain: Grain, kept: Kept) -> bool:
        """Count a post of this second since 1970; False if it was counted before or is too old."""
        if second < kept.oldest or grain.key in self._seen:
            return False
        detailed = second >= kept.detail
        self._seen[grain.key] = second
        self.quarters.setdefault(second // QUARTER, Cell()).add(grain, people=detailed)
        if detailed:
            self._second(second).add(grain)
            self._settle(second // QUARTER, (second,))
        return True

    def take(self, posts: Columns, rows: Rows, kept: Kept) -> None:
        """Count posts of which none was counted before: their ids are not looked at or kept."""
        rows = rows[posts.seconds[rows] >= kept.oldest]
        for quarter, own in _grouped(posts.seconds // QUARTER, rows):
            detailed = quarter * QUARTER >= kept.detail
            posts.pour(own, self.quarters.setdefault(quarter, Cell()), people=detailed)
            if detailed:
                seconds = [*_grouped(posts.seconds, own)]
                for second, few in seconds:
                    posts.pour(few, self._second(second))
                self._settle(quarter, [second for second, _ in seconds])

    def prune(self, kept: Kept) -> None:
        """Forget what lies behind the horizon."""
        # INVARIANT: what is kept is a function of the set of posts and of `kept` alone.
        self._seconds = {at: cell for at, cell in self._seconds.items() if at >= kept.detail}
        self._order = None
        self._levels = {
            at: levels for at, levels in self._levels.items() if at * QUARTER >= kept.detail
        }
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

    def _second(self, second: int) -> Cell:
        if second not in self._seconds:
            self._seconds[second], self._order = Cell(), None
        return self._seconds[second]

    def _settle(self, quarter: int, seconds: Iterable[int]) -> None:
        """Bound the detail of a quarter hour, some seconds of which have grown.

        Together its seconds hold about twice what the quarter itself does, however many post.
        """
        # INVARIANT: how thin a second is follows from the posts of its quarter hour alone.
        whole = self.quarters[quarter]
        levels = (whole.copies.level, whole.authors.level)
        if levels != self._levels.get(quarter, (0, 0)):
            self._levels[quarter] = levels
            seconds = range(quarter * QUARTER, (quarter + 1) * QUARTER)
        for second in seconds:
            if cell := self._seconds.get(second):
                cell.copies.thin(whole.copies.level - 1)
                cell.authors.thin(whole.authors.level - 1)
                if cell.sums[POSTS] > CROWDED:
                    cell.by_author.coarsen()

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


def _grouped(keys: Whole, rows: Rows) -> Iterator[tuple[int, Rows]]:
    """Rows by their key, in order."""
    if not len(rows):
        return
    wanted = keys[rows]
    order = np.argsort(wanted, kind="stable")
    found, starts = np.unique(wanted[order], return_index=True)
    yield from zip(found.tolist(), np.split(rows[order], starts[1:]), strict=True)
