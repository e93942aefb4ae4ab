"""The console in process: what waits, the card, acts and their refusals, for each role."""

import re
from collections.abc import Callable

import pytest

from ontology.identity import ThingId
from service import desk
from service.acts import propose
from service.decision_bodies import DecisionRequest
from service.sweep import ITSELF
from service.world import World
from tests.conftest import Door, key_for
from tests.pages.signed_in import SignedIn, signed_in

Person = Callable[..., SignedIn]


@pytest.fixture
def person(world: World) -> Person:
    return lambda *roles, **more: signed_in(world, *roles, **more)


def decided(world: World, **asked: object) -> ThingId:
    made = desk.ask(world, DecisionRequest.model_validate(asked), ThingId("person/ada"))
    world.catch_up()
    return ThingId(made.event.id)


def hidden(text: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', text)
    assert found is not None
    return found[1]


def test_where_nothing_of_a_kind_waits_the_queue_says_so(person: Person) -> None:
    text = person("responder").get("/console?kind=decision").text
    assert "Nothing of this kind waits" in text
    assert 'href="/console"' in text


def test_a_decision_stands_in_the_queue_and_links_to_its_card(
    world: World, person: Person
) -> None:
    made = decided(world)
    text = person("responder").get("/console?kind=decision").text
    assert f'href="/console/{made}?kind=decision"' in text
    assert "1 waits" in text


def test_filters_stay_in_the_links(world: World, person: Person) -> None:
    decided(world)
    text = person("responder").get("/console?kind=decision&by=tier").text
    assert "?kind=decision&amp;by=tier" in text


@pytest.mark.parametrize(
    "query",
    ["rows=x", "rows=-1", "start=1e9", "start=99999999999999999999", "kind=%00", "team=☃", "by="],
)
def test_a_garbled_query_shows_a_queue_all_the_same(person: Person, query: str) -> None:
    assert person("responder").get(f"/console?{query}").status_code == 200


def test_accepting_leads_back_to_the_card_and_tells_the_outcome(
    world: World, person: Person
) -> None:
    made, who = decided(world), person("responder")
    text = who.get(f"/console/{made}").text
    form = {"once": hidden(text, "once"), "place": hidden(text, "place")}
    answer = who.post(f"/console/{made}/accept", **form)
    assert answer.status_code == 303
    assert "Done: accept" in who.get(answer.headers["Location"]).text
    again = who.post(f"/console/{made}/accept", **form)
    assert again.status_code == 303, "the same form twice counts once"


def test_who_is_second_is_told_who_was_first(world: World, person: Person) -> None:
    made, second = decided(world), person("responder", holder="person/lee")
    shown = second.get(f"/console/{made}").text
    person("responder").post(f"/console/{made}/accept", once="1", place="0")
    form = {"once": "2", "place": hidden(shown, "place"), "reason": "They are on the phone."}
    answer = second.post(f"/console/{made}/override", target="card", **form)
    assert answer.status_code == 409
    assert "ada was first: accept" in answer.text
    assert "They are on the phone." in answer.text, "what was typed is kept"
    assert world.due_now().get(made).state == "accepted"  # type: ignore[union-attr] # it is open


def test_an_open_card_tells_what_others_did_meanwhile(world: World, person: Person) -> None:
    made, who = decided(world), person("responder", holder="person/lee")
    assert "meanwhile" not in who.get(f"/console/{made}/since?at=0", target="x").text
    person("responder").post(f"/console/{made}/accept", once="1", place="0")
    assert "ada did this meanwhile" in who.get(f"/console/{made}/since?at=0", target="x").text


def test_a_missing_reason_is_said_beside_its_field(world: World, person: Person) -> None:
    made = decided(world)
    form = {"once": "1", "place": "0", "tier": "executive"}
    answer = person("responder").post(f"/console/{made}/override", **form)
    assert answer.status_code == 422
    assert "reason is missing" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<option value="executive" selected>' in answer.text


@pytest.mark.parametrize("within", ["soon", "-1", "P400D", "☃"])
def test_a_wrong_value_is_quoted(world: World, person: Person, within: str) -> None:
    made = decided(world)
    form = {"once": "1", "place": "0", "to": "legal", "within": within, "reason": "x"}
    answer = person("responder").post(f"/console/{made}/reroute", **form)
    assert answer.status_code == 422
    assert "no duration" in answer.text


def test_a_form_of_another_site_does_nothing(world: World, person: Person) -> None:
    made = decided(world)
    answer = person("responder").post(f"/console/{made}/accept", csrf="0" * 64, once="1")
    assert answer.status_code == 403
    assert world.due_now().get(made).state == "proposed"  # type: ignore[union-attr] # it is open


@pytest.mark.parametrize("path", ["decision/none", "person/ada", "decision/%20", "nothing/1"])
def test_what_does_not_exist_is_a_problem_page(person: Person, path: str) -> None:
    answer = person("responder").get(f"/console/{path}")
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_an_auditor_reads_and_is_offered_no_act(world: World, person: Person) -> None:
    text = person("auditor").get(f"/console/{decided(world)}").text
    assert "Why" in text
    assert '<form method="post" action="/console' not in text


def test_the_card_shows_an_analyst_no_more_than_the_api_does(
    world: World, door: Door, person: Person
) -> None:
    made = decided(world, customer="customer/1", text="My mother was on that train.")
    key = key_for(world, "person/kim", "analyst")
    bare = door.http.get(f"/v1/decisions/{made[9:]}/explanation", headers=bearer(key))
    assert bare.status_code == 403
    who = person("analyst")
    assert "about a customer" in who.get(f"/console/{made}").text
    for part in ("otherwise", "why-not"):
        assert who.get(f"/console/{made}/{part}").status_code == 403


@pytest.mark.parametrize("part", ["words", "alike", "otherwise", "why-not", "why-not?rule=surge"])
def test_each_part_is_a_page_without_scripts_and_a_part_with_them(
    world: World, person: Person, part: str
) -> None:
    who, made = person("responder"), decided(world)
    assert "<h1>" in who.get(f"/console/{made}/{part}").text
    assert "<h1>" not in who.get(f"/console/{made}/{part}", target="x").text


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_what_missed_its_deadline_stands_first_and_says_so(world: World, person: Person) -> None:
    other, missed = decided(world), decided(world)
    propose(world, thing=missed, kind="decision", act="lapse", data={}, actor=ITSELF)
    world.catch_up()
    text = person("responder").get("/console?kind=decision").text
    assert text.index(missed) < text.index(other)
    assert 'class="until late"' in text
    assert "1 overdue" in text
    assert missed in person("responder").get("/console?overdue=1").text


def test_an_alert_is_acknowledged_from_its_card(world: World, person: Person) -> None:
    thing, data = ThingId("alert/1"), {"reason": "42 posts where two are usual.", "tier": "board"}
    propose(world, thing=thing, kind="alert", act="raise", data=data, actor=ITSELF)
    world.catch_up()
    text = person("responder").get(f"/console/{thing}").text
    assert "42 posts where two are usual." in text
    form = {"once": hidden(text, "once"), "place": hidden(text, "place")}
    answer = person("responder").post(f"/console/{thing}/acknowledge", target="card", **form)
    assert "It is acknowledged now" in answer.text


def test_every_kind_that_waits_has_a_card(world: World, person: Person) -> None:
    who = person("responder", "governance")
    shown = {one.kind: one.thing for one in world.due_now().waiting()}
    assert {"incident", "guideline-version"} <= {*shown}
    for thing in shown.values():
        text = who.get(f"/console/{thing}").text
        assert "What is known" in text
        assert "What you may do" in text


def test_an_analyst_reads_of_a_record_only_what_the_api_shows(
    world: World, person: Person
) -> None:
    thing = next(one.thing for one in world.due_now().waiting() if one.kind == "guideline-version")
    assert "What is known" not in person("analyst").get(f"/console/{thing}").text


def test_the_address_of_a_form_leads_to_its_card(world: World, person: Person) -> None:
    made = decided(world)
    answer = person("responder").get(f"/console/{made}/override?kind=decision")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/console/{made}?kind=decision",
    )
