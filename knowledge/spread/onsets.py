"""Sudden changes of the background: steps up or down, and jumps that die away."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from knowledge.spread.background import Background, Floats
from knowledge.spread.excitation import Evidence

Onset: TypeAlias = tuple[int, int]
"""The kind of a change (an index of `_FADES`, or one further: it ends) and the cell it is at."""

CELLS: Final = 512
"""Places at which a change is looked for."""
_FADES: Final = (1 / 300, 1 / 100, 1 / 30, 1 / 10, np.inf)
"""How fast a jump dies away, as parts of the span; the last one stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """For each possible change: the slope and the curvature of the likelihood in its weight.

    `mixed` is the curvature with each weight that is fitted already, a row each.
    """

    slope: Floats
    curve: Floats
    mixed: Floats


class Onsets:
    """All changes that could be, at even places of a span."""

    def __init__(self, evidence: Evidence) -> None:
        """Lay out the cells."""
        self._times, self._start = evidence.times, evidence.start
        self.width = (evidence.end - evidence.start) / CELLS
        cell = np.minimum((self._times - self._start) / self.width, CELLS - 1).astype(int)
        counts = np.bincount(cell, minlength=CELLS)
        self._used = np.flatnonzero(counts)
        self._starts = (np.cumsum(counts) - counts)[self._used]

    def column(self, onset: Onset) -> tuple[Floats, float]:
        """The change at each time, from 0 to 1, and its integral."""
        kind, cell = onset
        since = self._times - (self._start + cell * self.width)
        if kind == len(_FADES):
            return (since < 0).astype(np.float64), cell * self.width
        left = (CELLS - cell) * self.width
        if np.isinf(_FADES[kind]):
            return (since >= 0).astype(np.float64), left
        scale = _FADES[kind] * CELLS * self.width
        shape = np.where(since >= 0, np.exp(-np.maximum(since, 0) / scale), 0.0)
        return shape, float(-scale * np.expm1(-left / scale))

    def gains(
        self, background: Background, columns: Floats, counts: Floats, rate: Floats
    ) -> Gains:
        """What each change would gain beside a background and columns with this rate."""
        ratio = counts / rate
        weight = ratio / rate
        cells = self._cells(np.vstack([ratio, weight, columns * weight]))
        places = np.asarray(self._start + (np.arange(CELLS) + 0.5) * self.width)
        mixed = np.vstack([background.hats(places) * cells[1], cells[2:]])
        return Gains(
            slope=self._after(cells[:1] - self.width, 1)[0],
            curve=self._after(cells[1:2], 2)[0],
            mixed=self._after(mixed, 1),
        )

    def _cells(self, values: Floats) -> Floats:
        out = np.zeros((*values.shape[:-1], CELLS))
        out[..., self._used] = np.add.reduceat(values, self._starts, axis=-1)
        return out

    @staticmethod
    def _after(cells: Floats, power: int) -> Floats:
        """Sums of cells times each change to a power: a column for each kind and cell."""
        back, found = cells[..., ::-1], []
        for fade in _FADES:
            # Weights that grow towards the newest cell: the last one is at most e^600, and what is
            # lost in rounding is what has died away.
            grown = np.exp(np.arange(CELLS) * (power / (fade * CELLS)))
            sums = np.cumsum(back * grown, axis=-1) / grown
            found.append(sums[..., ::-1] * np.exp(-0.5 * power / (fade * CELLS)))
        found.append(cells.sum(axis=-1, keepdims=True) - found[-1])
        return np.concatenate(found, axis=-1)


def onset(place: int) -> Onset:
    """The change that a column of `Gains` stands for."""
    return divmod(place, CELLS)
