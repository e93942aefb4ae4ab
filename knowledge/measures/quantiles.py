"""Quantile regression: what goes with the quick cases and with the slow ones, by weights."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats
from knowledge.measures.logistic import summed

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


def deviations(
    matrix: Floats,
    values: Floats,
    share: float,
    weights: Floats,
    solved: Floats,
    groups: npt.NDArray[Any],
) -> Floats:
    """Robust standard errors of the coefficients, by groups of rows that belong together.

    A sandwich of Powell's kernel estimate (1991) with Hall and Sheather's bandwidth (1988).
    """
    from scipy.stats import norm  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load

    left = values - matrix @ solved
    many = float(weights.sum())
    middle = norm.ppf(share)
    density = norm.pdf(middle) ** 2
    wide = many ** (-1 / 3) * norm.ppf(0.975) ** (2 / 3)
    wide *= (1.5 * density / (2 * middle**2 + 1)) ** (1 / 3)
    wide = min(wide, 0.9 * min(share, 1 - share))
    spread = min(float(left.std()), float(np.subtract(*np.quantile(left, (0.75, 0.25)))) / 1.34)
    near = max(spread, 1e-9) * float(norm.ppf(share + wide) - norm.ppf(share - wide))
    inside = weights * (np.abs(left) < near)
    bread = np.linalg.pinv(matrix.T @ (matrix * inside[:, None]) / (2 * near))
    scores = summed(matrix * (weights * (share - (left < 0)))[:, None], groups)
    return np.asarray(np.sqrt(np.maximum(0.0, np.diag(bread @ (scores.T @ scores) @ bread))))
