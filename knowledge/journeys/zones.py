"""Zones of risk: the touchpoints that surely carry more than their share of risk."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.journeys.chain import leads_out, usual_ends
from knowledge.journeys.counts import (
    Counts,
    Floats,
    Reading,
    Tally,
    by_journey,
    nothing,
    summed,
)
from knowledge.journeys.graph import Move, Place, betweenness, moves_of, touchpoint_graph
from knowledge.journeys.measured import Interval, interval, measure, rate_interval
from knowledge.journeys.resampling import resampled
from knowledge.journeys.steps import Steps

FLOOR: Final = 0.001
"""The least risk of a zone: one journey in a thousand. Below it even the worst place is fine."""
NEEDS: Final = ("low", "medium", "high")
MOST_MOVES: Final = 50_000
_DAY: Final = 86_400_000_000


class LogUnusable(ValueError):
    """A log can't be studied; the message says why and what would do."""


class Verdict(StrEnum):
    """What the journeys say of a touchpoint."""

    ZONE = "zone"
    NO_ZONE = "no zone"
    CANNOT_TELL = "cannot tell"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How journeys are read and judged.

    A journey that says nothing for `quiet_days` has ended well. A sentiment of at most
    `harm_below` is harm where nobody flagged the contact. Of a touchpoint that fewer than `least`
    journeys passed nothing is said. `samples` bootstrap samples follow from `seed`.
    """

    quiet_days: int = 30
    harm_below: float = -0.5
    least: int = 30
    samples: int = 1_000
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one touchpoint; `why` says why nothing can be told.

    `weight` is its need for empathy: 1/3 low, 2/3 medium, 1 high, and 1 where nobody said.
    `share` is its risk against an even share. `seen` is the share of the passages through it that
    ended badly, which the chain's `downstream` should be near to. Figures are None unless told.
    """

    place: Place
    verdict: Verdict
    why: str | None
    journeys: int
    judged: int
    weight: float
    betweenness: float
    reach: Interval | None = None
    harm: Interval | None = None
    downstream: Interval | None = None
    complaint: Interval | None = None
    churn: Interval | None = None
    seen: float | None = None
    risk: Interval | None = None
    share: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a log says: findings by falling risk, those of which nothing can be told last."""

    method: Method
    journeys: int
    findings: tuple[Finding, ...]
    moves: tuple[Move, ...]

    def zones(self) -> tuple[Finding, ...]:
        """The findings that are zones."""
        return tuple(one for one in self.findings if one.verdict is Verdict.ZONE)


def study(
    blocks: Iterable[Steps],
    places: Sequence[Place],
    method: Method,
    *,
    until: int,
    progress: Callable[[int], None] = lambda _journeys: None,
) -> Study:
    """Find the zones of risk among `places`, to which the steps' touchpoints point.

    Each block holds whole journeys, settled; one is in memory at a time. `until` is when the log
    ends, in microseconds since 1970. The same journeys give the same study, in any order.

    Raises:
        LogUnusable: there are more different moves than can be resampled.
    """
    reading = Reading(until=until, quiet=method.quiet_days * _DAY, harm_below=method.harm_below)
    counts, samples = nothing(len(places), 1), nothing(len(places), method.samples)
    for block in blocks:
        found = by_journey(block, len(places), reading)
        counts += summed(found)
        if len(counts.ids) > MOST_MOVES:
            raise LogUnusable(
                f"the log has {len(counts.ids):,} different moves, more than {MOST_MOVES:,}; "
                "map its contacts to fewer touchpoints, say one a channel and stage"
            )
        samples += resampled(found, method.samples, method.seed, progress)
    moves = moves_of(counts, places)
    between = betweenness(touchpoint_graph(places, moves))
    judge = _Judge(places, method, counts, samples)
    findings = [judge.finding(row, between[place.id]) for row, place in enumerate(places)]
    return Study(
        method=method,
        journeys=round(float(counts.journeys()[0])),
        findings=tuple(sorted(findings, key=_order)),
        moves=moves,
    )


def weight_of(sensitivity: str | None) -> float:
    """The need for empathy as a factor; what nobody said counts as high.

    >>> [round(weight_of(need), 2) for need in ("low", "medium", "high", None)]
    [0.33, 0.67, 1.0, 1.0]
    """
    return 1.0 if sensitivity is None else (NEEDS.index(sensitivity) + 1) / len(NEEDS)


class _Judge:
    """The figures of a log, from which findings are made one by one."""

    def __init__(
        self, places: Sequence[Place], method: Method, counts: Counts, samples: Counts
    ) -> None:
        self._places, self._method = places, method
        self._weight = np.array([weight_of(place.sensitivity) for place in places])
        self._touched = counts.tally(Tally.TOUCHED)[:, 0]
        self._judged = counts.tally(Tally.JUDGED)[:, 0]
        self._leads = np.zeros(len(places), np.bool_)
        self._leads[leads_out(counts)] = True
        self._enough = _enough(self._touched, self._judged, method.least) & self._leads
        usual = usual_ends(counts)
        if usual is not None:
            self._point = measure(counts, usual, self._weight, self._enough)
            self._samples = measure(samples, usual, self._weight, self._enough)

    def finding(self, row: int, between: float) -> Finding:
        """What is found of one touchpoint."""
        why = self._why_not(row)
        plain = Finding(
            place=self._places[row],
            verdict=Verdict.CANNOT_TELL if self._touched[row] else Verdict.NOT_SEEN,
            why=why,
            journeys=round(float(self._touched[row])),
            judged=round(float(self._judged[row])),
            weight=float(self._weight[row]),
            betweenness=between,
        )
        return plain if why else self._told(row, plain)

    def _why_not(self, row: int) -> str | None:
        """Why nothing can be told of a touchpoint."""
        touched, judged, least = self._touched[row], self._judged[row], self._method.least
        if not touched:
            return "no journey of the log passes here"
        if touched < least:
            return f"too few journeys to say: {touched:.0f} pass here, {least} are needed"
        if judged < least:
            return (
                f"too few journeys to say: whether people were hurt here was judged in "
                f"{judged:.0f}, {least} are needed"
            )
        if not self._leads[row]:
            return "no journey that passes here was seen to end"
        if self._enough.sum() == 1:
            return "no other touchpoint has enough journeys to compare it with"
        return None

    def _told(self, row: int, plain: Finding) -> Finding:
        point, samples = self._point, self._samples

        def of(name: str) -> Interval:
            return interval(float(getattr(point, name)[row, 0]), getattr(samples, name)[row])

        rate = float(point.harm[row, 0])
        harm = rate_interval(rate, samples.harm[row], plain.judged)
        reach, downstream, risk, share = (of(n) for n in ("reach", "downstream", "risk", "share"))
        if rate == 0:
            high = reach.high * harm.high * plain.weight * downstream.high
            risk = Interval(value=0.0, low=0.0, high=high)
        zone = share.low > 1 and risk.low >= FLOOR
        return replace(
            plain,
            verdict=Verdict.ZONE if zone else Verdict.NO_ZONE,
            reach=reach,
            harm=harm,
            downstream=downstream,
            complaint=of("complaint"),
            churn=of("churn"),
            seen=float(point.seen[row, 0]),
            risk=risk,
            share=share,
        )


def _enough(touched: Floats, judged: Floats, least: int) -> NDArray[np.bool_]:
    return (touched >= least) & (judged >= least)


def _order(finding: Finding) -> tuple[bool, float, int, str]:
    risk = finding.risk.value if finding.risk else 0.0
    return finding.risk is None, -risk, -finding.journeys, finding.place.id
