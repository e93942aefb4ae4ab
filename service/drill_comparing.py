"""Drills compared over the quarters: per team, means over runs with intervals, what is owed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.measures.drill_runs import mean_of_runs
from knowledge.measures.estimates import Estimate, Figure
from ontology.events import Json
from service.drill_duties import quarter_of, standing
from service.drill_picture import Took, pictured, took
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


def _told(one: Group) -> dict[str, Json]:
    figures: dict[str, Json] = {name: dict(fig.to_json()) for name, fig in one.figures.items()}
    return {"quarter": one.quarter, "drills": [*one.drills], "figures": figures}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsReport(Report):
    """What drills showed, quarter by quarter, and what teams owe now."""

    groups: Sequence[Group]
    people: Sequence[Group]
    """Of each participant the drills of all time, where they are asked for; `team` names them."""
    acts: Sequence[Took]
    owed: Sequence[Mapping[str, Json]]

    def to_json(self) -> Mapping[str, Json]:
        """All of it."""
        return {
            "groups": [{"team": one.team, **_told(one)} for one in self.groups],
            "participants": [{"person": one.team, **_told(one)} for one in self.people],
            "owed": [dict(one) for one in self.owed],
            "note": _NOTE,
        }

    def lines(self) -> Iterator[str]:
        """Quarter by quarter, then what is owed."""
        for one in (*self.groups, *self.people):
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
        yield ["who", "quarter", "figure", "value", "low", "high", "n", "withheld"]
        for one in (*self.groups, *self.people):
            for name, fig in one.figures.items():
                if isinstance(fig, Estimate):
                    yield [one.team, one.quarter, name, fig.value, fig.low, fig.high, fig.n, None]
                else:
                    yield [one.team, one.quarter, name, None, None, None, fig.n, fig.reason]

    def picture(self) -> str | None:
        """Times against targets run by run, and shares in time as a forest of intervals."""
        told = [(_named(one), one.figures["in_time"]) for one in (*self.groups, *self.people)]
        return pictured(self.acts, told, [_NOTE])


def _named(one: Group) -> str:
    return f"{one.team.partition('/')[2]} {one.quarter}"


def compare(
    world: World,
    team: str | None,
    year: int | None,
    progress: Progress,
    *,
    participants: bool = False,
) -> DrillsReport:
    """Every scored drill, of one team or year where one is named; people only where asked for."""
    world.catch_up()
    found = [one for one in world.drills.all() if one.scored and _wanted(one, team, year)]
    by, scores = defaultdict[tuple[str, str], list[Drill]](list), dict[str, Mapping[str, Json]]()
    for done, one in enumerate(found, 1):
        by[one.team, _quarter(one)].append(one)
        scores[one.id] = recorded(world, one) or {}
        progress(done, len(found))
    return DrillsReport(
        groups=[_group(key, by[key], scores) for key in sorted(by)],
        people=[*_people(found, scores)] if participants else [],
        acts=[each for one in found for each in took(scores[one.id], _when(one))],
        owed=[one for one in standing(world) if team in {None, one["team"]}],
    )


def _people(drills: Sequence[Drill], scores: Mapping[str, Mapping[str, Json]]) -> Iterator[Group]:
    """Of each participant the share of their acts that came in time, each run one observation.

    An act that nobody did is nobody's: only what somebody did is counted for them.
    """
    for person in sorted({person for one in drills for person in one.people}):
        mine = [one for one in drills if person in one.people]
        shares = [kept for one in mine if (kept := _kept(scores[one.id], person)) is not None]
        figure = mean_of_runs(shares, low=0.0, high=1.0)
        runs = tuple(one.id for one in mine)
        yield Group(team=person, quarter="all", drills=runs, figures={"in_time": figure})


def _kept(score: Mapping[str, Json], person: str) -> float | None:
    rows = score.get("acts")
    listed = [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)]
    mine = [row["outcome"] == "met" for row in listed if row["by"] == person]
    return sum(mine) / len(mine) if mine else None


def _wanted(one: Drill, team: str | None, year: int | None) -> bool:
    return team in {None, one.team} and year in {None, int(_quarter(one)[:4])}


def _quarter(one: Drill) -> str:
    return quarter_of(_when(one).date())


def _when(one: Drill) -> datetime:
    return one.ended_at or one.planned_at


def _group(
    key: tuple[str, str], drills: Sequence[Drill], found: Mapping[str, Mapping[str, Json]]
) -> Group:
    scores = [found[one.id] for one in drills]
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
