"""How many further posts one post brings about: the branching factor of self-exciting talk."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.spread.excitation import Fit, Floats, fit

FEWEST: Final = 200
"""Events below which nothing is estimated."""
MOST: Final = 100_000
"""Events that are looked at: the newest ones."""
FULL_FEED: Final = 0.95
"""Below this sampling rate nothing is estimated: thinning hides which post brought which about."""

_NORMAL: Final = 1.96
_WIDEST: Final = 0.5
"""An interval wider than this tells nothing."""
_STEP: Final = 4.0
"""Ratio of neighbouring kernel scales."""
_FINE, _COARSE, _FLAT = 32, 12, 1
"""Knots of the background, from one that follows changes closely to one that has none."""
_EVENTS_A_KNOT: Final = 50
_DRIFT: Final = 0.04
_SLOWEST_PART: Final = 0.04
_AGREE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The branching factor with its 95 % interval, or why it can't be told (`reason`)."""

    events: int
    factor: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def estimate(times: Sequence[float], sampling_rate: float = 1.0) -> Estimate:
    """Estimate the branching factor from event times in seconds, in any order.

    Neither the kernel nor the background is known. First a background that follows changes
    closely is fitted: contagion much faster than its knots stands out against any change of it,
    and twice as many knots leave the estimate as it is. Slow contagion is hidden by such a
    background; then a flat one is fitted. A rate that changes by itself looks like the slowest
    contagion of all, so the flat one holds only if its slowest kernel has no part and a coarse
    background with a daily cycle agrees. Otherwise it says that it can't tell.
    """
    many = len(times)
    if sampling_rate < FULL_FEED:
        return Estimate(
            events=many, reason=f"a sample of {sampling_rate:.0%} hides who answers whom"
        )
    if many < FEWEST:
        return Estimate(events=many, reason=f"{many} events; at least {FEWEST} are needed")
    ordered = _apart(np.sort(np.asarray(times, dtype=np.float64))[-MOST:])
    span = float(ordered[-1]) * (1 + 1 / len(ordered))
    if not 0 < span < math.inf:
        return Estimate(events=many, reason="all events have the same time")
    return _weigh(ordered, span, many)


def spaced(counts: Iterable[tuple[int, int]]) -> list[float]:
    """Event times from (second, events), those of one second spread evenly over it.

    >>> spaced([(10, 1), (12, 2)])
    [10.5, 12.25, 12.75]
    """
    return [second + (k + 0.5) / many for second, many in counts for k in range(many)]


def _weigh(times: Floats, span: float, many: int) -> Estimate:
    knots = max(2, min(_FINE, len(times) // _EVENTS_A_KNOT))
    fine = _fit(times, span, knots)
    finer = _fit(times, span, 2 * knots)
    coarse = _fit(times, span, min(_COARSE, knots))
    drift = abs(fine.factor - finer.factor)
    if drift <= _DRIFT and coarse.factor - fine.factor <= _AGREE:
        return _told(many, fine, drift)
    flat = _fit(times, span, _FLAT)
    slowest, apart = float(flat.parts[-1]), abs(flat.factor - coarse.factor)
    if slowest > _SLOWEST_PART or apart > _AGREE:
        reason = "a changing background and slow contagion can't be told apart"
        return Estimate(events=many, reason=reason)
    return _told(many, flat, apart)


def _fit(times: Floats, span: float, knots: int) -> Fit:
    longest = span / max(100, 3 * knots if knots > 1 else 0)
    shortest = min(longest, max(float(np.median(np.diff(times))) / 2, span * 1e-8))
    count = 1 + math.ceil(math.log(longest / shortest) / math.log(_STEP))
    return fit(times, span, knots, np.geomspace(shortest, longest, count))


def _told(many: int, found: Fit, doubt: float) -> Estimate:
    half = _NORMAL * math.hypot(found.error, doubt / 2)
    if half > _WIDEST / 2:
        return Estimate(events=many, reason=f"too uncertain: {found.factor:.2f} ± {half:.2f}")
    return Estimate(
        events=many,
        factor=found.factor,
        low=max(0.0, found.factor - half),
        high=found.factor + half,
    )


def _apart(ordered: Floats) -> Floats:
    """Times from 0 on; equal ones, as whole seconds give, are spread evenly up to the next."""
    times = ordered - ordered[0]
    distinct, first, counts = np.unique(times, return_index=True, return_counts=True)
    if len(distinct) in {1, len(times)}:
        return np.asarray(times)
    step = float(np.diff(distinct).min())
    rank = np.arange(len(times)) - np.repeat(first, counts)
    return np.asarray(times + (rank + 0.5) * step / np.repeat(counts, counts))
