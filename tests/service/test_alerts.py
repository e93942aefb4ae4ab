"""Alerts with context: once a cause, as far as role and agreement permit, gone with erasure."""

from collections.abc import Callable
from typing import Any

import pytest

from knowledge.ledger import Ledger
from ontology.events import Json
from ontology.identity import ExternalKey, ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from service import desk, intake
from service.acts import propose, put_record
from service.alert_cases import LISTENER
from service.alert_listing import shown
from service.alerting import Alerting
from service.alerts import SUPPRESSED, Alert
from service.decision_bodies import DecisionRequest
from service.permissions import KEY_ROLES
from service.signal_bodies import SignalIn
from service.world import World
from tests.conftest import Door, key_for

OPERATOR = ThingId("person/operator")
SETTER = Actor(id=ATTUNE, roles=frozenset({*Role}))
BEREAVED = {"system": "zendesk", "key": "1003"}
TOBIAS = {"system": "twitter", "key": "tobias_rides"}


def ask(world: World, **more: Any) -> ThingId:
    body = {
        "incident": "incident/2013-ny-train",
        "customer": BEREAVED,
        "facts": {"request": {"kind": "reply"}},
        **more,
    }
    request = DecisionRequest.model_validate(body)
    return ThingId(desk.ask(world, request, OPERATOR).event.id)


def post(world: World, number: int, text: str = "The derailment was terrible.") -> None:
    heard = SignalIn.model_validate(
        {
            "id": f"p{number}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": world.clock.now(),
            "text": text,
            "author": TOBIAS,
        }
    )
    intake.take(world, [intake.read(world, heard)], actor=OPERATOR)


def follow(world: World) -> list[Alert]:
    alerting = Alerting(world)
    alerting.step()
    alerting.close()
    return [*world.alerts_now().newest()]


def seen(world: World, alert: Alert, *roles: Role) -> dict[str, Any]:
    return shown(world, alert, frozenset(roles) or KEY_ROLES)


def why(context: dict[str, Any]) -> dict[str, str]:
    return {one["field"]: one["why"] for one in context["withheld"]}


def act(world: World, alert: ThingId, name: str, who: str = "ada", **data: Json) -> None:
    actor = Actor(id=ThingId(f"person/{who}"), roles=frozenset({Role.RESPONDER}))
    propose(world, thing=alert, kind="alert", act=name, data=data, actor=actor)


def test_a_decision_about_a_bereaved_customer_alerts_the_team_that_answers(world: World) -> None:
    decision = ask(world)
    (alert,) = follow(world)
    assert (alert.decision, alert.team, alert.state) == (decision, "team/care-desk", "raised")
    assert alert.count == 1


def test_the_same_cause_is_one_alert_with_a_count(world: World) -> None:
    for _ in range(3):
        ask(world)
    (alert,) = follow(world)
    assert alert.count == 3


def test_following_twice_or_from_another_worker_changes_nothing(
    world: World, open_world: Callable[..., World]
) -> None:
    ask(world)
    before = follow(world)
    (world.settings.home / "alerts.json").unlink()
    other = open_world()
    assert follow(other) == before


def test_a_post_of_a_known_customer_alerts_with_a_decision_of_its_own(world: World) -> None:
    post(world, 1)
    (alert,) = follow(world)
    context = seen(world, alert)
    assert context["post"]["text"] == "The derailment was terrible."
    assert context["place"]["id"] == "touchpoint/public-posts"
    made = world.ledger.by_id(str(alert.decision))
    assert made is not None
    assert made.actor == LISTENER


def test_a_post_of_a_stranger_alerts_nobody(world: World) -> None:
    heard = SignalIn.model_validate(
        {
            "id": "s1",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": world.clock.now(),
            "text": "What a derailment",
            "author": {"system": "twitter", "key": "stranger"},
        }
    )
    intake.take(world, [intake.read(world, heard)], actor=OPERATOR)
    assert follow(world) == []


def test_the_context_has_who_history_what_is_like_it_and_what_to_do(world: World) -> None:
    ask(world)
    context = seen(world, follow(world)[0])
    assert context["customer"]["bereaved"] is True
    assert context["customer"]["segment"].startswith("segment/")
    assert set(context["cases"]) == {"open", "items"}
    assert "incident/2013-ny-train" in {one["id"] for one in context["history"]["incidents"]}
    assert context["similar"]["cases"] > 0
    assert context["recommended"]["tier"] == "specialist"
    assert "human-contact" in {one["name"] for one in context["recommended"]["requirements"]}
    assert any("bereaved" in one["reason"] for one in context["recommended"]["reasons"])


