"""What closing an incident adds to its case: recovery in figures, outcomes told since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ontology.identity import ThingId
from ontology.signals import Signal
from service import desk
from service.case_keeping import keep
from service.case_lines import case_lines
from service.cases import Case, case_of
from service.decision_bodies import DecisionRequest
from service.outcomes import OutcomeIn, tell
from service.world import World
from tests.service.test_cases import TRAINER, did, drafted, now
from tests.service.test_debriefs import CHIEF, CRASH, HOUR, act, hold, later, prepared, world
from tests.service.test_recovery import DIP, posts

__all__ = ["drafted", "prepared", "world"]


def closed(world: World) -> Case:
    hold(world)
    act(world, CRASH, "close")
    keep(world)
    return now(world, case_of(world, CRASH))


def hear(world: World, signals: Sequence[Signal]) -> None:
    at = world.clock.now()
    world.segments.commit(signals, actor=CHIEF.id, id=world.ids, at=at)


def rails(world: World) -> Sequence[Signal]:
    begin = world.clock.now().replace(minute=0, second=0) - timedelta(hours=DIP.hours + 1)
    told = posts(begin)
    return [replace(one, text=one.text.replace("gates", "rails")) for one in told]


@pytest.mark.slow
def test_figures_of_recovery_stand_with_interval_and_sample(
    world: World, drafted: ThingId
) -> None:
    hear(world, rails(world))
    assert now(world, drafted).recovery == ()
    case = closed(world)
    sentiment = case.recovery[0]
    assert (sentiment.measure, sentiment.answer) == ("sentiment", "recovered")
    half = sentiment.half_life
    assert half["low"] <= DIP.half <= half["high"]  # type: ignore[operator]
    assert half["n"] > 100  # type: ignore[operator]
    assert {one.measure for one in case.recovery} == {"sentiment", "frustration", "volume"}
    assert Case.of(case.to_json()) == case
    assert "sentiment: recovered" in "\n".join(
        case_lines({"id": "", "state": "", **case.to_json()}, {})
    )


def test_what_was_not_heard_is_withheld_and_the_reason_does_not_name_the_incident(
    world: World, drafted: ThingId
) -> None:
    case = closed(world)
    assert len(case.recovery) == 3
    for one in case.recovery:
        assert one.half_life == one.area == one.recovered
        assert one.half_life["n"] == 0
    assert "crash" not in str(case.recovery).lower()
    assert world.graph.state(drafted) == "drafted"
    assert keep(world) == 0


def test_an_outcome_told_after_the_case_was_drafted_goes_into_it_once(
    world: World, drafted: ThingId
) -> None:
    event = desk.ask(world, DecisionRequest(incident=CRASH, precedents=0), CHIEF.id).event
    for said in (
        OutcomeIn(done="Mr Miller had the fare back."),
        OutcomeIn(tier="executive"),
    ):
        tell(world, event, said, CHIEF.id, idempotency=None)
    before = now(world, drafted).outcome
    case = closed(world)
    assert case.outcome is not None
    assert case.outcome.startswith(str(before))
    assert case.outcome.count("had the fare back") == 1
    assert "Miller" not in case.outcome
    assert case.outcome.endswith("It really went to executive.")


def test_a_case_on_hold_stays_as_it_is_until_it_is_released(
    world: World, drafted: ThingId
) -> None:
    did(world, drafted, "withhold", TRAINER, reason="The court.")
    did(world, drafted, "hold", CHIEF, reason="The court.")
    assert closed(world).recovery == ()
    did(world, drafted, "release", CHIEF, reason="Settled.")
    assert keep(world) == 1
    assert len(now(world, drafted).recovery) == 3


def test_reopened_and_closed_again_it_is_measured_anew(world: World, drafted: ThingId) -> None:
    closed(world)
    act(world, CRASH, "reopen", reason="A second train.")
    later(world, HOUR)
    act(world, CRASH, "resolve", reason="Paid again.")
    keep(world)
    assert now(world, drafted).recovery == ()
    assert len(closed(world).recovery) == 3
