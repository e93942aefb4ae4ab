"""Medians with exact intervals: by order statistics, whatever the distribution."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from knowledge.measures.estimates import Estimate, Figure, Withheld

LEAST: Final = 6
"""Of fewer values no pair of them covers the median in 95 % of samples."""


def median(values: Sequence[float]) -> Figure:
    """The median and the values between which it lies with at least 95 % (binomial).

    >>> median([1, 2, 3])
    Withheld(reason='3 values carry no interval of a median; 6 would do', n=3)
    >>> median([5, 1, 4, 2, 3, 6]).words(1)
    '3.5 (1.0 to 6.0; n = 6)'
    """
    number = len(values)
    if number < LEAST:
        return Withheld(
            reason=f"{number} values carry no interval of a median; {LEAST} would do", n=number
        )
    from scipy.stats import binom  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load

    ordered = np.sort(np.asarray(values, dtype=np.float64))
    place = max(0, int(binom.ppf(0.025, number, 0.5)) - 1)
    while place + 1 < number / 2 and binom.cdf(place + 1, number, 0.5) <= 0.025:  # noqa: PLR2004 - each side
        place += 1
    low, high = float(ordered[place]), float(ordered[number - 1 - place])
    return Estimate(value=float(np.median(ordered)), low=low, high=high, n=number)