def test_an_alert_never_carries_what_nobody_needs_to_answer(world: World) -> None:
    ask(world)
    context = seen(world, follow(world)[0])
    assert not {"email", "phone"} & context["customer"].keys()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.TRAINER])
def test_who_may_not_read_of_people_learns_nothing_of_the_person(world: World, role: Role) -> None:
    post(world, 1)
    (alert,) = follow(world)
    context = seen(world, alert, role)
    assert not {"customer", "cases", "consent", "history", "post"} & context.keys()
    assert context["recommended"]["reasons"] == []
    assert why(context)["customer"] == "role"
    assert alert.about is not None
    assert alert.about.customer not in str(context)


def agree(world: World, *fields: str, suspended: bool = False) -> ThingId:
    """A customer under an agreement that permits these fields, and a decision about them."""
    properties: dict[str, Json] = {
        "topic": "crm-data",
        "agreementKind": "protocol",
        "validFrom": "2013-01-01T00:00:00Z",
        "permitsField": [*fields],
        "permitsPurpose": ["crisis-response"],
        "suspended": suspended,
    }
    agreement = ThingId("agreement/crm-data")
    put_record(world, type="Agreement", id=agreement, properties=properties, actor=SETTER)
    put_record(
        world,
        type="Customer",
        key=ExternalKey(system="zendesk", key="9001"),
        properties={
            "displayName": "Orla Fenwick",
            "vulnerable": True,
            "inSegment": "segment/commuters",
            "reliesOn": [agreement],
        },
        actor=SETTER,
    )
    world.catch_up()
    ask(world, customer={"system": "zendesk", "key": "9001"})
    return agreement


def test_a_field_that_the_agreement_does_not_permit_is_withheld_by_name(world: World) -> None:
    agreement = agree(world, "displayName", "inSegment")
    context = seen(world, follow(world)[0])
    assert context["customer"]["name"] == "Orla Fenwick"
    assert "vulnerable" not in context["customer"]
    assert why(context)["customer.vulnerable"] == agreement
    assert why(context)["cases"] == agreement


def test_reasons_do_not_tell_what_the_agreement_withholds(world: World) -> None:
    agreement = agree(world, "displayName")
    context = seen(world, follow(world)[0])
    assert why(context)["recommended.reasons"] == agreement
    assert "vulnerable" not in str(context["recommended"]["reasons"])


def test_a_suspended_agreement_permits_nothing(world: World) -> None:
    agreement = agree(world, "displayName", "inSegment", "vulnerable", "case", suspended=True)
    context = seen(world, follow(world)[0])
    assert set(context["customer"]) == {"id"}
    assert set(why(context).values()) - {"not in time"} == {agreement}


def test_the_author_of_a_post_counts_but_its_fields_are_the_feeds(world: World) -> None:
    post(world, 1)
    stands = world.graph.properties(ThingId("agreement/twitter-data"))
    assert "author" not in stands["permitsField"]
    context = seen(world, follow(world)[0])
    assert set(context["post"]) >= {"id", "posted_at", "text"}


def test_erasing_the_customer_takes_them_out_of_the_alert(world: World) -> None:
    post(world, 1)
    (alert,) = follow(world)
    assert alert.about is not None
    customer = alert.about.customer
    world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    world.catch_up()
    (after,) = world.alerts_now().newest()
    context = seen(world, after)
    assert not {"customer", "cases", "history", "post"} & context.keys()
    assert why(context)["customer"] == "erased"
    assert "reasons" not in context["recommended"]


def test_a_worker_that_starts_after_an_erasure_sees_the_same(
    world: World, open_world: Callable[..., World]
) -> None:
    post(world, 1)
    (alert,) = follow(world)
    assert alert.about is not None
    customer = alert.about.customer
    world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    other = open_world()
    (after,) = other.alerts_now().newest()
    assert (after.about, after.erased) == (None, True)
    raised = next(one for one in events(other.ledger) if one.subject == alert.id)
    assert customer not in str(raised.data)


def events(ledger: Ledger) -> list[Any]:
    return [*ledger.read(0, types=("thing.acted", SUPPRESSED, "alert.repeated"), limit=10_000)]


def test_an_alert_for_executives_takes_two_people_to_acknowledge(world: World) -> None:
    ask(world, facts={"request": {"kind": "reply"}, "incident": {"harm": "death"}})
    alert = follow(world)[0]
    if alert.persons == 1:
        alert = two_people(world)
    act(world, alert.id, "acknowledge", "ada")
    assert world.alerts_now().get(alert.id).state in {"raised", "escalated"}  # type: ignore[union-attr] # it is there
    with pytest.raises(ActRefused, match="did so already"):
        act(world, alert.id, "acknowledge", "ada")
    act(world, alert.id, "acknowledge", "ben")
    after = world.alerts_now().get(alert.id)
    assert after is not None
    assert (after.state, after.seen_by) == ("acknowledged", ("person/ada", "person/ben"))


