"""Cases: put together from the ledger, checked by two people, found only then, taken back."""

import numpy as np
import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service import desk
from service.acts import propose
from service.case_keeping import keep, write
from service.cases import LEDGER, Case, case_of, content
from service.decision_bodies import DecisionRequest
from service.queue_listing import waiting
from service.world import World
from tests.service.test_debriefs import (
    CHIEF,
    CRASH,
    HOUR,
    act,
    hold,
    later,
    prepared,
    resolved,
    world,
)

__all__ = ["prepared", "world"]

TRAINER = Actor(id=ThingId("person/tess"), roles=frozenset({Role.TRAINER}))
LAWYER = Actor(id=ThingId("person/lea"), roles=frozenset({Role.LEGAL}))


@pytest.fixture
def drafted(world: World) -> ThingId:
    """The case of an incident that was decided on and resolved."""
    world.perception.precedents()._embed = lambda texts: np.eye(  # noqa: SLF001 - no model here
        len(texts), 384, dtype=np.float32
    )
    world.graph.get(CRASH, "name")
    desk.ask(world, DecisionRequest(incident=CRASH, precedents=0), CHIEF.id)
    later(world, HOUR)
    act(world, CRASH, "resolve", reason="Mr Miller was called at +1 914 555 0190; all is paid.")
    keep(world)
    return case_of(world, CRASH)


def now(world: World, thing: ThingId) -> Case:
    found = content(world, thing)
    assert found is not None
    return found


def did(world: World, thing: ThingId, name: str, actor: Actor, **data: str) -> None:
    propose(world, thing=thing, kind="precedent", act=name, data=data, actor=actor)
    world.catch_up()


def checked(world: World, thing: ThingId) -> None:
    digest = now(world, thing).digest
    did(world, thing, "check-anonymity", TRAINER, digest=digest)
    did(world, thing, "check-privilege", LAWYER, digest=digest)


def searched(world: World) -> int:
    keep(world)
    world.perception.precedents().catch_up()
    return len(world.perception.precedents())


def test_a_case_tells_what_happened_and_names_nobody(world: World, drafted: ThingId) -> None:
    case = now(world, drafted)
    assert case.outcome is not None
    assert "[name 1]" in case.outcome
    assert "Miller" not in str(case.to_json())
    assert "0190" not in str(case.to_json())
    assert case.timeline[0].after == "PT0S"
    assert case.result == "recovered"
    assert case.tier is not None


def test_its_id_does_not_tell_which_incident_it_is_of(drafted: ThingId) -> None:
    assert "crash" not in drafted


def test_it_is_found_only_once_two_people_have_checked_it(world: World, drafted: ThingId) -> None:
    assert searched(world) == 0
    digest = now(world, drafted).digest
    did(world, drafted, "check-anonymity", TRAINER, digest=digest)
    assert searched(world) == 0
    did(world, drafted, "check-privilege", LAWYER, digest=digest)
    assert searched(world) == 1
    assert world.perception.precedents().get(drafted).source == LEDGER  # type: ignore[union-attr]


def test_nobody_checks_both(world: World, drafted: ThingId) -> None:
    digest = now(world, drafted).digest
    did(world, drafted, "check-anonymity", CHIEF, digest=digest)
    with pytest.raises(ActRefused, match="somebody else"):
        did(world, drafted, "check-privilege", CHIEF, digest=digest)


def test_a_check_of_another_text_does_not_count(world: World, drafted: ThingId) -> None:
    with pytest.raises(ActRefused, match="you have read"):
        did(world, drafted, "check-anonymity", TRAINER, digest="0" * 64)


def test_a_corrected_text_is_checked_again_by_somebody_else(
    world: World, drafted: ThingId
) -> None:
    checked(world, drafted)
    assert searched(world) == 1
    write(world, drafted, {"lesson": "Call Ms Perez first."}, "It lacked one.", TRAINER)
    world.catch_up()
    assert world.graph.state(drafted) == "drafted"
    assert "Perez" not in str(now(world, drafted).lesson)
    assert searched(world) == 0
    with pytest.raises(ActRefused, match="wrote this text"):
        did(world, drafted, "check-anonymity", TRAINER, digest=now(world, drafted).digest)


def test_the_lesson_of_the_debrief_flows_in_once(world: World, drafted: ThingId) -> None:
    hold(world, lesson="Name a deputy for every night.")
    assert keep(world) == 1
    assert now(world, drafted).lesson == "Name a deputy for every night."
    write(world, drafted, {"lesson": "Name two deputies."}, "Better.", TRAINER)
    assert keep(world) == 0
    assert now(world, drafted).lesson == "Name two deputies."


def test_withdrawn_held_and_reopened_cases_are_not_found(world: World, drafted: ThingId) -> None:
    checked(world, drafted)
    did(world, drafted, "withdraw", LAWYER, reason="The family has asked for it.")
    assert searched(world) == 0
    did(world, drafted, "hold", LAWYER, reason="The case before the court.")
    with pytest.raises(ActRefused):
        write(world, drafted, {"lesson": "Other."}, "No.", TRAINER)
    did(world, drafted, "release", LAWYER, reason="Settled.")
    checked(world, drafted)
    assert searched(world) == 1
    act(world, CRASH, "reopen", reason="A second train.")
    assert world.graph.state(drafted) == "reopened"
    assert searched(world) == 0


def test_a_case_is_put_together_anew_when_the_incident_is_resolved_again(
    world: World, drafted: ThingId
) -> None:
    act(world, CRASH, "reopen", reason="A second train.")
    later(world, HOUR)
    resolved(world)
    keep(world)
    assert world.graph.state(drafted) == "drafted"
    assert now(world, drafted).result == "mixed"


def test_what_a_case_says_reads_back_whole(world: World, drafted: ThingId) -> None:
    case = now(world, drafted)
    assert Case.of(case.to_json()) == case


def test_a_decision_keeps_how_many_cases_are_like_it_outside_its_digest(
    world: World, drafted: ThingId
) -> None:
    checked(world, drafted)
    keep(world)
    asked = DecisionRequest(incident=CRASH, text=now(world, drafted).text)
    first = desk.ask(world, asked.model_copy(update={"precedents": 0}), CHIEF.id)
    made = desk.ask(world, asked, CHIEF.id)
    assert made.alike.count == {"count": 1, "or_more": False}
    assert [hit.precedent.id for hit in made.alike.hits] == [drafted]
    assert (first.event.data.get("similar"), made.event.data["similar"]) == (
        None,
        made.alike.count,
    )
    assert "similar" not in made.decision.to_json()
    assert desk.replay(world, made.event).identical
    seen = [waiting(world, one, ()) for one in world.due_now().queue(["decision"])]
    counts = {one["thing"]: one["similar"] for one in seen}
    assert (counts[first.event.id], counts[made.event.id]) == (None, made.alike.count)


def test_the_answer_to_a_repeated_request_has_the_cases_again(
    world: World, drafted: ThingId
) -> None:
    checked(world, drafted)
    keep(world)
    asked = DecisionRequest(text=now(world, drafted).text)
    made = desk.ask(world, asked, CHIEF.id, idempotency="once")
    again = desk.ask(world, asked, CHIEF.id, idempotency="once")
    assert (again.event.id, again.alike) == (made.event.id, made.alike)
