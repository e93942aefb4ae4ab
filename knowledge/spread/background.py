"""The rate of posts that nothing brings about, as weights of hat functions between knots."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

DAY: Final = 86_400.0
_DAILY_KNOTS: Final = 16


class Background:
    """A rate that is linear between knots; its weights are the rates at the knots.

    Time is cut at `edges`. Between two edges the rate goes from the knot `left` to the knot
    `right`; the share of the right one goes from `shares[0]` to `shares[1]`.
    """

    def __init__(
        self, edges: Floats, left: list[int], right: list[int], shares: tuple[Floats, Floats]
    ) -> None:
        """Begin without posts."""
        self.edges, self.knots = edges, max(*left, *right) + 1
        self._left = np.eye(self.knots)[left]
        self._right = np.eye(self.knots)[right]
        self._low = shares[0]
        self._slope = (shares[1] - shares[0]) / np.diff(edges)
        middle = (shares[0] + shares[1]) / 2 * np.diff(edges)
        self.wholes: Floats = (np.diff(edges) - middle) @ self._left + middle @ self._right
        """The integral of each hat function."""

    def place(self, times: Floats) -> None:
        """Note at which times, in order, the rate is asked for."""
        self._piece, self._share = self._locate(times)
        counts = np.bincount(self._piece, minlength=len(self._low))
        self._used = np.flatnonzero(counts)
        self._starts = (np.cumsum(counts) - counts)[self._used]

    def rates(self, weights: Floats) -> Floats:
        """The rate at each time."""
        first, last = self._left @ weights, self._right @ weights
        return np.asarray(first[self._piece] + (last - first)[self._piece] * self._share)

    def sums(self, values: Floats) -> Floats:
        """Sums over the times of values times each hat function; rows of values give rows."""
        whole, part = self._pieces(values), self._pieces(values * self._share)
        return np.asarray((whole - part) @ self._left[self._used] + part @ self._right[self._used])

    def gram(self, values: Floats) -> Floats:
        """Sums over the times of values times each product of two hat functions."""
        shared = values * self._share
        one, two = self._pieces(values), self._pieces(shared)
        three = self._pieces(shared * self._share)
        left, right = self._left[self._used], self._right[self._used]
        mixed = left.T @ (right * (two - three)[:, None])
        ends = left.T @ (left * (one - 2 * two + three)[:, None])
        return np.asarray(ends + mixed + mixed.T + right.T @ (right * three[:, None]))

    def hats(self, times: Floats) -> Floats:
        """The hat functions at other times: a row for each knot."""
        piece, share = self._locate(times)
        return np.asarray(
            self._left[piece].T * (1 - share) + self._right[piece].T * share, dtype=np.float64
        )

    def _locate(self, times: Floats) -> tuple[NDArray[np.intp], Floats]:
        last = len(self._low) - 1
        piece = np.clip(np.searchsorted(self.edges, times, side="right") - 1, 0, last)
        return piece, self._low[piece] + (times - self.edges[piece]) * self._slope[piece]

    def _pieces(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self._starts, axis=-1)


def even(start: float, end: float, pieces: int) -> Background:
    """A rate with knots at even distances; one that never changes for 0 pieces."""
    if pieces == 0:
        return Background(np.array([start, end]), [0], [0], (np.zeros(1), np.zeros(1)))
    return Background(
        np.linspace(start, end, pieces + 1),
        [*range(pieces)],
        [*range(1, pieces + 1)],
        (np.zeros(pieces), np.ones(pieces)),
    )


def daily(start: float, end: float) -> Background:
    """A rate that is the same at the same time of every day."""
    step = DAY / _DAILY_KNOTS
    first = int(start // step)
    inner = np.arange(first + 1, int(np.ceil(end / step))) * step
    edges = np.concatenate([[start], inner, [end]])
    slots = range(first, first + len(edges) - 1)
    low = edges[:-1] / step - np.array(slots)
    return Background(
        edges,
        [slot % _DAILY_KNOTS for slot in slots],
        [(slot + 1) % _DAILY_KNOTS for slot in slots],
        (low, edges[1:] / step - np.array(slots)),
    )
