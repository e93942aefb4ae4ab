"""Drills drawn: how long each act took of the time allowed, and shares in time by quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.measures.estimates import Estimate, Figure
from ontology.events import Json
from ontology.lifecycle_data import duration
from service.chart_grounds import Level
from service.charts import Axis, Chart, Panel, Points
from service.charts import picture as drawn
from service.drill_scenario import PHASES

_MOST: Final = 12
"""Runs that are drawn, the latest; a table has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One act of one run: the share of the allowed time that it took; None of one never done."""

    drill: str
    scenario: str
    at: datetime
    phase: str
    act: str
    minutes: float | None
    allowed: float
    outcome: str

    @property
    def share(self) -> float | None:
        """Of the time allowed; 1 is the target."""
        return None if self.minutes is None else self.minutes / self.allowed

    @property
    def run(self) -> str:
        """How a run is named: by day and scenario."""
        return f"{self.at.date().isoformat()} {self.scenario} ({self.drill[-4:]})"


def took(score: Mapping[str, Json], at: datetime) -> list[Took]:
    """The acts of a score that were asked for."""
    rows = score.get("acts")
    return [
        Took(
            drill=str(score["drill"]),
            scenario=str(score["scenario"]),
            at=at,
            phase=str(row["phase"]),
            act=str(row["id"]),
            minutes=float(row["minutes"]) if isinstance(row["minutes"], int | float) else None,
            allowed=duration(str(row["within"])).total_seconds() / 60,
            outcome=str(row["outcome"]),
        )
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row["outcome"] != "not-asked"
    ]


def pictured(
    acts: Sequence[Took], in_time: Sequence[tuple[str, Figure]], notes: Sequence[str]
) -> str:
    """Times against targets over the runs, and below the shares in time with their intervals."""
    return drawn(Chart(title="Drills", panels=[_times(acts), _shares(in_time)], notes=notes))


def _times(acts: Sequence[Took]) -> Panel:
    runs = [*dict.fromkeys(one.run for one in sorted(acts, key=lambda one: one.at))][-_MOST:]
    marks = [_phase(phase, acts, runs) for phase in PHASES]
    highest = max((one.share for one in acts if one.share is not None), default=0.0)
    missing = sum(one.share is None for one in acts if one.run in runs)
    return Panel(
        x=Axis(label="run", kind="category", names=runs),
        y=Axis(
            label="minutes, as a share of those allowed",
            low=0,
            high=max(1.2, highest),
            percent=True,
        ),
        marks=[*(one for one in marks if one.x), Level(name="target", at=1.0)] if runs else [],
        title=f"Times against targets; {missing} acts were never done",
        height=300,
        empty="No drill was scored yet.",
    )


def _phase(phase: str, acts: Sequence[Took], runs: Sequence[str]) -> Points:
    mine = [one for one in acts if one.phase == phase and one.share is not None]
    mine = [one for one in mine if one.run in runs]
    return Points(
        name=phase,
        x=[one.run for one in mine],
        y=[one.share for one in mine],
        notes=[f"{one.act}: {one.minutes} of {one.allowed:g} minutes" for one in mine],
    )


def _shares(figures: Sequence[tuple[str, Figure]]) -> Panel:
    told = [(name, fig) for name, fig in figures if isinstance(fig, Estimate)]
    names = [name for name, _ in told]
    points = Points(
        name="acts in time",
        x=[fig.value for _, fig in told],
        y=names,
        low=[fig.low for _, fig in told],
        high=[fig.high for _, fig in told],
        notes=[f"n = {fig.n}" for _, fig in told],
    )
    return Panel(
        x=Axis(label="share of expected acts done in time", low=0, high=1, percent=True),
        y=Axis(label="who and when", kind="category", names=names),
        marks=[points],
        title="Acts in time: mean over runs, 95 % t interval, n counts runs",
        empty="Nobody has three scored drills in a quarter yet.",
    )
