"""What may have brought about posts: kernels beside a background, each with its merit."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.spread.background import DAY, Background, daily, even
from knowledge.spread.excitation import SLOWEST, Evidence
from knowledge.spread.mixture import KERNEL_GAIN, ONSET_GAIN, Mixture, Search

TEMPER: Final = 6.0
"""Explanations whose likelihoods differ by less than this, about, both count."""

_COARSE, _FINE = 16, 64
"""Pieces of a background that changes: coarse enough to tell it from contagion, and fine."""
_DAYS: Final = (2, 60)
"""Days that a span has for a daily cycle to be told."""
_A_PIECE: Final = 4
"""No kernel is longer than this part of a piece of the background either."""
_KNOT_COST: Final = 1.5
"""What a knot of the background must gain in likelihood (its logarithm)."""
_UNSEEN: Final = 2.0
"""The error of a factor of 0 in parts of one over the root of the posts."""
_SPARE: Final = 40.0
_MOST_SHRUNK: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One explanation of the posts: its factor and standard error, and how much speaks for it."""

    factor: float
    error: float
    merit: float


def explain(evidence: Evidence) -> list[Reading]:
    """Every explanation, that of a flat background first, then what is near the good ones."""
    tried = [
        (search, found, _read(evidence, search.background, found))
        for search, found in _searches(evidence)
    ]
    readings = [reading for _, _, reading in tried]
    least = max(reading.merit for reading in readings) - TEMPER
    for search, found, reading in tried:
        if reading.merit >= least:
            near = search.neighbours(found)
            readings += [_read(evidence, search.background, each) for each in near]
    return readings


def _searches(evidence: Evidence) -> Iterator[tuple[Search, Mixture]]:
    start, end = evidence.start, evidence.end
    rich = [(even(start, end, 0), end / SLOWEST)]
    rich.append((even(start, end, _COARSE), end / (_A_PIECE * _COARSE)))
    if _DAYS[0] <= end / DAY <= _DAYS[1]:
        rich.append((daily(start, end), end / SLOWEST))
    for background, longest in rich:
        search = Search(evidence, background, longest)
        found = search.kernels_first(onsets=True)
        yield search, found
        other = search.onsets_first(found.likelihood - _SPARE)
        if other is not None:
            yield search, other
    search = Search(evidence, even(start, end, _FINE), end / (_A_PIECE * _FINE))
    yield search, search.kernels_first(onsets=False)


def _read(evidence: Evidence, background: Background, found: Mixture) -> Reading:
    kernels = len(found.kernels)
    onsets = len(found.members) - kernels
    cost = _KNOT_COST * background.knots + KERNEL_GAIN * kernels + ONSET_GAIN * onsets
    error = (
        found.error() if found.factor > 0 else _UNSEEN / math.sqrt(float(evidence.counts.sum()))
    )
    shrunk = (
        _shrinkage(evidence, found) * (background.knots + onsets) * error**2
        if found.factor > 0
        else 0
    )
    return Reading(factor=found.factor + shrunk, error=error, merit=found.likelihood - cost)


def _shrinkage(evidence: Evidence, found: Mixture) -> float:
    """How much each weight of the background lowers the factor, in squares of its error.

    A background fitted to the posts takes over a part of their own fluctuation (as fixed effects
    do in panels, Nickell 1981). Where the rate hardly fluctuates, the loss is 1 for each weight.
    """
    background = found.rate.copy()
    for place in found.kernels:
        member = found.members[place]
        if isinstance(member, int):
            background -= found.weights[place] * evidence.excited[member]
    weighed = evidence.counts / found.rate**2
    share = float((background / found.rate) @ weighed) / float(weighed.sum())
    return min(share / max(1 - found.factor, 0.1), _MOST_SHRUNK)
