"""How many further posts one post brings about: the branching factor of self-exciting talk."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

FEWEST: Final = 200
"""Events below which nothing is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The branching factor with its 95 % interval, or why it can't be told (`reason`)."""

    events: int
    factor: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def estimate(times: Sequence[float]) -> Estimate:
    """Estimate the branching factor from event times in seconds, in any order."""
    if len(times) < FEWEST:
        reason = f"{len(times)} events are too few; at least {FEWEST} are needed"
        return Estimate(events=len(times), reason=reason)
    ordered = sorted(times)
    span = ordered[-1] - ordered[0]
    bins = max(20, len(times) // 100)
    counts = [0] * bins
    for each in ordered:
        counts[min(bins - 1, int((each - ordered[0]) / span * bins))] += 1
    mean = len(times) / bins
    fano = max(1.0, sum((count - mean) ** 2 for count in counts) / (bins - 1) / mean)
    error = math.sqrt(2 / bins)
    low, high = (1 - 1 / math.sqrt(max(1.0, fano * (1 + k * error))) for k in (-1.96, 1.96))
    return Estimate(events=len(times), factor=1 - 1 / math.sqrt(fano), low=low, high=high)


def spaced(counts: Iterable[tuple[int, int]]) -> list[float]:
    """Event times from (second, events), those of one second spread evenly over it.

    >>> spaced([(10, 1), (12, 2)])
    [10.5, 12.25, 12.75]
    """
    return [second + (k + 0.5) / many for second, many in counts for k in range(many)]
