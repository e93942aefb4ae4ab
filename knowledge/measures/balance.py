"""Balance: how far two groups of people differ in what is declared, before and after weighting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.designs import Design, Floats

BALANCED: Final = 0.1
"""The standardised difference below which a term counts as balanced (Austin 2009)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term: the difference of the groups' means in pooled standard deviations."""

    name: str
    before: float
    after: float

    @property
    def balanced(self) -> bool:
        """Whether what is left is negligible."""
        return abs(self.after) < BALANCED


def balance(design: Design, exposed: Floats, weights: Floats) -> Sequence[Term]:
    """Each term before weighting and after; the deviation is that of the unweighted groups."""
    ones = np.ones(len(exposed))
    before = differences(design.matrix, exposed, ones)
    after = differences(design.matrix, exposed, weights)
    return [
        Term(name=name, before=float(one), after=float(two))
        for name, one, two in zip(design.terms, before, after, strict=True)
    ]


def differences(matrix: Floats, exposed: Floats, weights: Floats) -> Floats:
    """Standardised differences of weighted means, a column each; 0 where nothing varies."""
    had = exposed > 0
    spread = np.sqrt((matrix[had].var(axis=0) + matrix[~had].var(axis=0)) / 2)
    means = [np.average(matrix[some], axis=0, weights=weights[some]) for some in (had, ~had)]
    apart = np.asarray(means[0] - means[1], dtype=float)
    return np.asarray(np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 0))


def effective(weights: Floats) -> float:
    """How many people weighted ones are worth (Kish 1965).

    >>> effective(np.array([1.0, 1.0, 2.0, 0.0]))
    2.6666666666666665
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0
