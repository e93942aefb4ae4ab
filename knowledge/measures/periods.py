"""Periods: a mean, a share or a median of one period, and how it differs from the one before."""

import math
from typing import Final

import numpy as np

from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.measures.resampled import resampled
from knowledge.measures.survival import kaplan_meier
from knowledge.parity import Counts, newcombe
from knowledge.proportions import NORMAL, wilson

SMALLEST: Final = 10
_HALF: Final = 0.5


def mean(values: Floats) -> Figure:
    """The mean, with Student's interval."""
    if len(values) < SMALLEST:
        return _few(len(values))
    wide = _t(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))
    value = float(values.mean())
    return Estimate(value=value, low=value - wide, high=value + wide, n=len(values))


def mean_change(values: Floats, before: Floats) -> Figure:
    """The difference of two means (Welch 1947)."""
    least = min(len(values), len(before))
    if least < SMALLEST:
        return _few(least)
    parts = [float(one.var(ddof=1)) / len(one) for one in (values, before)]
    whole = sum(parts)
    many = len(values) + len(before)
    value = float(values.mean() - before.mean())
    if not whole:
        return Estimate(value=value, low=value, high=value, n=many)
    freedom = whole**2 / sum(
        part**2 / (len(one) - 1) for part, one in zip(parts, (values, before), strict=True)
    )
    wide = _t(freedom) * math.sqrt(whole)
    return Estimate(value=value, low=value - wide, high=value + wide, n=many)


def share(hits: int, of: int) -> Figure:
    """A share, with Wilson's interval."""
    if of < SMALLEST:
        return _few(of)
    low, high = wilson(hits, of)
    return Estimate(value=hits / of, low=min(low, hits / of), high=max(high, hits / of), n=of)


def share_change(now: tuple[int, int], before: tuple[int, int]) -> Figure:
    """The difference of two shares, each hits and of how many (Newcombe 1998)."""
    least = min(now[1], before[1])
    if least < SMALLEST:
        return _few(least)
    counts = Counts(hits=now[0], of=now[1], rest_hits=before[0], rest_of=before[1])
    low, high = newcombe(counts)
    value = now[0] / now[1] - before[0] / before[1]
    return Estimate(value=value, low=low, high=high, n=now[1] + before[1])


def median(durations: Floats, ended: Floats) -> Figure:
    """The time in which half have ended, where some have not yet (Brookmeyer, Crowley 1982)."""
    if len(durations) < SMALLEST:
        return _few(len(durations))
    curve = kaplan_meier(durations, ended)
    below = [np.flatnonzero(one <= _HALF) for one in (curve.low, curve.share, curve.high)]
    if not len(below[1]):
        reason = "more than half have not ended; wait until more have"
        return Withheld(reason=reason, n=len(durations))
    low, value, high = (float(curve.times[one[0]]) if len(one) else math.inf for one in below)
    return Estimate(value=value, low=low, high=high, n=len(durations))


def median_change(
    now: tuple[Floats, Floats], before: tuple[Floats, Floats], generator: np.random.Generator
) -> Figure:
    """The difference of two such times, each durations and whether they ended, drawn again."""
    least = min(len(now[0]), len(before[0]))
    if least < SMALLEST:
        return _few(least)

    def apart(drawn: Floats) -> Floats:
        first, rest = drawn[: len(now[0])], drawn[len(now[0]) :]
        return np.array([_middle(*now, first) - _middle(*before, rest)])

    many = len(now[0]) + len(before[0])
    found = resampled(apart, np.arange(many), generator)
    ends, value = found.interval(0), float(found.values[0])
    if ends is None or not math.isfinite(value):
        return Withheld(reason="more than half of one period have not ended", n=many)
    return Estimate(value=value, low=min(ends[0], value), high=max(ends[1], value), n=many)


def _middle(durations: Floats, ended: Floats, weights: Floats) -> float:
    some = weights > 0
    curve = kaplan_meier(durations[some], ended[some], weights[some])
    below = np.flatnonzero(curve.share <= _HALF)
    return float(curve.times[below[0]]) if len(below) else math.nan


def _t(freedom: float) -> float:
    from scipy.stats import t  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load

    return float(t.ppf(0.975, freedom)) if freedom < 1e6 else NORMAL  # noqa: PLR2004 - as good


def _few(many: int) -> Withheld:
    return Withheld(reason=f"at least {SMALLEST} are needed", n=many)
