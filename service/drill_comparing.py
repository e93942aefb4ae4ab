"""Drills compared over the quarters: per team, means over runs with intervals, what is owed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.measures.drill_runs import mean_of_runs
from knowledge.measures.estimates import Estimate, Figure
from ontology.events import Json
from service.charts import Axis, Chart, Panel, Points
from service.charts import picture as drawn
from service.drill_duties import quarter_of, standing
from service.drill_scenario import PHASES
from service.drill_scoring import recorded
from service.drills import Drill
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.world import World

_SHARES = ("in_time", "people_agree_with_reference", "people_agree_with_rules", "well_said")
_NOTE = "Scenarios differ in difficulty and people learn them: a change is no proof of training."


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The drills of one team in one quarter."""

    team: str
    quarter: str
    drills: tuple[str, ...]
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsReport(Report):
    """What drills showed, quarter by quarter, and what teams owe now."""

    groups: Sequence[Group]
    owed: Sequence[Mapping[str, Json]]

    def to_json(self) -> Mapping[str, Json]:
        """All of it."""
        return {
            "groups": [
                {
                    "team": one.team,
                    "quarter": one.quarter,
                    "drills": [*one.drills],
                    "figures": {name: dict(fig.to_json()) for name, fig in one.figures.items()},
                }
                for one in self.groups
            ],
            "owed": [dict(one) for one in self.owed],
            "note": _NOTE,
        }

    def lines(self) -> Iterator[str]:
        """Quarter by quarter, then what is owed."""
        for one in self.groups:
            yield f"{one.team}  {one.quarter}  {len(one.drills)} drills"
            yield from (f"    {name}: {fig.words()}" for name, fig in one.figures.items())
        if not self.groups:
            yield "No drill was scored yet."
        for row in self.owed:
            if row["state"] != "not-owed":
                yield f"{row['team']} {row['quarter']}: {row['state']}, from {row['starts_from']}"
        yield _NOTE

    def rows(self) -> Iterator[Sequence[Cell]]:
        """One row a figure; a withheld one says why."""
        yield ["team", "quarter", "figure", "value", "low", "high", "n", "withheld"]
        for one in self.groups:
            for name, fig in one.figures.items():
                if isinstance(fig, Estimate):
                    yield [one.team, one.quarter, name, fig.value, fig.low, fig.high, fig.n, None]
                else:
                    yield [one.team, one.quarter, name, None, None, None, fig.n, fig.reason]

    def picture(self) -> str | None:
        """The share of acts in time, by team and quarter, as a forest of intervals."""
        told = [
            (f"{one.team.partition('/')[2]} {one.quarter}", fig)
            for one in self.groups
            if isinstance(fig := one.figures["in_time"], Estimate)
        ]
        names = [name for name, _ in told]
        points = Points(
            name="acts in time",
            x=[fig.value for _, fig in told],
            y=names,
            low=[fig.low for _, fig in told],
            high=[fig.high for _, fig in told],
            notes=[f"n = {fig.n}" for _, fig in told],
        )
        panel = Panel(
            x=Axis(label="share of expected acts done in time", low=0, high=1, percent=True),
            y=Axis(label="team and quarter", kind="category", names=names),
            marks=[points],
            empty="No team has three scored drills in a quarter yet.",
        )
        note = "Mean over runs, 95 % t interval; n counts runs."
        return drawn(Chart(title="Drills: acts in time", panels=[panel], notes=[note, _NOTE]))


def compare(world: World, team: str | None, year: int | None, progress: Progress) -> DrillsReport:
    """Every scored drill, of one team or year where one is named."""
    world.catch_up()
    found = [one for one in world.drills.all() if one.scored and _wanted(one, team, year)]
    by = defaultdict[tuple[str, str], list[Drill]](list)
    for one in found:
        by[one.team, _quarter(one)].append(one)
    groups = list[Group]()
    for done, key in enumerate(sorted(by), 1):
        groups.append(_group(world, key, by[key]))
        progress(done, len(by))
    owed = [one for one in standing(world) if team in {None, one["team"]}]
    return DrillsReport(groups=groups, owed=owed)


def _wanted(one: Drill, team: str | None, year: int | None) -> bool:
    return team in {None, one.team} and year in {None, int(_quarter(one)[:4])}


def _quarter(one: Drill) -> str:
    return quarter_of((one.ended_at or one.planned_at).date())


def _group(world: World, key: tuple[str, str], drills: Sequence[Drill]) -> Group:
    scores = [score for one in drills if (score := recorded(world, one)) is not None]
    figures: dict[str, Figure] = {
        name: mean_of_runs([*_values(scores, name)], low=0.0, high=1.0) for name in _SHARES
    }
    for phase in PHASES:
        figures[f"minutes_to_{phase}"] = mean_of_runs([*_minutes(scores, phase)], low=0.0)
    return Group(
        team=key[0], quarter=key[1], drills=tuple(one.id for one in drills), figures=figures
    )


def _values(scores: Sequence[Mapping[str, Json]], name: str) -> Iterator[float]:
    """A figure of each run; a run that withheld it has none."""
    for score in scores:
        value = _inner(score.get("figures"), name, "value")
        if value is not None:
            yield value


def _minutes(scores: Sequence[Mapping[str, Json]], phase: str) -> Iterator[float]:
    """The minutes of each run in which somebody did the act at all."""
    for score in scores:
        value = _inner(score.get("phases"), phase, "minutes")
        if value is not None:
            yield value


def _inner(table: Json, name: str, member: str) -> float | None:
    row = table.get(name) if isinstance(table, dict) else None
    value = row.get(member) if isinstance(row, dict) else None
    return float(value) if isinstance(value, int | float) else None
