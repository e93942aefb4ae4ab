"""The scorecard as a report: four perspectives, each figure with target, trend and owner."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.measures.estimates import Estimate, Figure, Withheld, reasons
from service.charts import Axis, Chart, Moment, Panel, Points, picture
from service.outcome_bodies import Perspective
from service.reported import Cell, Report
from service.scorecard_items import Item, Sheet, aim, changed, said


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

    @property
    def _sheet(self) -> Sheet:
        return Sheet(title=self.title, until=self.until, items=self.items, notes=self.notes)

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
                    yield f"  {one.name}: {'; '.join(_stated(one))}"
                    if not (isinstance(one.now, Withheld) and isinstance(one.change, Withheld)):
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
                        empty=self._without_target(),
                    )
                ],
            )
        )

    def _without_target(self) -> str:
        """Why the picture shows nothing."""
        aimed = [(one.name, one.now) for one in self.items if one.target]
        told = "; ".join(reasons(aimed))
        return f"Withheld: {told}." if told else "No figure has a target."

    def page(self) -> str:
        """One page to be printed."""
        from service.scorecard_page import page  # noqa: PLC0415 - light start

        return page(self._sheet)

    def document(self) -> bytes:
        """The same page as a PDF, the same bytes for the same figures."""
        from service.scorecard_document import document  # noqa: PLC0415 - light start

        return document(self._sheet)


def _stated(one: Item) -> Iterator[str]:
    """Figure, target and owner, as far as there are any."""
    yield said(one.now, one.unit)
    if one.target is not None or isinstance(one.now, Estimate):
        yield aim(one)
    if one.owner is not None or isinstance(one.now, Estimate):
        yield one.owner or "nobody answers for it"


def _ends(figure: Figure) -> tuple[float | None, float | None, float | None]:
    if isinstance(figure, Withheld):
        return None, None, None
    low, high = (one if math.isfinite(one) else None for one in (figure.low, figure.high))
    return figure.value, low, high
