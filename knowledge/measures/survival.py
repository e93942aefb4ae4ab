"""Survival: how many are still there as time goes on, where some are not followed to the end."""

import math
from dataclasses import dataclass

import numpy as np

from knowledge.measures.designs import Floats
from knowledge.proportions import NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Kaplan and Meier's estimate (1958): steps at each time at which something happened.

    The interval is the complementary log-log one of Greenwood's variance; `deviation` is the
    standard error of `share`.
    """

    times: Floats
    at_risk: Floats
    share: Floats
    low: Floats
    high: Floats
    deviation: Floats
    followed: float

    def at(self, time: float) -> tuple[float, float, float]:
        """The share that is still there at a time, with its interval."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 1.0, 1.0, 1.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def mean(self, until: float) -> float:
        """The mean time there, up to a time (Royston and Parmar 2013)."""
        return restricted_mean(self.times, self.share, until)

    def mean_deviation(self, until: float) -> float:
        """The standard error of the mean time up to a time."""
        inside = self.times < until
        times, share = self.times[inside], self.share[inside]
        if not len(times):
            return 0.0
        widths = np.diff(np.append(times, until))
        after = np.cumsum((share * widths)[::-1])[::-1]
        before = np.append(1.0, share[:-1])
        risk = self.at_risk[inside]
        happened = risk * (1 - share / before)
        left = risk * (risk - happened)
        parts = np.divide(happened, left, out=np.zeros_like(left), where=left > 0)
        return math.sqrt(float((after**2 * parts).sum()))


def kaplan_meier(durations: Floats, happened: Floats, weights: Floats | None = None) -> Curve:
    """The curve of people who were followed for a time, until it happened or they were not seen.

    Weights change the share; the interval with weights takes them as so many people.
    """
    many = np.ones(len(durations)) if weights is None else weights
    order = np.argsort(durations, kind="stable")
    sorted_durations, sorted_events = durations[order], (happened * many)[order]
    remaining = np.cumsum(many[order][::-1])[::-1]
    times, first = np.unique(sorted_durations, return_index=True)
    events = np.add.reduceat(sorted_events, first) if len(first) else np.empty(0)
    at_risk = remaining[first]
    some = events > 0
    times, events, at_risk = times[some], events[some], at_risk[some]
    share = np.cumprod(1 - events / at_risk)
    left = at_risk * (at_risk - events)
    greenwood = np.cumsum(np.divide(events, left, out=np.zeros_like(left), where=left > 0))
    low, high = _interval(share, greenwood)
    return Curve(
        times=times,
        at_risk=at_risk,
        share=share,
        low=low,
        high=high,
        deviation=share * np.sqrt(greenwood),
        followed=float(durations.max(initial=0.0)),
    )


def restricted_mean(times: Floats, share: Floats, until: float) -> float:
    """The area under steps up to a time.

    >>> restricted_mean(np.array([1.0, 3.0]), np.array([0.5, 0.0]), 4.0)
    2.0
    """
    inside = times < until
    starts = np.append(0.0, times[inside])
    heights = np.append(1.0, share[inside])
    return float((np.diff(np.append(starts, until)) * heights).sum())


def log_rank(durations: Floats, happened: Floats, exposed: Floats) -> float:
    """How likely curves so different are where there is no difference (Mantel 1966)."""
    some = happened > 0
    times, places = np.unique(durations[some], return_inverse=True)
    order = np.argsort(durations, kind="stable")
    first = np.searchsorted(durations[order], times, side="left")
    at_risk = (len(durations) - first).astype(float)
    left = np.append(np.cumsum(exposed[order][::-1])[::-1], 0.0)
    exposed_at_risk = left[first]
    events = np.bincount(places, minlength=len(times)).astype(float)
    of_exposed = np.bincount(places, weights=exposed[some], minlength=len(times))
    expected = events * exposed_at_risk / at_risk
    fraction = exposed_at_risk / at_risk
    more = at_risk > 1
    variance = np.zeros(len(times))
    variance[more] = (events * fraction * (1 - fraction) * (at_risk - events))[more] / (
        at_risk[more] - 1
    )
    whole = float(variance.sum())
    if not whole:
        return 1.0
    score = float((of_exposed - expected).sum()) / math.sqrt(whole)
    return math.erfc(abs(score) / math.sqrt(2))


def seen_weights(durations: Floats, happened: Floats) -> Floats:
    """Weights of those to whom it happened, for those like them who were lost before.

    One over the share of people who are still followed just before each time (Robins and
    Rotnitzky 1992); 0 for those who were lost.
    """
    lost = kaplan_meier(durations, 1 - happened)
    place = np.searchsorted(lost.times, durations, side="left") - 1
    followed = np.where(place >= 0, np.append(lost.share, 1.0)[place], 1.0)
    return np.divide(happened, followed, out=np.zeros_like(happened), where=followed > 0)


def _interval(share: Floats, greenwood: Floats) -> tuple[Floats, Floats]:
    inside = (share > 0) & (share < 1)
    logs = np.log(np.where(inside, share, 0.5))
    wide = NORMAL * np.sqrt(greenwood) / np.abs(logs)
    ends = (np.where(inside, share ** np.exp(sign * wide), share) for sign in (1, -1))
    low, high = ends
    return low, high
