"""How sure the pace, the mood and the reach of a window are: intervals of 95 %."""

import math
from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

import numpy as np

from knowledge.spread.background import Floats

Interval: TypeAlias = tuple[float, float]

PARTS: Final = 24
"""Equal parts that a window is counted in."""
_MERGED: Final = (1, 2, 3)
_TAIL: Final = 0.025
_FEWEST: Final = 3


def velocity_interval(earlier: int, later: int, half: float, parts: Sequence[int]) -> Interval:
    """Of the change of the logarithm of the rate in an hour, from the posts in two halves.

    A half has `half` seconds. Posts come in clusters, so counts differ by more than chance alone:
    the variance of `PARTS` counts of equal parts about a rate that changes steadily says by how
    much (McCullagh and Nelder 1989, ch. 6). Long clusters show in long parts only, so parts are
    merged as well, and the widest counts.
    """
    posts = np.asarray(parts, dtype=np.float64)
    wider = max(_widening(posts.reshape(-1, merged).sum(axis=1)) for merged in _MERGED)
    width = wider * math.sqrt(1 / (earlier + 0.5) + 1 / (later + 0.5))
    middle = math.log((later + 0.5) / (earlier + 0.5))
    return (middle - width) * 3600 / half, (middle + width) * 3600 / half


def mean_interval(many: float, total: float, squares: float) -> Interval | None:
    """Of a mean, from how many values there are, their sum and their sum of squares; None below 3.

    >>> mean_interval(3, 3.0, 3.0)
    (1.0, 1.0)
    """
    if many < _FEWEST:
        return None
    mean = total / many
    variance = max(0.0, squares - many * mean * mean) / (many - 1)
    width = _quantile(many - 1) * math.sqrt(variance / many)
    return mean - width, mean + width


def sum_interval(parts: Collection[int]) -> Interval | None:
    """Of the sum that as much talk brings: parts that come by chance, each with its size.

    Fay and Feuer (1997) for a sum of sizes whose number is Poisson; with sizes of 1 it is the
    exact interval of a Poisson mean. None without a part.
    """
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        gammaincinv,
    )

    sizes: Floats = np.asarray([size for size in parts if size > 0], dtype=np.float64)
    if not len(sizes):
        return None
    whole, squares, largest = sizes.sum(), (sizes**2).sum(), sizes.max()
    low = gammaincinv(whole**2 / squares, _TAIL) * squares / whole
    more, spread = whole + largest, squares + largest**2
    high = gammaincinv(more**2 / spread, 1 - _TAIL) * spread / more
    return float(low), float(high)


def _widening(posts: Floats) -> float:
    """How many standard deviations of chance alone the interval is wide, to one side."""
    return _quantile(len(posts) - 2) * math.sqrt(_dispersion(posts))


def _dispersion(posts: Floats) -> float:
    """The variance of counts over their mean about a steady change; at least 1."""
    places = np.arange(len(posts)) - (len(posts) - 1) / 2
    level, growth = math.log(max(float(posts.mean()), 0.5)), 0.0
    for _ in range(8):
        rate = np.exp(np.clip(level + growth * places, -20, 20))
        missed = posts - rate
        curve = np.array([[rate.sum(), rate @ places], [rate @ places, rate @ places**2]])
        step = np.linalg.solve(curve, [missed.sum(), missed @ places])
        level, growth = level + float(step[0]), growth + float(step[1])
    rate = np.exp(np.clip(level + growth * places, -20, 20))
    return max(1.0, float(((posts - rate) ** 2 / rate).sum()) / (len(posts) - 2))


def _quantile(freedom: float) -> float:
    """Where a Student distribution leaves the tail."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to load

    return float(stdtrit(freedom, 1 - _TAIL))
