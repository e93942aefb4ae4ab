"""Learning and growth, and KPIs, on the scorecard: what was due, what changed, who answers."""

from datetime import timedelta
from typing import Any

import pytest

from knowledge.measures.estimates import Estimate, Figure, Withheld
from ontology.events import Draft
from ontology.identity import ThingId
from service.measurements import Said, measure
from service.outcome_bodies import Goal, ScorecardIn
from service.scorecard import report
from service.scorecard_items import Item
from service.scorecard_kpis import goals, kpis
from service.scorecard_learning import learned
from service.world import World
from tests.service.test_assessments import quiet, staffed
from tests.service.test_debriefs import CHIEF, prepared, put
from tests.service.test_debriefs import world as debrief_world

__all__ = ["prepared"]

world = debrief_world
DAY = timedelta(days=1)


def now(world: World, name: str) -> Figure:
    until = world.clock.now()
    rows = learned(world, until - 60 * DAY, until - 30 * DAY, until)
    return {one.figure: one.now for one in rows}[name]


def acted(world: World, thing: str, act: str, to: str, **data: Any) -> None:
    """An act as the ledger has it, without the acts that lead to it."""
    draft = Draft(
        id=world.ids("event"),
        type="thing.acted",
        subject=ThingId(thing),
        actor=CHIEF.id,
        occurred_at=world.clock.now(),
        data={
            "kind": thing.partition("/")[0],
            "act": act,
            "from": None,
            "to": to,
            "data": data.get("data", {}),
            "properties": {},
            "deadlines": data.get("deadlines", []),
            "roles": [],
            "via": None,
        },
        governed=False,
    )
    world.ledger.append([draft])


def test_actions_count_when_they_were_due_and_few_debriefs_are_withheld(world: World) -> None:
    staffed(world)
    found = now(world, "actions")
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (81 / 84, 84)
    assert found.low < found.value < found.high
    debriefs = now(world, "debriefs")
    assert isinstance(debriefs, Withheld)
    assert debriefs.n == 0  # three days after the resolution its debrief was not due yet


def test_drills_count_for_quarters_that_ended_and_waived_ones_for_nobody(world: World) -> None:
    end = world.clock.now() - DAY
    for n in range(14):
        due = [{"name": "quarter", "due": end.isoformat()}]
        acted(world, f"drill-duty/t-{n}", "owe", "owed", deadlines=due)
    for n in range(12, 14):
        acted(world, f"drill-duty/t-{n}", "waive", "waived")
    acted(world, "drill-duty/t-0", "meet", "met")  # a day late
    found = now(world, "drills")
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (0.0, 12)


def test_a_lesson_counts_once_a_rule_that_names_it_takes_effect(world: World) -> None:
    for n in range(12):
        acted(world, f"drill/d-{n}", "debrief", "debriefed")
    reasons = {
        "a": "drill/d-1, evidence 12: executives were late",
        "b": "From drill/d-2.",
        "c": "drill/d-3 is only proposed",
    }
    for name, reason in reasons.items():
        acted(world, f"policy-proposal/{name}", "propose", "proposed", data={"reason": reason})
    for name in "ab":
        acted(world, f"policy-proposal/{name}", "activate", "active")
    world.clock.advance(world.clock.now() + timedelta(hours=1))  # type: ignore[attr-defined]
    found = now(world, "lessons")
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (2 / 12, 12)  # d-1 is not d-10, d-3 is in force nowhere


def test_exercises_count_for_those_who_belong_to_a_team(world: World) -> None:
    for n in range(10):
        put(world, "Person", f"person/p-{n}", memberOf="team/rail")
        passed = (world.clock.now() - n * 30 * DAY).isoformat()
        until = {"validUntil": (world.clock.now() - DAY).isoformat()} if n == 5 else {}
        training = {"trainee": f"person/p-{n}", "exercise": "drill", "passedAt": passed}
        if n < 6:
            put(world, "Training", f"training/p-{n}", **training, **until)
    world.clock.advance(world.clock.now() + timedelta(hours=1))  # type: ignore[attr-defined]
    found = now(world, "exercises")
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (5 / 11, 11)  # Ada belongs to a team, too


def kpi(world: World, name: str, **more: Any) -> None:
    usual = {"name": name, "target": 0.9, "direction": "at-least", "unit": "1"}
    given = {"accountable": "team/rail", **more}
    put(world, "KPI", f"kpi/{name}", **usual, **given)


def measured(world: World, name: str, ago: int, **said: Any) -> None:
    at = world.clock.now() - ago * DAY
    measure(world, ThingId(f"kpi/{name}"), Said(as_of=at, **said), actor=CHIEF)
    world.catch_up()


def item(world: World, name: str) -> Item:
    until = world.clock.now()
    return next(one for one in kpis(world, {}, until - 30 * DAY, until) if one.name == name)


def test_a_kpi_that_was_measured_before_and_now_has_a_trend(world: World) -> None:
    counted = {"formula": "kept / due", "input": ["kept", "due"]}
    kpi(world, "kept", **counted)
    measured(world, "kept", 40, inputs={"kept": 50, "due": 100}, sample=100)
    assert isinstance(item(world, "kept").change, Withheld)
    measured(world, "kept", 3, inputs={"kept": 90, "due": 100}, sample=100)
    found = item(world, "kept")
    assert isinstance(found.change, Estimate)
    assert found.change.value == pytest.approx(0.4)
    assert (found.trend, found.owner, found.target) == ("better", "team/rail", 0.9)


def test_a_kpi_without_its_inputs_has_the_slope_of_several_measurements(world: World) -> None:
    kpi(world, "score")
    for ago, value in ((40, 4.0), (20, 4.4), (15, 4.6), (10, 4.7)):
        measured(world, "score", ago, value=value, sample=30)
    few = item(world, "score").change
    assert isinstance(few, Withheld)
    assert "5 measurements" in few.reason
    measured(world, "score", 0, value=5.1, sample=30)
    found = item(world, "score").change
    assert isinstance(found, Estimate)
    assert found.n == 5
    assert found.low < 1.08 < found.high
    assert found.low > 0


def test_a_recorded_kpi_gives_a_figure_its_target_and_owner_unless_the_body_does(
    world: World,
) -> None:
    kpi(world, "acting", source="scorecard/actions")
    said = Goal(figure="actions", target=0.5, owner="team/lead")
    assert goals(world, [])["actions"].owner == "team/rail"
    assert goals(world, [said])["actions"] == said
    staffed(world)
    asked = ScorecardIn(until=world.clock.now(), days=30)
    found = report(world, asked, quiet).items
    (one,) = (each for each in found if each.name == "Debrief actions done in time")
    assert (one.target, one.owner, one.verdict) == (0.9, "team/rail", "met")
    assert "acting" not in {each.name for each in found}
