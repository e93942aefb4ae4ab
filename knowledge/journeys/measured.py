"""What was measured of touchpoints: shares, risks and their intervals."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.journeys.chain import absorption
from knowledge.journeys.counts import BAD, ENDS, Counts, Floats, Tally

LEVEL: Final = 0.95
"""How many of such intervals hold the true figure."""
_TAILS: Final = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
_CHURN, _COMPLAINT = ENDS.index("churn"), ENDS.index("complaint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Figures of all touchpoints: a row a touchpoint, a column a sample.

    `downstream` is the probability of a bad end from there on; churn and public complaint are its
    parts. `risk` is the product of reach, harm, the need for empathy and downstream. `share`
    is risk against an even share: 1 where a touchpoint carries as much as it would if all that can
    be measured carried alike.
    """

    reach: Floats
    harm: Floats
    complaint: Floats
    churn: Floats
    downstream: Floats
    seen: Floats
    risk: Floats
    share: Floats


def measure(
    counts: Counts, usual: Floats, weight: Floats, compared: NDArray[np.bool_]
) -> Measured:
    """Every figure in every sample; `weight` is the need for empathy of each touchpoint.

    `compared` are the touchpoints whose risks share the whole.
    """
    ends = absorption(counts, usual)
    reach = _ratio(counts.tally(Tally.TOUCHED), counts.journeys()[None, :])
    harm = _ratio(counts.tally(Tally.HARMED), counts.tally(Tally.JUDGED))
    downstream = ends[:, BAD].sum(axis=1)
    risk = reach * harm * weight[:, None] * downstream
    together = risk[compared].sum(axis=0)
    return Measured(
        reach=reach,
        harm=harm,
        complaint=ends[:, _COMPLAINT],
        churn=ends[:, _CHURN],
        downstream=downstream,
        seen=_ratio(counts.tally(Tally.ENDED_BADLY), counts.tally(Tally.ENDED)),
        risk=risk,
        share=_ratio(risk, together[None, :]) * int(compared.sum()),
    )


def interval(value: float, samples: Floats) -> Interval:
    """The percentile interval of a figure."""
    low, high = np.quantile(samples, _TAILS)
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def rate_interval(value: float, samples: Floats, judged: int) -> Interval:
    """The interval of a rate that was counted over so many journeys.

    Where none of them, or all, were hurt, resampling can't tell how far the rate may be from 0 or
    1; then the bound is that of Clopper and Pearson.
    """
    found = interval(value, samples)
    room = 1 - _TAILS[0] ** (1 / judged)
    if value == 0:
        return Interval(value=value, low=0.0, high=room)
    return Interval(value=value, low=1 - room, high=1.0) if value == 1 else found


def _ratio(part: Floats, whole: Floats) -> Floats:
    """One over the other, 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
