"""Quantile regression: what goes with the quick cases and with the slow ones, by weights."""

from typing import Final

import numpy as np

from knowledge.measures.designs import Floats

_MOST_STEPS: Final = 200
_NEAR: Final = 1e-4


def quantile_regression(
    matrix: Floats, values: Floats, share: float, weights: Floats, start: Floats | None = None
) -> Floats:
    """The coefficients of a quantile, by Hunter and Lange's majorisation (2000).

    Its loss is smooth within a ten-thousandth of the values' spread, so coefficients are near the
    exact ones, not on a vertex.
    """
    near = _NEAR * max(float(values.std()), 1e-12)
    solved = _least_squares(matrix, values, weights) if start is None else start
    for _ in range(_MOST_STEPS):
        left = values - matrix @ solved
        pulled = weights / (near + np.abs(left))
        target = matrix.T @ (pulled * values + (2 * share - 1) * weights)
        step = _solved(matrix.T @ (matrix * pulled[:, None]), target)
        moved = float(np.abs(step - solved).max())
        solved = step
        if moved < near / 10:
            break
    return solved


def _least_squares(matrix: Floats, values: Floats, weights: Floats) -> Floats:
    return _solved(matrix.T @ (matrix * weights[:, None]), matrix.T @ (weights * values))


def _solved(left: Floats, right: Floats) -> Floats:
    found, *_ = np.linalg.lstsq(left, right, rcond=None)
    return np.asarray(found)
