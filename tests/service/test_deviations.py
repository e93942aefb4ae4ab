"""Deviations: other words are asked for, decided with a reason, and signed as exactly these."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import deviations, drafting, message_view, submitting
from service.clock import StoppedClock
from service.committing import ThingUnknown
from service.deviation_listing import Wanted, deviated_from, listed
from service.message_content import approvals, read
from service.sweep import sweep
from service.world import World
from tests.service import test_messages as messages
from tests.service.test_messages import (
    CHIEF,
    HURT,
    LAWYER,
    STRANGER,
    WRITER,
    act,
    drafted,
    put,
    said,
    state,
)

prepared = messages.prepared
world = messages.world
REPLY: dict[str, Any] = {
    "kind": "reply",
    "audience": "customer",
    "channel": "mail",
    "text": "I am so sorry that you lost your brother. Call me whenever you want.",
}
STATEMENT: dict[str, Any] = {
    "incident": HURT,
    "acknowledges_harm": True,
    "admission": "harm",
    "text": "People were hurt, and we do not know why yet.",
}


def asked(
    world: World,
    message: ThingId,
    actor: Actor = WRITER,
    *,
    team: str | None = None,
    instead_of: str = "holding-statement",
) -> ThingId:
    event = deviations.request(
        world, message, actor, reason="She mourns.", instead_of=instead_of, team=team
    )
    world.catch_up()
    return event.subject


def needs(world: World, message: ThingId) -> set[str]:
    world.catch_up()
    found = approvals(world.graph, message).values()
    return {str(one["requirement"][0]) for one in found if one["state"][0] == "requested"}


def test_the_team_above_the_requester_is_asked_by_the_deadline_of_its_tier(world: World) -> None:
    deviation = asked(world, drafted(world, **REPLY))
    shown = deviations.shown(world, deviation)
    assert shown["routedTo"] == ("team/executive",)
    assert shown["requester"] == (WRITER.id,)
    (row,) = world.due_now().queue(
        kinds=["deviation"], teams=[ThingId("team/executive")], after=None, limit=9
    )
    assert row.thing == deviation
    assert [one.due for one in row.deadlines] == [world.clock.now() + timedelta(hours=1)]


def test_a_granted_deviation_counts_as_the_signature_for_exactly_that_text(world: World) -> None:
    message = drafted(world, **STATEMENT)
    deviation = asked(world, message, team="team/legal")
    act(world, deviation, "grant", LAWYER, reason="It claims no cause.")
    submitting.submit(world, message, WRITER)
    assert "legal-approval" not in needs(world, message)
    assert world.graph.get(message, "underDeviation") == deviation
    act(world, message, "recall")
    other = said(**STATEMENT | {"text": "People were hurt, and it was the brakes."})
    drafting.edit(world, message, other, WRITER)
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)
    assert world.graph.get(message, "underDeviation") is None


def test_where_fault_is_admitted_legal_signs_the_message_itself(world: World) -> None:
    message = drafted(world, **STATEMENT | {"admission": "fault"})
    act(world, asked(world, message, team="team/legal"), "grant", LAWYER, reason="It is so.")
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)


def test_a_grant_of_a_team_that_has_nothing_to_sign_signs_nothing(world: World) -> None:
    message = drafted(world, **STATEMENT)
    act(world, asked(world, message, team="team/localisation"), "grant", CHIEF, reason="Kind.")
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)


def test_of_several_grants_the_one_that_was_asked_for_last_counts(world: World) -> None:
    message = drafted(world, **STATEMENT)
    act(world, asked(world, message, team="team/localisation"), "grant", CHIEF, reason="Kind.")
    last = asked(world, message, team="team/legal")
    act(world, last, "grant", LAWYER, reason="It claims no cause.")
    submitting.submit(world, message, WRITER)
    assert "legal-approval" not in needs(world, message)
    assert world.graph.get(message, "underDeviation") == last


def test_a_refusal_signs_nothing(world: World) -> None:
    message = drafted(world, **STATEMENT)
    deviation = asked(world, message, team="team/legal")
    act(world, deviation, "refuse", LAWYER, reason="Not yet.")
    assert state(world, deviation) == "refused"
    assert deviations.shown(world, deviation)["decisionReason"] == ("Not yet.",)
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)


def test_who_does_not_answer_is_passed_over_up_to_the_top(
    world: World, clock: StoppedClock
) -> None:
    deviation = asked(world, drafted(world, **REPLY), team="team/duty-officer")
    for team in ("team/crisis-office", "team/executive", "team/board"):
        clock.advance(clock.now() + timedelta(hours=2, seconds=1))
        sweep(world, clock.now())
        assert state(world, deviation) == "requested"
        assert world.graph.get(deviation, "routedTo") == team
    clock.advance(clock.now() + timedelta(hours=2, seconds=1))
    sweep(world, clock.now())
    assert state(world, deviation) == "lapsed"
    with pytest.raises(ActRefused, match="lapsed"):
        act(world, deviation, "grant", CHIEF, reason="Late.")


@pytest.mark.parametrize(
    ("team", "days"), [("team/executive", 7), ("team/board", 30), ("team/legal", 3)]
)
def test_a_grant_holds_as_long_as_the_policy_lets_the_tier_of_its_team(
    world: World, team: str, days: int
) -> None:
    deviation = asked(world, drafted(world, **REPLY), team=team)
    at = world.clock.now()
    member = {"team/board": "director", "team/legal": "lawyer"}.get(team, "chief")
    put(world, "Person", f"person/{member}", memberOf=team)
    granter = Actor(id=ThingId(f"person/{member}"), roles=CHIEF.roles)
    act(world, deviation, "grant", granter, reason="Kind.")
    world.catch_up()
    (end,) = deviations.shown(world, deviation)["validUntil"]
    assert datetime.fromisoformat(str(end)) == at + timedelta(days=days)


@pytest.mark.parametrize(("hours", "taken"), [(1, True), (-1, False), (7 * 24 + 1, False)])
def test_a_grant_may_end_earlier_and_never_later_or_in_the_past(
    world: World, hours: int, *, taken: bool
) -> None:
    deviation = asked(world, drafted(world, **REPLY))
    until = (world.clock.now() + timedelta(hours=hours)).isoformat()
    if not taken:
        with pytest.raises(ActRefused, match="is not between now and"):
            act(world, deviation, "grant", CHIEF, reason="Kind.", until=until)
        return
    act(world, deviation, "grant", CHIEF, reason="Kind.", until=until)
    world.catch_up()
    (end,) = deviations.shown(world, deviation)["validUntil"]
    assert datetime.fromisoformat(str(end)) == datetime.fromisoformat(until)


def test_a_grant_that_has_ended_signs_nothing(world: World, clock: StoppedClock) -> None:
    message = drafted(world, **STATEMENT)
    act(world, asked(world, message, team="team/legal"), "grant", LAWYER, reason="It is so.")
    clock.advance(clock.now() + timedelta(days=3))
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)
    assert world.graph.get(message, "underDeviation") is None


def test_what_was_approved_by_a_grant_does_not_go_out_once_it_has_ended(
    world: World, clock: StoppedClock
) -> None:
    message = drafted(world, **STATEMENT)
    until = (world.clock.now() + timedelta(hours=1)).isoformat()
    deviation = asked(world, message, team="team/legal")
    act(world, deviation, "grant", LAWYER, reason="It is so.", until=until)
    submitting.submit(world, message, WRITER)
    world.catch_up()
    clock.advance(clock.now() + timedelta(hours=1))
    found: list[Any] = message_view.refusals(world, read(world.graph, message))
    (over,) = [one for one in found if one["shape"] == "message-deviation-over"]
    assert (over["path"], over["value"]) == ("underDeviation", deviation)
    assert "ask for a deviation anew" in over["message"]


def test_lists_are_filtered_paged_and_counted(world: World) -> None:
    ours = [asked(world, drafted(world, **REPLY), instead_of="reply") for _ in range(3)]
    other = asked(world, drafted(world, **STATEMENT), team="team/legal")
    act(world, ours[0], "refuse", CHIEF, reason="No.")
    world.catch_up()

    def ids(**wanted: str) -> list[ThingId]:
        return listed(world, Wanted(**wanted), after="", limit=9)

    assert ids() == sorted([*ours, other])
    assert ids(state="refused") == [ours[0]]
    assert ids(team="team/legal") == [other]
    assert ids(incident=HURT) == [other]
    assert ids(incident=HURT, team="team/executive") == []
    first = listed(world, Wanted(), after="", limit=2)
    assert listed(world, Wanted(), after=first[-1], limit=9) == sorted([*ours, other])[2:]
    assert deviated_from(world, Wanted(), limit=9) == [
        {"deviatesFrom": "reply", "asked": 3, "states": {"refused": 1, "requested": 2}},
        {"deviatesFrom": "holding-statement", "asked": 1, "states": {"requested": 1}},
    ]
    assert deviated_from(world, Wanted(state="refused"), limit=9)[0] == {
        "deviatesFrom": "reply",
        "asked": 1,
        "states": {"refused": 1},
    }


def test_nobody_grants_their_own_and_no_stranger_does(world: World) -> None:
    message = drafted(world, **REPLY)
    deviation = asked(world, message, team="team/communications")
    with pytest.raises(ActRefused, match="request"):
        act(world, deviation, "grant", WRITER, reason="Mine.")
    with pytest.raises(ActRefused, match="for team/communications, or a team above it"):
        act(world, deviation, "grant", STRANGER, reason="Why not.")
    act(world, deviation, "grant", CHIEF, reason="It is kind.")
    assert state(world, deviation) == "granted"


@pytest.mark.parametrize("name", ["grant", "refuse"])
def test_a_decision_has_a_reason(world: World, name: str) -> None:
    deviation = asked(world, drafted(world, **REPLY))
    with pytest.raises(ActRefused, match="reason"):
        act(world, deviation, name, CHIEF)


def test_words_that_changed_meanwhile_are_not_granted(world: World) -> None:
    message = drafted(world, **REPLY)
    deviation = asked(world, message)
    drafting.edit(world, message, said(**REPLY | {"text": "Other words."}), WRITER)
    with pytest.raises(ActRefused, match="has changed since"):
        act(world, deviation, "grant", CHIEF, reason="It is kind.")
    assert state(world, asked(world, message)) == "requested"


def test_it_is_asked_once_of_a_draft_and_of_a_team_that_is_there(world: World) -> None:
    message = drafted(world, **REPLY)
    with pytest.raises(RecordInvalid, match="no team here"):
        asked(world, message, team="team/none")
    with pytest.raises(RecordInvalid, match="no team here"):
        asked(world, message, STRANGER.__class__(id=ThingId("person/new"), roles=WRITER.roles))
    with pytest.raises(RecordInvalid, match="no message here"):
        asked(world, message, instead_of="message/none")
    asked(world, message)
    with pytest.raises(ActRefused, match="asked about exactly these words already"):
        asked(world, message)
    submitting.submit(world, message, WRITER)
    with pytest.raises(ActRefused, match="no draft"):
        asked(world, message)
    with pytest.raises(ThingUnknown):
        asked(world, ThingId("message/none"))


def test_an_analyst_may_not_ask_and_the_bare_act_has_a_door(world: World) -> None:
    message = drafted(world, **REPLY)
    with pytest.raises(ActRefused, match="responder"):
        asked(world, message, Actor(id=WRITER.id, roles=frozenset({Role.ANALYST})))
    data: dict[str, Any] = {"digest": "0", "team": "team/legal", "within": "PT10M"}
    with pytest.raises(ActRefused, match="/v1/deviations"):
        act(world, ThingId("deviation/bare"), "request", **data)


def test_the_reason_falls_with_the_person_whom_the_words_are_for(world: World) -> None:
    put(world, "Customer", "customer/ann", displayName="Ann")
    deviation = asked(world, drafted(world, **REPLY, addressee="customer/ann"))
    assert deviations.shown(world, deviation)["askedBecause"] == ("She mourns.",)
    world.ledger.erase(
        ThingId("customer/ann"), actor=WRITER.id, id=world.ids("event"), reason="asked"
    )
    world.catch_up()
    assert "askedBecause" not in deviations.shown(world, deviation)
    proposes = ThingId(str(world.graph.get(deviation, "proposes")))
    assert read(world.graph, proposes).one("text") is None
