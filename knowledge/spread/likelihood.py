"""The weights of known functions that make posts most likely: concave, by Newton steps."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.spread.background import Background, Floats

Flags: TypeAlias = NDArray[np.bool_]

_STEPS: Final = 25
_HALVINGS: Final = 8
_TOLERANCE: Final = 2e-2
_ZERO: Final = 1e-12
_SMALL: Final = 1e-3
_LEAST: Final = 1e-9
"""A rate below this part of the mean can't be the rate of a post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The likelihood about some weights: its slope, and its curvature scaled to diagonal 1."""

    slope: Floats
    curve: Floats
    scale: Floats
    free: Flags


class Problem:
    """Posts, a background and columns of functions with their integrals."""

    def __init__(
        self, counts: Floats, background: Background, columns: Floats, wholes: Floats
    ) -> None:
        """Take the functions at the posts, and their integrals."""
        self._counts, self._background = counts, background
        self._columns, self._wholes = columns, wholes
        self._least = _LEAST * float(counts.sum()) / float(background.wholes.sum())

    def solve(self, weights: Floats) -> tuple[Floats, float, Floats, Local]:
        """The weights, the logarithm of the likelihood, the rate, and what is about there."""
        likelihood, rate = self._try(weights)
        damping = 0.0
        for _ in range(_STEPS):
            local = self._local(weights, rate)
            for _ in range(_HALVINGS):
                aimed = weights + _step(local, damping)
                tried = np.maximum(aimed, 0)
                better, there = self._try(tried)
                if better > likelihood - 1e-9:
                    break
                damping = max(damping * 6, 0.02)
            else:
                break
            # A step that was cut short says nothing of how far it is to the top.
            whole = damping == 0 and aimed.min() >= 0
            gained = better - likelihood
            weights, likelihood, rate = tried, better, there
            damping = damping / 6 if damping > _SMALL else 0.0
            if gained < _TOLERANCE and whole:
                break
        return weights, likelihood, rate, local

    def _try(self, weights: Floats) -> tuple[float, Floats]:
        knots = self._background.knots
        rate = self._background.rates(weights[:knots]) + weights[knots:] @ self._columns
        if rate.min() <= self._least:
            return -np.inf, rate
        return float(self._counts @ np.log(rate) - weights @ self._wholes), rate

    def _local(self, weights: Floats, rate: Floats) -> Local:
        knots, many = self._background.knots, len(weights)
        ratio = self._counts / rate
        curve = np.empty((many, many))
        curve[:knots, :knots] = self._background.gram(ratio / rate)
        weighed = self._columns * (ratio / rate)
        curve[knots:, :knots] = self._background.sums(weighed)
        curve[:knots, knots:] = curve[knots:, :knots].T
        curve[knots:, knots:] = weighed @ self._columns.T
        slope = np.concatenate([self._background.sums(ratio), self._columns @ ratio])
        slope -= self._wholes
        scale = np.sqrt(np.maximum(np.diag(curve), _ZERO))
        scaled = curve / np.outer(scale, scale)
        scaled[np.diag_indices(many)] += 1e-7
        free = (weights > _ZERO) | (slope > 0)
        return Local(slope=slope, curve=scaled, scale=scale, free=free)


def _step(local: Local, damping: float) -> Floats:
    step, free = np.zeros(len(local.scale)), local.free
    inside = local.curve[np.ix_(free, free)]
    inside[np.diag_indices(len(inside))] += damping
    step[free] = np.linalg.solve(inside, (local.slope / local.scale)[free]) / local.scale[free]
    return step