def two_people(world: World) -> Alert:
    """An alert at the board's tier, raised by an analyst."""
    analyst = Actor(id=ThingId("person/ana"), roles=frozenset({Role.ANALYST}))
    data: dict[str, Json] = {"tier": "board", "persons": 2, "team": "team/board"}
    thing = ThingId("alert/by-hand")
    propose(world, thing=thing, kind="alert", act="raise", data=data, actor=analyst)
    found = world.alerts_now().get(thing)
    assert found is not None
    return found


def test_what_goes_to_the_board_cannot_be_snoozed(world: World) -> None:
    alert = two_people(world)
    with pytest.raises(ActRefused, match="never put off"):
        act(world, alert.id, "snooze", within="PT1H", reason="Later.")


def test_a_snooze_has_a_reason_and_ends_within_a_day(world: World) -> None:
    ask(world)
    (alert,) = follow(world)
    with pytest.raises(ActRefused, match="24 hours"):
        act(world, alert.id, "snooze", within="P2D", reason="Holiday.")
    with pytest.raises(ActRefused, match="reason is missing"):
        act(world, alert.id, "snooze", within="PT1H")
    act(world, alert.id, "snooze", within="PT1H", reason="Call at six.")
    after = world.alerts_now().get(alert.id)
    assert after is not None
    assert after.snoozed(world.clock.now())


def test_what_repeats_a_snoozed_alert_is_logged_with_why(world: World) -> None:
    ask(world)
    (alert,) = follow(world)
    act(world, alert.id, "snooze", within="PT1H", reason="Call at six.")
    decision = ask(world)
    (after,) = follow(world)
    assert after.held == {"snoozed": 1}
    (logged,) = world.ledger.read(0, types=(SUPPRESSED,))
    assert logged.data["decision"] == decision
    assert logged.data["why"] == "snoozed"


def test_beyond_the_budget_low_alerts_are_bundled_and_each_is_named(
    open_world: Callable[..., World],
) -> None:
    world = open_world(alerts_per_person_hour=0.01)
    decisions = [ask(world, customer={"system": "zendesk", "key": k}) for k in ("1003", "1009")]
    alerts = follow(world)
    bundles = [one for one in alerts if one.bundle]
    assert len(alerts) == len(bundles)
    assert set(seen(world, bundles[0])["members"]) <= set(decisions)
    assert sum(one.held["over-budget"] for one in bundles) == len(
        world.ledger.read(0, types=(SUPPRESSED,))
    )


def test_the_doors_list_filter_page_and_show(world: World, door: Door) -> None:
    post(world, 1)
    ask(world, customer={"system": "zendesk", "key": "1009"})
    follow(world)
    first = door.get("/v1/alerts?limit=1").get_json()
    assert len(first["items"]) == 1
    second = door.get(f"/v1/alerts?limit=1&cursor={first['cursor']}").get_json()
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert door.get("/v1/alerts?tier=board").get_json()["items"] == []
    link = first["items"][0]["links"]["self"]
    assert door.get(link).get_json()["id"] == first["items"][0]["id"]
    assert door.get("/v1/alerts/none").status_code == 404
    assert door.get("/v1/alerts?state=asleep").status_code == 422
    loads = door.get("/v1/alerts/load").get_json()["items"]
    assert {one["team"] for one in loads} >= {"team/care-desk"}
    assert all(one["on_shift"] >= 0 and one["budget"] > 0 for one in loads)


def test_a_line_of_the_list_says_nothing_of_a_person(world: World, door: Door) -> None:
    post(world, 1)
    (alert,) = follow(world)
    key = key_for(world, "person/ana", "analyst")
    answer = door.http.get("/v1/alerts", headers={"Authorization": f"Bearer {key}"})
    assert alert.about is not None
    assert alert.about.customer not in answer.text
    assert "Tobias" not in answer.text


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "=HYPERLINK('http://evil.example')", "\u202eevil", "{{7*7}}"],
)
def test_hostile_words_stay_words(world: World, door: Door, text: str) -> None:
    post(world, 1, text)
    (alert,) = follow(world)
    answer = door.get(f"/v1/alerts/{alert.id.partition('/')[2]}")
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.get_json()["post"]["text"] == text
