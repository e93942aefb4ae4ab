"""How surprising a smoothed rate is, measured by the tail that its own past had."""

import math
from dataclasses import dataclass
from typing import Final

from knowledge.spread.usual_rate import CHANCE, MEMORY_DAYS

USUALLY: Final = 0.98
"""Share of the time in which the rate is not surprising."""

_DAY_HOURS: Final = 24.0
_FIRST_DAYS: Final = 2.0
"""What is assumed before a series has shown itself weighs as much as two days of it."""
_SMALLEST: Final = 0.1
"""A tenth more than usual is never surprising, nor is a tail that thin believed."""
_CLIP: Final = 4.0
"""One rate teaches no more than an excess of four times the mean excess."""
_BURST_HOURS: Final = 3.0
"""A burst teaches no more than this, or the next one of its size would be missed ..."""
_SHIFT_HOURS: Final = 24.0
"""... until it has lasted so long that it is a new level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A rate smoothed over some span, and the tail of its log-ratio to the usual rate.

    `USUALLY` of the time the ratio stays below `threshold`; beyond it exceeds it by `excess` on
    average, both logarithms. Until there is a past, double the usual is surprising. `lasting` are
    the hours for which the ratio has been beyond the threshold without a break.
    """

    rate: float = 0.0
    threshold: float = math.log(2)
    excess: float = 0.4
    lasting: float = 0.0


def smoothed(rate: float, towards: float, hours: float, span: float) -> float:
    """The rate after some hours `towards` another one, smoothed over `span` hours."""
    return rate - math.expm1(-hours / span) * (towards - rate)


def log_ratio(rate: float, usual: float) -> float:
    """The logarithm of a rate's ratio to the usual one, where ten posts more or less are chance.

    >>> log_ratio(90.0, 40.0) == math.log(2)
    True
    """
    return math.log((rate + CHANCE) / (usual + CHANCE))


def surprise(pace: Pace, ratio: float) -> float:
    """By how many mean excesses a log-ratio is beyond the threshold; below it, negative.

    For the exponential tail that log-ratios of counts have, exp(-surprise) is the chance that a
    surprising rate is as large.
    """
    return (ratio - pace.threshold) / pace.excess


def learned(pace: Pace, rate: float, ratio: float, passed: float, seen: float) -> Pace:
    """The pace with its tail after `passed` days more at this ratio, `seen` in all."""
    beyond = ratio > pace.threshold
    lasting = pace.lasting + passed * _DAY_HOURS if beyond else 0.0
    weight = max(passed / (seen + _FIRST_DAYS), passed / MEMORY_DAYS)
    teaches = beyond and not _BURST_HOURS < lasting < _SHIFT_HOURS
    weight_beyond = weight / (1 - USUALLY) if teaches else 0.0
    excess = pace.excess
    if teaches:
        drawn = min(ratio - pace.threshold, _CLIP * excess)
        excess += min(1.0, weight_beyond) * (drawn - excess)
    step = min(1.0, weight_beyond - weight)
    return Pace(
        rate=rate,
        threshold=max(_SMALLEST, pace.threshold + step * pace.excess),
        excess=max(_SMALLEST, excess),
        lasting=lasting,
    )
