"""Shadows: a policy decides silently beside the active one, each decision once, nobody waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ontology.events import Draft, Event
from ontology.facts import Fact, Origin, catalogue
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.values import Value
from rules.policy import digest
from service import desk
from service.acts import propose
from service.clock import StoppedClock
from service.decision_bodies import DecisionRequest
from service.policy_sources import SourceUnknown
from service.shadow_fold import COMPARED, LOOKED, Shadow
from service.shadow_pair import Stand, standing
from service.shadow_report import report
from service.shadowing import Shadowing
from service.shadows import start
from service.sweep import sweep
from service.world import World
from tests.conftest import Door, key_for

OPERATOR = ThingId("person/operator")
GOVERNANCE = Actor(id=ThingId("person/ada"), roles=frozenset({Role.GOVERNANCE}))
TRAIN = ThingId("incident/2013-ny-train")
BEREAVED = {"system": "zendesk", "key": "1003"}
BOOK = "rules/books/shadowed.yaml"
RULE = """\
book: shadowed
stratum: escalate
owner: team/crisis-office
rules:
  - id: help-line-to-the-board
    reason: Tried out in silence.
    when:
      touchpoint: {id: touchpoint/help-line}
    then:
      - escalate: {tier: board, within: 5 minutes}
      - notify: [team/legal]
