"""Drills compared: means over runs, each run one observation, however many acts it had."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from knowledge.measures.estimates import Estimate, Figure, Withheld

FEWEST = 3
"""Runs from which on a mean is told; acts of one run hang together, so they are no sample."""


def mean_of_runs(
    values: Sequence[float], *, low: float | None = None, high: float | None = None
) -> Figure:
    """The mean over runs with its t interval, cut off where no value can lie.

    >>> mean_of_runs([0.5, 0.75]).to_json()["withheld"]
    '2 runs; a mean needs 3'
    """
    many = len(values)
    if many < FEWEST:
        return Withheld(reason=f"{many} runs; a mean needs {FEWEST}", n=many)
    spread = stdev(values)
    if not spread:
        words = f"all {many} runs gave {values[0]:.2f}, which tells nothing of the spread"
        return Withheld(reason=words, n=many)
    middle, width = fmean(values), _t(many - 1) * spread / sqrt(many)
    ends = middle - width, middle + width
    return Estimate(
        value=middle,
        low=ends[0] if low is None else max(low, ends[0]),
        high=ends[1] if high is None else min(high, ends[1]),
        n=many,
    )


def _t(free: int) -> float:
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        stdtrit,
    )

    return float(stdtrit(free, 0.975))
