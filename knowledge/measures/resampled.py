"""Resampled: the interval of any statistic that takes weights, by drawing people again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats

TIMES: Final = 399
_LEAST_WHOLE: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """A statistic of the sample, and of each sample drawn from it, a row each."""

    values: Floats
    drawn: Floats

    def interval(self, at: int) -> tuple[float, float] | None:
        """The 95 % percentile interval of one value; None where it often has no value."""
        column = self.drawn[:, at]
        whole = column[np.isfinite(column)]
        if len(whole) < _LEAST_WHOLE * len(column):
            return None
        low, high = np.quantile(whole, (0.025, 0.975))
        return float(low), float(high)


def resampled(
    statistic: Callable[[Floats], Floats],
    groups: npt.NDArray[Any],
    generator: np.random.Generator,
    times: int = TIMES,
) -> Resampled:
    """Draw groups of rows again; `statistic` takes how often each row is there."""
    _, places = np.unique(groups, return_inverse=True)
    many = int(places.max(initial=-1)) + 1
    drawn = [
        statistic(np.bincount(generator.integers(0, many, many), minlength=many)[places] * 1.0)
        for _ in range(times)
    ]
    return Resampled(values=statistic(np.ones(len(places))), drawn=np.array(drawn))
