"""Counts: what journeys did at each touchpoint, added up so that parts add up to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.journeys.steps import UNKNOWN, Ints, Outcome, Steps

Floats: TypeAlias = NDArray[np.float64]

ENDS: Final = ("resolved", "churn", "complaint")
"""The ends of journeys, in the order of their columns; a journey that falls silent ends well."""
BAD: Final = slice(1, 3)
"""Which of the ends are bad."""


class Tally(IntEnum):
    """What is counted of each touchpoint: journeys, and of the last two passages that ended."""

    TOUCHED = 0
    JUDGED = 1
    HARMED = 2
    ENDED = 3
    ENDED_BADLY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a log is read: when silence ends a journey, and what counts as harm.

    `until` (microseconds since 1970) is when the log ends: what was silent for less than `quiet`
    microseconds by then is still under way. A sentiment of at most `harm_below` is harm where
    nobody flagged the step.
    """

    until: int
    quiet: int
    harm_below: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Sums over journeys: `values[k, b]` is the count `ids[k]` in sample `b`; `ids` rise.

    Count 0 is the number of journeys; then follow one a tally and touchpoint, then one a move
    from a touchpoint to another one or to an end.
    """

    size: int
    ids: Ints
    values: Floats

    def __add__(self, other: Self) -> Self:
        """The counts of two sets of journeys together."""
        ids = np.union1d(self.ids, other.ids)
        values = np.zeros((len(ids), self.values.shape[1]))
        for one in (self, other):
            values[np.searchsorted(ids, one.ids)] += one.values
        return type(self)(size=self.size, ids=ids, values=values)

    @property
    def samples(self) -> int:
        """How many samples."""
        return int(self.values.shape[1])

    def part(self, first: int, end: int) -> Self:
        """Some of the samples."""
        return type(self)(size=self.size, ids=self.ids, values=self.values[:, first:end])

    def journeys(self) -> Floats:
        """Journeys, a sample each."""
        return self._dense(0, 1).reshape(-1)

    def tally(self, kind: Tally) -> Floats:
        """One tally: a row a touchpoint, a column a sample."""
        return self._dense(1 + kind * self.size, self.size)

    def moves(self) -> tuple[Ints, Ints, Floats]:
        """From which touchpoint, to which one (or, from `size` on, to which end), how often."""
        first = np.searchsorted(self.ids, _first_move(self.size))
        moves = self.ids[first:] - _first_move(self.size)
        width = self.size + len(ENDS)
        return moves // width, moves % width, self.values[first:]

    def _dense(self, start: int, many: int) -> Floats:
        low, high = np.searchsorted(self.ids, (start, start + many))
        found = np.zeros((many, self.samples))
        found[self.ids[low:high] - start] = self.values[low:high]
        return found


def nothing(size: int, samples: int) -> Counts:
    """Counts of no journey."""
    return Counts(size=size, ids=np.array([], np.int64), values=np.zeros((0, samples)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByJourney:
    """Counts not yet added up: a row of `table` a journey, a column a count of `ids`."""

    size: int
    journeys: NDArray[np.uint64]
    ids: Ints
    table: csr_matrix


def by_journey(steps: Steps, size: int, reading: Reading) -> ByJourney:
    """Count settled steps over `size` touchpoints, each journey by itself.

    What a journey does after an outcome, or after a silence of `quiet`, is a passage of its own.
    """
    fresh = np.ones(len(steps), np.bool_)
    fresh[1:] = steps.journey[1:] != steps.journey[:-1]
    row = np.cumsum(fresh) - 1
    last, end = _ends(steps, fresh, reading)
    moved = np.flatnonzero(~last)
    ended = np.flatnonzero(last & (end >= 0))
    passage = np.cumsum(np.concatenate(([True], last[:-1]))) - 1 if len(steps) else row
    known = end[np.flatnonzero(last)][passage]
    width, first = size + len(ENDS), _first_move(size)
    parts = [
        (row[fresh], np.zeros(fresh.sum(), np.int64)),
        *_tallies(steps, row, size, _harm(steps, reading)),
        *_endings(steps, row, size, (passage, known)),
        (row[moved], first + steps.touchpoint[moved] * width + steps.touchpoint[moved + 1]),
        (row[ended], first + steps.touchpoint[ended] * width + size + end[ended]),
    ]
    rows, columns = (np.concatenate(side) for side in zip(*parts, strict=True))
    ids, places = np.unique(columns, return_inverse=True)
    shape = (int(fresh.sum()), len(ids))
    table = csr_matrix((np.ones(len(rows), np.float32), (rows, places)), shape=shape)
    return ByJourney(size=size, journeys=steps.journey[fresh], ids=ids, table=table)


def summed(found: ByJourney) -> Counts:
    """The counts of the journeys together, as one sample."""
    sums = np.asarray(found.table.sum(axis=0, dtype=np.float64)).reshape(-1, 1)
    return Counts(size=found.size, ids=found.ids, values=sums)


def _first_move(size: int) -> int:
    return 1 + len(Tally) * size


def _ends(
    steps: Steps, fresh: NDArray[np.bool_], reading: Reading
) -> tuple[NDArray[np.bool_], Ints]:
    """Which steps are the last of a passage, and by which end (-1: it is still under way)."""
    following = np.append(steps.at[1:], reading.until)
    silent = following - steps.at > reading.quiet
    final = np.append(fresh[1:], True)[: len(steps)]
    silent[final] = reading.until - steps.at[final] > reading.quiet
    last = final | silent | (steps.outcome > Outcome.NONE)
    end = np.where(silent, 0, -1)
    said = steps.outcome > Outcome.NONE
    end[said] = steps.outcome[said].astype(np.int64) - 1
    return last, end


def _harm(steps: Steps, reading: Reading) -> NDArray[np.int8]:
    judged = np.where(steps.sentiment <= reading.harm_below, 1, 0)
    judged[np.isnan(steps.sentiment)] = UNKNOWN
    return np.where(steps.harm == UNKNOWN, judged, steps.harm).astype(np.int8)


def _tallies(
    steps: Steps, row: Ints, size: int, harm: NDArray[np.int8]
) -> Sequence[tuple[Ints, Ints]]:
    pair = row * size + steps.touchpoint
    chosen = (
        (Tally.TOUCHED, pair),
        (Tally.JUDGED, pair[harm != UNKNOWN]),
        (Tally.HARMED, pair[harm > 0]),
    )
    return [_once(pairs, size, tally) for tally, pairs in chosen]


def _endings(
    steps: Steps, row: Ints, size: int, passages: tuple[Ints, Ints]
) -> Sequence[tuple[Ints, Ints]]:
    """Of each touchpoint of a passage whose end is known: that it ended, and that it did badly."""
    passage, known = passages
    found = []
    for tally, mask in ((Tally.ENDED, known >= 0), (Tally.ENDED_BADLY, known > 0)):
        pairs = np.unique(passage[mask] * size + steps.touchpoint[mask], return_index=True)[1]
        places = np.flatnonzero(mask)[pairs]
        found.append((row[places], 1 + tally * size + steps.touchpoint[places]))
    return found


def _once(pairs: Ints, size: int, tally: Tally) -> tuple[Ints, Ints]:
    once = np.sort(pairs)  # np.unique hashes these, at ten times the cost
    once = once[np.append(True, once[1:] != once[:-1])[: len(once)]]
    return once // size, 1 + tally * size + once % size
