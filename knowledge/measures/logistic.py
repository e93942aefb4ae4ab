"""Logistic regression by Newton's method, with a covariance that trusts no model of the spread."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats

_MOST_STEPS: Final = 40
_SURE: Final = 1e-7
"""A fitted probability nearer to 0 or 1 than this is what separation looks like."""


class Separated(ValueError):
    """The terms tell the answer without doubt for somebody, so no coefficient is finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Coefficients, the constant first, with their covariance and the fitted probabilities."""

    coefficients: Floats
    covariance: Floats
    probabilities: Floats

    def predicted(self, matrix: Floats) -> Floats:
        """The probabilities of other rows with the same columns."""
        return _expit(matrix @ self.coefficients)


def logistic(matrix: Floats, answers: Floats, groups: npt.NDArray[Any] | None = None) -> Fitted:
    """Fit it; the covariance is the sandwich, by people or by the groups that they are in.

    Raises:
        Separated: the likelihood has no maximum.
    """
    coefficients = np.zeros(matrix.shape[1])
    for _ in range(_MOST_STEPS):
        fitted = _expit(matrix @ coefficients)
        inverse = _inverse(matrix, fitted)
        step = inverse @ (matrix.T @ (answers - fitted))
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - converged
            break
    else:
        raise Separated
    fitted = _expit(matrix @ coefficients)
    if min(fitted.min(), 1 - fitted.max()) < _SURE:
        raise Separated
    scores = summed(matrix * (answers - fitted)[:, None], groups)
    inverse = _inverse(matrix, fitted)
    many = len(scores)
    covariance = inverse @ (scores.T @ scores) @ inverse * many / max(1, many - 1)
    return Fitted(coefficients=coefficients, covariance=covariance, probabilities=fitted)


def summed(rows: Floats, groups: npt.NDArray[Any] | None) -> Floats:
    """Rows added up by the group that they are in; as they are where there are no groups."""
    if groups is None:
        return rows
    _, places = np.unique(groups, return_inverse=True)
    found = np.zeros((int(places.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(found, places, rows)
    return found


def _inverse(matrix: Floats, fitted: Floats) -> Floats:
    information = matrix.T @ (matrix * (fitted * (1 - fitted))[:, None])
    try:
        return np.linalg.inv(information)
    except np.linalg.LinAlgError as error:
        raise Separated from error


def _expit(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -35, 35))), dtype=np.float64)
