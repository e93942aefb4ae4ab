"""The rules of the Numenta Anomaly Benchmark (NAB): what alarms in labelled series are worth."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

PROFILES: Final[Mapping[str, float]] = MappingProxyType({"standard": 0.11, "low-FP": 0.22})
"""What a false alarm costs, where a window found or missed counts up to 1, by profile."""

_PROBATION: Final = (0.15, 750)
_FAR: Final = 3.0
_NO_ALARM: Final = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A series with its labelled windows, each from its first row to its last."""

    name: str
    stamps: tuple[str, ...]
    seconds: tuple[float, ...]
    counts: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        """How many first rows aren't judged: there a detector learns."""
        share, most = _PROBATION
        return min(int(share * len(self.counts)), most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A series with a detector's scores, and what an alarm in each row is worth."""

    series: Labelled
    scores: Sequence[float]
    worth: Sequence[float]
    window: Sequence[int]

    def totals(self, limits: Sequence[float], cost: float) -> list[float]:
        """NAB's raw score of the series at each limit, from high to low: what is not below it."""
        order = sorted(
            range(self.series.probation, len(self.scores)), key=lambda row: -self.scores[row]
        )
        best: dict[int, float] = {}
        false, at, found = 0.0, 0, []
        for limit in limits:
            while at < len(order) and self.scores[order[at]] >= limit:
                worth, window = self.worth[order[at]], self.window[order[at]]
                if window < 0:
                    false += cost * worth
                else:
                    best[window] = max(worth, best.get(window, -math.inf))
                at += 1
            found.append(sum(best.values()) + false - (len(self.series.windows) - len(best)))
        return found

    def alarms(self, limit: float) -> list[int]:
        """The judged rows whose score is not below the limit."""
        judged = range(self.series.probation, len(self.scores))
        return [row for row in judged if self.scores[row] >= limit]


def run(series: Labelled, scores: Sequence[float]) -> Run:
    """A detector's scores on a series, one a row, ready to be judged."""
    places = [*_worths(series)]
    return Run(
        series=series,
        scores=scores,
        worth=[worth for worth, _ in places],
        window=[window for _, window in places],
    )


def _worths(series: Labelled) -> Iterator[tuple[float, int]]:
    """What an alarm in each row is worth and in which window it lies (-1 is none).

    Near 1 where a window begins and 0 at its end; outside from 0 shortly behind a window down to
    -1, all the more false the longer ago it was.
    """
    starts = [first for first, _ in series.windows]
    for row in range(len(series.counts)):
        at = bisect_right(starts, row) - 1
        if at < 0:
            yield -1.0, -1
            continue
        first, last = series.windows[at]
        if row <= last:
            yield _bent(-(last - row + 1) / (last - first + 1)) / _bent(-1.0), at
        else:
            yield _bent((row - last) / (last - first)), -1


def _bent(place: float) -> float:
    return -1.0 if place > _FAR else 2 / (1 + math.exp(5 * place)) - 1


def left_out(runs: Sequence[Run], cost: float) -> tuple[list[float], list[float]]:
    """Raw scores, and the limit used for each series: the one that is best on the others."""
    limits = [_NO_ALARM, *sorted({s for run in runs for s in run.scores if s > 0}, reverse=True)]
    table = [run.totals(limits, cost) for run in runs]
    sums = [sum(column) for column in zip(*table, strict=True)]
    chosen = []
    for own in table:
        rest = [whole - part for whole, part in zip(sums, own, strict=True)]
        chosen.append(rest.index(max(rest)))
    totals = [own[at] for own, at in zip(table, chosen, strict=True)]
    return totals, [limits[at] for at in chosen]


def percent(totals: Sequence[float], windows: int) -> float:
    """NAB's scale: 100 is perfect, 0 is a detector that never tells anything."""
    return 100 * (sum(totals) + windows) / (2 * windows)
