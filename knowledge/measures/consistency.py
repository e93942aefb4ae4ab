"""How alike different people, teams and places write: parts of the variance, with intervals."""

from typing import Any, Final

import numpy as np

from knowledge.measures.contrasts import Codes, Numbers
from knowledge.measures.estimates import LEVEL, Estimate, Figure, Withheld, number_of

FEWEST_GROUPS: Final = 5
"""Groups from which the spread between groups can be told at all."""
_ROUNDS: Final = 50
_STILL: Final = 1e-10


def between(values: Numbers, groups: Codes, strata: Codes) -> Figure:
    """The share of the variance that lies between groups, situations held alike (ICC(1)).

    0: which group writes makes no difference; 1: nothing else does. Groups and situations are
    fitted together by least squares; the interval is that of Thomas and Hultquist (1978) for
    groups of unequal size, which holds where groups differ as a normal law has it.
    """
    sizes = np.bincount(groups).astype(np.float64)
    known = sizes > 0
    sizes, many, rows = sizes[known], int(known.sum()), len(values)
    freedom = rows - many - len(np.unique(strata)) + 1
    if many < FEWEST_GROUPS or freedom < many:
        found = f"{number_of(many, 'group', 'groups')} of {number_of(rows, 'text', 'texts')}"
        why = f"{found}; {FEWEST_GROUPS} groups of several texts would do"
        return Withheld(reason=why, n=rows)
    levels, residuals = _fitted(values, groups, strata)
    inner = float(residuals @ residuals) / freedom
    if inner <= 0:
        return Withheld(reason="all texts of a group score alike", n=rows)
    harmonic = many / float((1 / sizes).sum())
    ratio = harmonic * float(levels[known].var(ddof=1)) / inner
    return _told(ratio, harmonic, (many - 1, freedom), rows)


def _told(ratio: float, harmonic: float, freedom: tuple[int, int], rows: int) -> Figure:
    from scipy.stats import f  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load

    law: Any = f(*freedom)
    tail = (1 - LEVEL) / 2
    found = [
        max(0.0, (ratio / one - 1) / harmonic)
        for one in (1.0, float(law.ppf(1 - tail)), float(law.ppf(tail)))
    ]
    value, low, high = (one / (1 + one) for one in found)
    return Estimate(value=value, low=low, high=high, n=rows)


def _fitted(values: Numbers, groups: Codes, strata: Codes) -> tuple[Numbers, Numbers]:
    """The level of each group and what is left of each row, by turns until nothing moves."""
    inside, like = np.bincount(groups), np.bincount(strata)
    levels, offsets = np.zeros(len(inside)), np.zeros(len(like))
    for _ in range(_ROUNDS):
        before = levels
        levels = np.bincount(groups, values - offsets[strata]) / np.maximum(inside, 1)
        offsets = np.bincount(strata, values - levels[groups]) / np.maximum(like, 1)
        if np.abs(levels - before).max() < _STILL:
            break
    return levels, values - levels[groups] - offsets[strata]
