"""Differences between groups, like against like, that know that one person writes many texts."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.estimates import LEVEL, Estimate, Figure, Withheld, number_of

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
"""Whole numbers from 0 that say to which group, stratum or person a row belongs."""

FEWEST_PEOPLE: Final = 5
"""People on either side, where texts of one person are alike: fewer say little about others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A difference and how likely one at least so far from 0 is where there is none."""

    figure: Figure
    p: float | None = None


def contrast(
    values: Numbers, inside: npt.NDArray[np.bool_], strata: Codes, people: Codes | None = None
) -> Contrast:
    """The mean of the rows `inside` less that of the others, within strata of like rows.

    The least-squares difference where strata differ in level only. With `people` its error is
    that of whole people (Liang and Zeger 1986, with G/(G-1)) and its interval Student's with as
    many degrees as the smaller side has people, less one; else that of single rows.
    """
    x = _within(inside.astype(np.float64), strata)
    weight = float(x @ x)
    sides = [inside, ~inside]
    if weight <= 0:
        return Contrast(
            figure=Withheld(reason="nobody is like them elsewhere", n=int(inside.sum()))
        )
    clusters = np.arange(len(values)) if people is None else people
    counts = [len(np.unique(clusters[side])) for side in sides]
    if people is not None and min(counts) < FEWEST_PEOPLE:
        few = number_of(min(counts), "person", "people")
        why = f"{few} on one side; {FEWEST_PEOPLE} on either side would do"
        return Contrast(figure=Withheld(reason=why, n=int(inside.sum())))
    y = _within(values, strata)
    value = float(x @ y) / weight
    scores = np.bincount(np.unique(clusters, return_inverse=True)[1], x * (y - value * x))
    many = len(scores)
    error = float(np.sqrt((scores @ scores) * many / max(many - 1, 1))) / weight
    return _told(value, error, min(counts) - 1, int(inside.sum()))


def adjusted_levels(values: Numbers, strata: Codes) -> Numbers:
    """The values less the mean of their stratum, plus the mean of all."""
    return np.asarray(_within(values, strata) + values.mean(), dtype=np.float64)


def _told(value: float, error: float, degrees: int, n: int) -> Contrast:
    if degrees < 1 or error <= 0:
        return Contrast(figure=Withheld(reason="too few rows, or all alike, to tell chance", n=n))
    from scipy.stats import t  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load

    law: Any = t(degrees)
    wide = float(law.ppf(0.5 + LEVEL / 2)) * error
    return Contrast(
        figure=Estimate(value=value, low=value - wide, high=value + wide, n=n),
        p=float(2 * law.sf(abs(value) / error)),
    )


def _within(values: Numbers, strata: Codes) -> Numbers:
    counts = np.maximum(np.bincount(strata), 1)
    means = np.bincount(strata, values) / counts
    return np.asarray(values - means[strata], dtype=np.float64)
