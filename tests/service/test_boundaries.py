"""What was agreed before a crisis holds at the gate: strategies, and steps that come first."""

from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused
from service import message_view, submitting
from service.committing import GateRefused
from service.message_content import approvals, read
from service.world import World
from tests.service import test_messages as messages
from tests.service.test_messages import LATE, LAWYER, WRITER, act, drafted, put, state

prepared = messages.prepared
world = messages.world


def agreed(world: World, name: str, **said: Any) -> None:
    period = {"validFrom": "2020-01-01T00:00:00Z", "fromSession": "session/autumn"}
    kind = {"topic": name, "agreementKind": "boundary"}
    put(world, "Agreement", f"agreement/{name}", **kind, **period | said)
    world.catch_up()


@pytest.fixture
def officer(world: World) -> ThingId:
    put(world, "Person", "person/officer", memberOf="team/crisis-office")
    return ThingId("person/officer")


def reply(world: World, **changes: Any) -> ThingId:
    body = {"kind": "reply", "audience": "customer", "channel": "mail", "text": "We are sorry."}
    return drafted(world, **body | changes)


def refusals(world: World, message: ThingId) -> list[dict[str, Any]]:
    found: list[Any] = message_view.refusals(world, read(world.graph, message))
    return found


def test_a_strategy_that_was_ruled_out_does_not_go_out_and_says_what_rules_it_out(
    world: World,
) -> None:
    message = reply(world, strategies=["deny"])
    submitting.submit(world, message, WRITER)
    agreed(world, "no-blame", forbidsStrategy="deny")
    with pytest.raises(GateRefused) as refused:
        act(world, message, "publish")
    (result,) = refused.value.results
    assert (result.path, result.value) == ("usesStrategy", "agreement/no-blame")
    assert "agreement/no-blame of session/autumn is in force" in result.message
    assert result.cure.startswith("Say it another way")
    assert state(world, message) == "approved"


def test_another_strategy_goes_out_and_names_no_agreement(world: World) -> None:
    agreed(world, "no-blame", forbidsStrategy="deny")
    message = reply(world, strategies=["rebuild"])
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert world.graph.get(message, "boundBy") is None


def test_an_agreement_that_has_ended_binds_nobody(world: World) -> None:
    agreed(world, "old", forbidsStrategy="deny", validUntil="2021-01-01T00:00:00Z")
    message = reply(world, strategies=["deny"])
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert world.graph.get(message, "boundBy") == "agreement/old"


def test_a_step_is_asked_for_as_a_signature_and_lets_the_message_out(
    world: World, officer: ThingId
) -> None:
    agreed(world, "call-first", requiresStep="call-the-families", bindsKind=["reply"])
    message = reply(world)
    (before,) = refusals(world, message)
    assert before["value"] == "agreement/call-first"
    assert "before call-the-families was done" in before["message"]
    submitting.submit(world, message, WRITER)
    assert state(world, message) == "submitted"
    ((approval, shown),) = approvals(world.graph, message).items()
    assert shown["requirement"] == ("call-the-families",)
    assert shown["routedTo"] == ("team/crisis-office",)
    act(world, approval, "grant", Actor(id=officer, roles=LAWYER.roles))
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert world.graph.get(message, "boundBy") == "agreement/call-first"


def test_what_was_approved_before_the_agreement_waits_for_the_step(world: World) -> None:
    message = reply(world)
    submitting.submit(world, message, WRITER)
    agreed(world, "call-first", requiresStep="call-the-families", bindsKind=["reply"])
    with pytest.raises(GateRefused, match="before call-the-families was done"):
        act(world, message, "publish")


def test_a_step_that_the_graph_shows_is_not_asked_for(world: World) -> None:
    agreed(world, "staff", requiresStep="employees-first", bindsKind=["reply"])
    inside: dict[str, Any] = {
        "kind": "internal-message",
        "audience": "employees",
        "channel": "intranet",
    }
    told = drafted(world, **inside)
    submitting.submit(world, told, WRITER)
    world.catch_up()
    waiting = reply(world)
    assert [one["value"] for one in refusals(world, waiting)] == ["agreement/staff"]
    for approval, shown in approvals(world.graph, told).items():
        team = str(shown["routedTo"][0]).partition("/")[2]
        put(world, "Person", f"person/{team}", memberOf=f"team/{team}")
        signer = Actor(id=ThingId(f"person/{team}"), roles=LAWYER.roles | WRITER.roles)
        act(world, approval, "grant", signer)
    act(world, told, "publish")
    world.catch_up()
    assert refusals(world, waiting) == []
    submitting.submit(world, waiting, WRITER)
    act(world, waiting, "publish")
    assert state(world, waiting) == "live"


def test_nobody_signs_their_own_step(world: World) -> None:
    agreed(world, "call-first", requiresStep="call-the-families", bindsKind=["reply"])
    message = reply(world)
    submitting.submit(world, message, WRITER)
    world.catch_up()
    (approval,) = approvals(world.graph, message)
    with pytest.raises(ActRefused, match="wrote the text"):
        act(world, approval, "grant")


def test_other_kinds_and_other_incidents_are_not_bound(world: World) -> None:
    agreed(world, "call-first", requiresStep="call-the-families", bindsKind=["campaign"])
    assert refusals(world, reply(world, incident=LATE)) == []


@pytest.mark.parametrize(
    "said",
    [
        {"forbidsStrategy": "deny"},
        {"forbidsClaim": ["claim-topic/brakes"]},
        {"requiresStep": "call-the-families", "bindsKind": ["reply"]},
    ],
)
def test_what_is_agreed_after_a_message_went_out_keeps_nobody_from_keeping_its_promise(
    world: World, said: dict[str, Any]
) -> None:
    due = (world.clock.now() + timedelta(days=1)).isoformat()
    promise = {"sentence": "More by noon.", "due": due}
    claim = {"topic": "claim-topic/brakes", "polarity": "denied"}
    message = reply(world, strategies=["deny"], promises=[promise], claims=[claim])
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    agreed(world, "late", **said)
    (one,) = read(world.graph, message).promises
    act(world, one, "keep", note="On the website.")
    assert state(world, one) == "kept"
