"""What posts say of those that follow them: for each time scale, how strongly it expects one."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.spread.background import Floats

SLOWEST: Final = 20
"""The longest time scale is this part of the span; slower answers are not seen."""

_RATIO: Final = 2.0
"""Ratio of neighbouring time scales."""
_SHORTEST: Final = 2e-6
"""The shortest time scale that is asked for, as a part of the span."""
_FEWEST: Final = 32
"""The shortest time scale is at most this part of the longest."""
_HISTORY: Final = 0.02
"""The first part of the span serves as history only: what came before it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Posts at distinct `times`, how many at each, and what earlier ones say of each.

    `excited` has a row for each of `scales`: the sum over earlier posts of an exponential that
    decays with this scale and has an area of 1. `expected` is its integral from `start` to `end`.
    """

    times: Floats
    counts: Floats
    start: float
    end: float
    scales: Floats
    excited: Floats
    expected: Floats


def gather(times: Floats, counts: Floats, span: float, tick: float) -> Evidence:
    """The evidence of posts at rising times from 0 to `span`, read off a clock of `tick` seconds.

    `tick` is 0 where times are exact. On a coarse clock the exponentials are geometric series.
    """
    longest = span / SLOWEST
    shortest = max(float(np.median(np.diff(times))) / 4, span * _SHORTEST, tick)
    shortest = min(shortest, longest / _FEWEST)
    many = math.ceil(math.log(longest / shortest) / math.log(_RATIO)) + 1
    scales = longest * _RATIO ** -np.arange(many - 1.0, -1.0, -1.0)
    start = _HISTORY * span
    before = int(np.searchsorted(times, start))
    rows, expected = [], []
    for scale in scales:
        decayed = times / scale
        # The running sum of exp(t / scale), kept as its logarithm so that it can't overflow.
        running = np.logaddexp.accumulate(decayed + np.log(counts))
        area = scale if tick == 0 else tick / math.expm1(tick / scale)
        excited = np.concatenate([[0.0], np.exp(running[:-1] - decayed[1:]) / area])
        rows.append(excited[before:])
        waiting = math.exp(running[before - 1] - start / scale) if before else 0.0
        left = math.exp(running[-1] - span / scale)
        expected.append(float(counts[before:].sum()) + waiting - left)
    return Evidence(
        times=times[before:],
        counts=counts[before:],
        start=start,
        end=span,
        scales=scales,
        excited=np.array(rows),
        expected=np.array(expected),
    )
