"""The scorecard as a report: four perspectives, each figure with target, trend and owner."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from service.charts import Axis, Chart, Moment, Panel, Points, picture
from service.outcome_bodies import Perspective
from service.reported import Cell, Report

_LARGE: Final = 1_000


class Verdict(StrEnum):
    """How a figure stands to its target, with the interval in mind."""

    MET = "met"
    MISSED = "missed"
    OPEN = "cannot tell"
    NONE = "no target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One figure of the scorecard; `rises` is whether more is better."""

    perspective: Perspective
    name: str
    unit: str
    now: Figure
    change: Figure
    rises: bool
    target: float | None = None
    owner: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Met or missed only where the whole interval says so."""
        if self.target is None:
            return Verdict.NONE
        if isinstance(self.now, Withheld):
            return Verdict.OPEN
        low, high = self.now.low, self.now.high
        good, bad = (
            (low >= self.target, high < self.target)
            if self.rises
            else (high <= self.target, low > self.target)
        )
        return Verdict.MET if good else Verdict.MISSED if bad else Verdict.OPEN

    @property
    def trend(self) -> str:
        """Better or worse only where the whole interval of the change says so."""
        if isinstance(self.change, Withheld):
            return "cannot tell"
        if self.change.low <= 0 <= self.change.high:
            return "no change shown"
        return "better" if (self.change.value > 0) is self.rises else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard(Report):
    """What the board reads on one page; `drivers` tell what the revenue at risk hangs on."""

    since: datetime
    until: datetime
    items: Sequence[Item]
    notes: Sequence[str]
    drivers: Mapping[str, float]
    asked: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"Empathy scorecard, {self.since:%d %b %Y} to {self.until:%d %b %Y}"

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "title": self.title,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "asked": {**self.asked},
            "items": [
                {
                    "perspective": one.perspective,
                    "name": one.name,
                    "unit": one.unit,
                    "now": one.now.to_json(),
                    "change": one.change.to_json(),
                    "trend": one.trend,
                    "target": one.target,
                    "verdict": one.verdict,
                    "owner": one.owner,
                }
                for one in self.items
            ],
            "drivers": {**self.drivers},
            "notes": [*self.notes],
        }

    def lines(self) -> Iterator[str]:
        """Perspective by perspective."""
        yield self.title
        for perspective in Perspective:
            yield f"\n{perspective.capitalize()}"
            for one in self.items:
                if one.perspective is perspective:
                    owner = one.owner or "nobody answers for it"
                    yield f"  {one.name}: {said(one.now, one.unit)}; {aim(one)}; {owner}"
                    yield f"    since the period before: {changed(one)}"
        yield ""
        yield from (f"- {note}" for note in self.notes)

    def rows(self) -> Iterator[Sequence[Cell]]:
        """One figure a row."""
        yield (
            *("perspective", "name", "unit", "value", "low", "high", "n", "withheld"),
            *("change", "change_low", "change_high", "trend", "target", "verdict", "owner"),
        )
        for one in self.items:
            reason = one.now.reason if isinstance(one.now, Withheld) else None
            yield (
                *(str(one.perspective), one.name, one.unit, *_ends(one.now), one.now.n, reason),
                *(*_ends(one.change), one.trend, one.target, str(one.verdict), one.owner),
            )

    def picture(self) -> str:
        """How far figures are from their targets, in shares of these."""
        some = [
            (one, one.now) for one in self.items if one.target and isinstance(one.now, Estimate)
        ]
        names = [one.name for one, _ in some]
        return picture(
            Chart(
                title=self.title,
                subtitle="Each figure as a share of its target, with its interval of 95 %.",
                panels=[
                    Panel(
                        x=Axis(label="share of target", percent=True),
                        y=Axis(label="", kind="category", names=names),
                        marks=[
                            Points(
                                name="figure",
                                x=[now.value / (one.target or 1) for one, now in some],
                                y=names,
                                low=[now.low / (one.target or 1) for one, now in some],
                                high=[now.high / (one.target or 1) for one, now in some],
                                notes=[one.verdict for one, _ in some],
                            ),
                            Moment(name="target", at=1.0),
                        ],
                        empty="No figure has a target.",
                    )
                ],
            )
        )

    def page(self) -> str:
        """One page to be printed."""
        from service.scorecard_page import page  # noqa: PLC0415 - light start

        return page(self)

    def document(self) -> bytes:
        """The same page as a PDF, the same bytes for the same figures."""
        from service.scorecard_document import document  # noqa: PLC0415 - light start

        return document(self)


def said(figure: Figure, unit: str = "") -> str:
    """A figure as a board reads it.

    >>> said(Estimate(value=0.123, low=0.1, high=0.2, n=50), "%")
    '12.3 % (10.0 to 20.0; n = 50)'
    """
    if isinstance(figure, Withheld):
        return figure.words()
    scale = 100 if unit == "%" else 1
    tail = "" if unit in {"", "1"} else f" {unit}"
    digits = 0 if abs(figure.value) >= _LARGE else 1 if unit == "%" else 2
    value, low, high = (
        _number(one * scale, digits) for one in (figure.value, figure.low, figure.high)
    )
    return f"{value}{tail} ({low} to {high}; n = {figure.n:,})"


def answering(one: Item) -> str:
    """Which team answers for it, as people say it."""
    return "nobody" if one.owner is None else one.owner.removeprefix("team/")


def changed(one: Item) -> str:
    """How it differs from the period before."""
    if isinstance(one.change, Withheld):
        return f"cannot tell: {one.change.reason}"
    return f"{one.trend}: {said(one.change, one.unit)}"


def aim(one: Item) -> str:
    """The target, and whether it is met."""
    if one.target is None:
        return "no target"
    scale = 100 if one.unit == "%" else 1
    word = "at least" if one.rises else "at most"
    tail = "" if one.unit in {"", "1"} else f" {one.unit}"
    return f"{word} {one.target * scale:g}{tail}: {one.verdict}"


def _number(value: float, digits: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.{digits}f}"


def _ends(figure: Figure) -> tuple[float | None, float | None, float | None]:
    if isinstance(figure, Withheld):
        return None, None, None
    low, high = (one if math.isfinite(one) else None for one in (figure.low, figure.high))
    return figure.value, low, high