"""


def proposed(world: World) -> str:
    """A policy with one rule more, which nobody has agreed to."""
    active = world.policies.active
    assert active is not None
    files = {**world.policies.files(active), BOOK: RULE}
    named = ThingId("policy-proposal/tried-in-silence")
    content = {name: text.encode() for name, text in files.items()}
    draft = Draft(
        id=world.ids("event"),
        type="policy.proposed",
        subject=named,
        actor=GOVERNANCE.id,
        occurred_at=world.clock.now(),
        scopes=(Scope("policy"),),
        data={"digest": digest(content), "files": dict(files), "base": active, "reason": "Try."},
    )
    world.ledger.append([draft])
    world.catch_up()
    return named


@pytest.fixture
def shadow(world: World) -> Shadow:
    return begun(world)


def begun(world: World) -> Shadow:
    event = start(world, proposed(world), "P14D", "Who would be called?", GOVERNANCE)
    world.catch_up()
    found = world.shadows.get(event.subject)
    assert found is not None
    return found


def ask(world: World, **more: Any) -> Event:
    body = {"touchpoint": "touchpoint/help-line", "precedents": 0, **more}
    return desk.ask(world, DecisionRequest.model_validate(body), OPERATOR).event


def followed(world: World) -> int:
    shadowing = Shadowing(world)
    try:
        return shadowing.step()
    finally:
        shadowing.close()


def compared(world: World, kind: str = COMPARED) -> list[Event]:
    return [*world.ledger.read(types=(kind,), limit=1_000)]


def test_each_decision_is_compared_once_with_what_differs(world: World, shadow: Shadow) -> None:
    made = ask(world)
    followed(world)
    (event,) = compared(world)
    assert event.subject == shadow.id
    assert event.data["decision"] == made.id
    assert event.data["tiers"] == [made.data["tier"], "board"]
    differs = event.data["differs"]
    assert isinstance(differs, dict)
    assert differs["within"] == {"from": made.data["within"], "to": "PT5M"}
    assert differs["notifications"] == {"added": [{"team": "team/legal"}], "removed": []}


def test_a_decision_that_does_not_differ_is_kept_as_the_same(world: World, shadow: Shadow) -> None:
    ask(world, touchpoint="touchpoint/refunds")
    followed(world)
    (event,) = compared(world)
    assert event.data["same"] is True
    assert report(world, shadow)["different"]["count"] == 0  # type: ignore[index, call-overload]


def test_what_was_decided_before_or_after_is_not_compared(world: World) -> None:
    ask(world)
    shadow = begun(world)
    ask(world)
    propose(world, thing=shadow.id, kind="shadow", act="stop", data={}, actor=GOVERNANCE)
    ask(world)
    followed(world)
    assert len(compared(world)) == 1


def test_what_was_decided_before_the_end_is_compared_also_after_it(
    world: World, shadow: Shadow
) -> None:
    made = ask(world)
    propose(world, thing=shadow.id, kind="shadow", act="stop", data={}, actor=GOVERNANCE)
    followed(world)
    assert [event.data["decision"] for event in compared(world)] == [made.id]


def test_a_killed_worker_loses_and_doubles_nothing(
    world: World, shadow: Shadow, open_world: Callable[..., World]
) -> None:
    made = [ask(world) for _ in range(3)]
    followed(world)
    (world.settings.home / "shadows.json").unlink()  # the place was not kept in time
    made.append(ask(world))
    followed(open_world())
    assert [event.data["decision"] for event in compared(world)] == [one.id for one in made]
    assert shadow.state == "running"


def test_the_caller_gets_the_same_answer_with_a_shadow(world: World) -> None:
    before = ask(world)
    begun(world)
    after = ask(world)
    assert (before.data["tier"], before.data["policy"]) == (
        after.data["tier"],
        after.data["policy"],
    )


def test_a_shadow_raises_no_tier_and_alerts_nobody(world: World, shadow: Shadow) -> None:
    ask(world, incident=TRAIN)
    world.catch_up()
    standing_now = world.incidents.get(TRAIN)
    followed(world)
    world.catch_up()
    assert world.incidents.get(TRAIN) == standing_now
    assert standing_now is not None
    assert standing_now.tier != "board"
    assert {event.subject for event in compared(world)} == {shadow.id}


def test_what_differs_about_a_customer_goes_with_the_customer(
    world: World, shadow: Shadow
) -> None:
    made = ask(world, customer=BEREAVED)
    followed(world)
    customer = made.personal["decision"]
    world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    (event,) = compared(world)
    assert {"differs", "called"} <= event.erased
    found: dict[str, Any] = report(world, shadow)
    assert (found["decisions"], found["erased"]) == (1, 1)


def test_an_erased_decision_is_counted_and_not_guessed(world: World, shadow: Shadow) -> None:
    made = ask(world, customer=BEREAVED)
    customer = made.personal["decision"]
    world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    followed(world)
    found: dict[str, Any] = report(world, shadow)
    assert (found["decisions"], found["erased"], found["different"]["count"]) == (1, 1, 0)


def test_the_report_says_who_is_called_for_the_first_time(world: World, shadow: Shadow) -> None:
    ask(world)
    ask(world, touchpoint="touchpoint/refunds")
    followed(world)
    found: dict[str, Any] = report(world, shadow)
    legal = next(one for one in found["teams"] if one["team"] == "team/legal")
    assert legal["ways"]["needless"] == 1
    assert found["different"]["count"] == 1
    assert found["tiers"][-1]["shadow"] == "board"
    line = next(one for one in found["touchpoints"] if one["touchpoint"] == "touchpoint/help-line")
    assert line["raised"] == 1
    assert found["examples"][0]["shadow"] == "board"


def test_incidents_nobody_asks_about_are_looked_at(world: World, shadow: Shadow) -> None:
    followed(world)
    before = compared(world, LOOKED)
    followed(world)  # the same stretch of time, seen by another look
    assert compared(world, LOOKED) == before
    assert {event.data["incident"] for event in before} <= {i.id for i in world.incidents.all()}
    assert report(world, shadow)["looks"] == len(before)


def test_a_shadow_ends_when_its_time_is_over(world: World) -> None:
    event = start(world, proposed(world), "P1D", "One day.", GOVERNANCE)
    world.catch_up()
    sweep(world, world.clock.now() + timedelta(days=2))
    world.catch_up()
    found = world.shadows.get(event.subject)
    assert found is not None
    assert found.state == "expired"


def test_only_so_many_run_at_once(open_world: Callable[..., World]) -> None:
    world = open_world(shadows=0)
    with pytest.raises(ActRefused, match="the most"):
        start(world, proposed(world), "P1D", "One too many.", GOVERNANCE)


def test_the_same_policy_does_not_run_twice(world: World, shadow: Shadow) -> None:
    with pytest.raises(ActRefused, match="runs already"):
        start(world, shadow.digest, "P1D", "Again.", GOVERNANCE)


def test_the_active_policy_is_no_shadow(world: World) -> None:
    with pytest.raises(ActRefused, match="is the active policy"):
        start(world, "active", "P1D", "Nothing.", GOVERNANCE)


def test_a_shadow_that_runs_too_long_is_refused(world: World) -> None:
    with pytest.raises(ActRefused, match="92 days"):
        start(world, proposed(world), "P93D", "For ever.", GOVERNANCE)


def test_a_policy_of_no_name_is_refused(world: World) -> None:
    with pytest.raises(SourceUnknown):
        start(world, "policy-proposal/none", "P1D", "Nothing.", GOVERNANCE)


def test_over_http_a_shadow_is_started_shown_and_stopped(world: World, door: Door) -> None:
    body = {"policy": proposed(world), "within": "P14D", "reason": "Who would be called?"}
    once = {"Idempotency-Key": "shadow-1"}
    made = door.post("/v1/shadows", body, headers=once)
    assert made.status_code == 201, made.json
    again = door.post("/v1/shadows", body, headers=once)
    assert again.json == made.json
    ask(world)
    followed(world)
    path = made.headers["Location"]
    found = door.get(path).json
    assert found is not None
    assert (found["decisions"], found["different"]["count"]) == (1, 1)
    assert [one["id"] for one in door.get("/v1/shadows").json["items"]] == [found["id"]]  # type: ignore[index]
    assert door.post(f"{path}/acts", {"act": "stop"}).json["to"] == "stopped"  # type: ignore[index]
    assert door.post("/v1/shadows", {**body, "policy": "nobody"}).status_code == 422
    assert door.post("/v1/shadows", {**body, "within": "soon"}).status_code == 422
    assert door.get("/v1/shadows/none").status_code == 404
    frontline = Door(http=door.http, key=key_for(world, "person/finn", "responder"))
    assert frontline.post("/v1/shadows", body).status_code == 403


AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def incident(**values: Value) -> Fact:
    origin = Origin(source="triple", ref="incident/x")
    return catalogue().fact("incident", {"phase": "open", **values}, origin)


def stood(fact: Fact, own: Stand | None, hours: float) -> dict[str, Value]:
    (found,) = standing([fact], own, AT - timedelta(hours=hours), AT)
    return dict(found.values)


def test_a_tier_that_stood_before_the_shadow_began_stands_for_both() -> None:
    fact = incident(tier="executive", tier_age=timedelta(hours=3))
    assert stood(fact, None, 2)["tier"] == "executive"


def test_a_tier_that_the_active_policy_raised_since_is_not_the_shadows() -> None:
    fact = incident(tier="executive", tier_age=timedelta(hours=1))
    assert "tier" not in stood(fact, None, 2)


def test_a_tier_that_the_shadow_raised_stands_for_it_alone() -> None:
    own = Stand(tier="board", since=AT - timedelta(hours=1))
    found = stood(incident(), own, 2)
    assert (found["tier"], found["tier_age"]) == ("board", timedelta(hours=1))


def test_a_stand_down_by_a_person_holds_for_the_shadow() -> None:
    own = Stand(tier="board", since=AT - timedelta(hours=1))
    fact = incident(tier="specialist", tier_age=timedelta(minutes=5), stood_down=True)
    assert stood(fact, own, 2)["tier"] == "specialist"


def test_a_stopped_clock_looks_once_a_stretch_of_time(world: World, shadow: Shadow) -> None:
    clock = StoppedClock(world.clock.now())
    world.clock = clock  # type: ignore[misc]
    shadowing = Shadowing(world)
    shadowing.step()
    first = len(compared(world, LOOKED))
    clock.advance(clock.now() + timedelta(hours=1))
    shadowing.step()
    shadowing.close()
    assert len(compared(world, LOOKED)) >= first
    assert shadow.state == "running"
