"""Ranks: how closely two figures go together in order, with weights and like held against like."""

import math

import numpy as np

from knowledge.measures.designs import Floats


def spearman(one: Floats, two: Floats, weights: Floats, matrix: Floats | None = None) -> float:
    """Spearman's correlation of weighted midranks; within what a matrix tells, if it is given.

    With a matrix, what its columns explain of both ranks is taken out first; it has a constant.
    NaN where nothing varies.

    >>> round(spearman(np.array([1.0, 2, 3]), np.array([2.0, 4, 9]), np.ones(3)), 6)
    1.0
    """
    some = weights > 0
    one, two, weights = one[some], two[some], weights[some]
    first, second = midranks(one, weights), midranks(two, weights)
    if matrix is None:
        first -= np.average(first, weights=weights)
        second -= np.average(second, weights=weights)
    else:
        first, second = _rest(first, second, matrix[some], weights)
    spread = float((weights * first**2).sum()) * float((weights * second**2).sum())
    if spread <= 1e-18 * weights.sum() ** 2:
        return float("nan")
    return float((weights * first * second).sum()) / math.sqrt(spread)


def midranks(values: Floats, weights: Floats) -> Floats:
    """The share of weight below each value, and half of what is equal to it."""
    _, places = np.unique(values, return_inverse=True)
    at = np.bincount(places, weights=weights)
    below = np.cumsum(at) - at
    return np.asarray((below + at / 2)[places] / weights.sum())


def _rest(one: Floats, two: Floats, matrix: Floats, weights: Floats) -> tuple[Floats, Floats]:
    root = np.sqrt(weights)[:, None]
    both = np.column_stack([one, two])
    solved, *_ = np.linalg.lstsq(matrix * root, both * root, rcond=None)
    left = both - matrix @ solved
    return left[:, 0], left[:, 1]
