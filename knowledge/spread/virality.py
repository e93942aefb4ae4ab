"""How many further posts one post brings about: the branching factor of self-exciting talk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from knowledge.spread.background import Floats
from knowledge.spread.excitation import SLOWEST, Evidence, gather
from knowledge.spread.explanations import TEMPER, explain
from knowledge.spread.thinned import LONGEST, PIECES, fluctuation
from knowledge.spread.threads import one_thread

FEWEST: Final = 200
"""Posts below which nothing is estimated."""
MOST: Final = 100_000
"""Posts that are looked at: the newest ones."""
FULL_FEED: Final = 0.95
"""From this sampling rate on, posts count as complete."""

_WIDTH: Final = 2.25
"""Standard errors of an interval: 1.96 were it known which kernels and changes there are."""
_WIDEST: Final = 0.3
"""An interval wider than this tells nothing."""
_COARSEST: Final = 500
"""Ticks of the clock that a span has at least."""
_RIVAL: Final = 15.0
_FAR: Final = 0.1
"""Where an explanation that is hardly less likely says something so far off, none is told."""
_GROWN: Final = 3.0
_RUNAWAY: Final = 0.9
"""Where the second half has so many times the posts of the first, and on an unchanging background
the factor would be as high as that, talk may have begun to feed itself."""
_BULK, _BRIEF = 0.9, 1 / 3
"""Where so many of the posts come within so short a part of the span, only that part counts."""
_MARGIN: Final = 0.05
_ONE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The branching factor with its 95 % interval, or why it can't be told (`reason`)."""

    events: int
    factor: float | None = None
    low: float | None = None
    high: float | None = None
    within: float | None = None
    """Answers that take longer than so many seconds are not seen."""
    reason: str | None = None

    @property
    def size(self) -> float | None:
        """Posts that one post brings about in all, itself included.

        None where the factor is not known, or may be 1 or more: then talk need not end.
        """
        if self.factor is None or self.high is None or self.high >= _ONE:
            return None
        return 1 / (1 - self.factor)


def estimate(
    times: Sequence[float] | Floats,
    sampling_rate: float = 1.0,
    window: tuple[float, float] | None = None,
    shortest: float = 0.0,
) -> Estimate:
    """Estimate the branching factor from post times in seconds, in any order.

    Neither the kernel nor the background is known. Posts are explained by a few exponential
    kernels beside a background that is flat, has a daily cycle or bends at even knots, and that
    may jump. What explains them well without being needlessly rich counts, and where several
    such explanations differ, the interval covers them. Too wide an interval means that a
    changing background and contagion can't be told apart.

    `window` is when one began and ceased to listen; the first and last post by default. Where
    nearly all posts come within a short part of it, only that part counts; where it has fewer
    than `shortest` seconds, nothing is told.
    """
    many = len(times)
    if many < FEWEST:
        return Estimate(events=many, reason=f"{many} events; at least {FEWEST} are needed")
    ordered = np.sort(np.asarray(times, dtype=np.float64))[-MOST:]
    first, last = _window(ordered, window if many <= MOST else None)
    if not 0 < last - first < math.inf:
        return Estimate(events=many, reason="all events have the same time")
    first, last = _stretch(ordered, first, last)
    if last - first < shortest:
        minutes = (last - first) / 60
        reason = f"most events within {minutes:.0f} minutes: answers or one cause look alike"
        return Estimate(events=many, reason=reason)
    inside = ordered[(ordered >= first) & (ordered < last)] - first
    with one_thread():
        found = _estimate(inside, last - first, sampling_rate)
    return replace(found, events=many)


def _window(ordered: Floats, window: tuple[float, float] | None) -> tuple[float, float]:
    if window is not None:
        return window
    span = float(ordered[-1] - ordered[0])
    return float(ordered[0]), float(ordered[0]) + span * (1 + 1 / len(ordered))


def _stretch(ordered: Floats, first: float, last: float) -> tuple[float, float]:
    """The part of a window that counts: all of it, or the short part with nearly all posts."""
    many = int(_BULK * len(ordered))
    lengths = ordered[many:] - ordered[: len(ordered) - many]
    begin = int(np.argmin(lengths))
    length = float(lengths[begin])
    if length > _BRIEF * (last - first) or length <= 0:
        return first, last
    start, end = float(ordered[begin]), float(ordered[begin + many])
    margin = _MARGIN * length
    return max(first, start - margin), min(last, end + margin)


def _estimate(times: Floats, span: float, sampling_rate: float) -> Estimate:
    distinct, counts = np.unique(times, return_counts=True)
    tick = float(np.diff(distinct).min()) if 1 < len(distinct) < len(times) else 0.0
    if len(distinct) < _COARSEST // 10 or tick > span / _COARSEST:
        return Estimate(events=0, reason="times are too coarse for who answers whom")
    if sampling_rate < FULL_FEED:
        return _from_sample(times, span, tick, sampling_rate)
    return _from_all(gather(distinct, counts.astype(np.float64), span, tick), span)


def _from_sample(times: Floats, span: float, tick: float, rate: float) -> Estimate:
    many = len(times)
    found = fluctuation(times, span, rate, tick) if rate > 0 else None
    if found is None or found.pieces < PIECES / 2:
        reason = f"the rate changes too much for a sample of {rate:.0%}"
        return Estimate(events=many, reason=reason)
    if found.high >= _ONE or found.high - found.low > _WIDEST:
        reason = f"a sample of {rate:.0%} leaves {found.low:.2f} to {found.high:.2f} open"
        return Estimate(events=many, reason=reason)
    within = span / PIECES / LONGEST
    return Estimate(
        events=many, factor=found.factor, low=found.low, high=found.high, within=within
    )


def _from_all(evidence: Evidence, span: float) -> Estimate:
    readings = explain(evidence)
    merits = np.array([each.merit for each in readings])
    weights = np.exp((merits - merits.max()) / TEMPER)
    weights /= weights.sum()
    factors = np.array([each.factor for each in readings])
    errors = np.array([each.error for each in readings])
    factor = float(weights @ factors)
    half = _WIDTH * float(np.sqrt(weights @ (errors**2 + (factors - factor) ** 2)))
    rivals = factors[merits > merits.max() - _RIVAL]
    if _grown(evidence) and factors[0] > _RUNAWAY:
        rivals = np.append(rivals, factors[0])
    low, high = max(0.0, factor - half), factor + half
    if high - low > _WIDEST or np.abs(rivals - factor).max() > half + _FAR:
        least, most = (min(9.0, float(end)) for end in (min(low, *rivals), max(high, *rivals)))
        reason = f"contagion and a changing background look alike: {least:.2f} to {most:.2f}"
        return Estimate(events=0, reason=reason)
    return Estimate(events=0, factor=factor, low=low, high=high, within=span / SLOWEST)


def _grown(evidence: Evidence) -> bool:
    late = evidence.times > (evidence.start + evidence.end) / 2
    early = float(evidence.counts[~late].sum())
    return float(evidence.counts[late].sum()) > _GROWN * early
