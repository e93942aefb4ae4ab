"""After a customer is erased, no decision about them tells anything that was personal."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from knowledge.packing import unpacked
from knowledge.refusals import Erased
from ontology.identity import ExternalKey, ThingId
from ontology.lifecycle import Actor, Role
from service import desk
from service.recording import put_record
from service.webhooks import message
from service.world import World
from tests.conftest import Door

WHO = ExternalKey(system="zendesk", key="erase-me")
SETTER = Actor(id=ThingId("person/setter"), roles=frozenset({*Role}))
ASKED = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "erase-me"},
    "facts": {"request": {"kind": "reply", "audience": "customer"}},
}


@pytest.fixture
def customer(world: World) -> ThingId:
    told: dict[str, Any] = {"displayName": "Ada", "bereaved": True, "vulnerable": True}
    return put_record(world, type="Customer", key=WHO, properties=told, actor=SETTER).subject


def _erase(world: World, customer: ThingId) -> None:
    world.ledger.erase(
        customer, actor=SETTER.id, id=world.ids("event"), reason="The customer asked."
    )


def _bytes(home: Path) -> bytes:
    """Every recorded body as it lies on disk."""
    with sqlite3.connect(home / "ledger.db") as database:
        rows = database.execute("select body from events where type = 'decision.made'")
        return b"\n".join(unpacked(bytes(body)) for (body,) in rows)


@pytest.mark.usefixtures("customer")
def test_facts_of_a_customer_lie_sealed_in_the_ledger(door: Door, world: World) -> None:
    body = door.post("/v1/decisions", ASKED).get_json()
    assert any(one["values"].get("bereaved") for one in body["decision"]["facts"])
    assert b"bereaved" not in _bytes(world.settings.home)


def test_facts_stated_of_a_customer_nobody_knows_lie_sealed_too(door: Door, world: World) -> None:
    asked = ASKED | {"customer": {"system": "zendesk", "key": "never-seen"}}
    door.post("/v1/decisions", asked | {"facts": {"customer": {"bereaved": True}}})
    assert b"bereaved" not in _bytes(world.settings.home)


def test_a_decision_about_an_erased_customer_shows_nothing_of_them(
    door: Door, world: World, customer: ThingId
) -> None:
    link = door.post("/v1/decisions", ASKED).get_json()["links"]["self"]
    _erase(world, customer)
    for path in (link, "/v1/decisions"):
        answer = door.get(path)
        assert answer.status_code == 200
        assert "bereaved" not in answer.get_data(as_text=True)
    shown = door.get(link).get_json()
    assert shown["decision"] is None
    assert shown["erased"] == ["decision", "facts"]
    assert shown["tier"] in desk.TIERS


def test_a_decision_about_an_erased_customer_cannot_be_explained_or_made_again(
    door: Door, world: World, customer: ThingId
) -> None:
    links = door.post("/v1/decisions", ASKED).get_json()["links"]
    _erase(world, customer)
    for answer in (door.get(links["explanation"]), door.post(links["replay"])):
        assert answer.status_code == 410
        assert answer.get_json()["type"].endswith("/erased")


def test_an_idempotency_key_does_not_bring_an_erased_decision_back(
    door: Door, world: World, customer: ThingId
) -> None:
    headers = {"Idempotency-Key": "once-more"}
    door.post("/v1/decisions", ASKED, headers=headers)
    _erase(world, customer)
    assert door.post("/v1/decisions", ASKED, headers=headers).status_code == 410


def test_a_decision_after_the_erasure_is_made_without_what_was_known(
    door: Door, world: World, customer: ThingId
) -> None:
    _erase(world, customer)
    answer = door.post("/v1/decisions", ASKED)
    assert answer.status_code == 201
    assert "bereaved" not in json.dumps(answer.get_json()["decision"]["facts"])


def test_webhooks_are_told_the_tier_but_none_of_the_facts(
    door: Door, world: World, customer: ThingId
) -> None:
    body = door.post("/v1/decisions", ASKED).get_json()
    event = world.ledger.by_id(body["id"])
    assert event is not None
    told = message(event)
    assert b'"tier"' in told
    assert b"bereaved" not in told
    _erase(world, customer)
    with pytest.raises(Erased, match=str(customer)):
        desk.replay(world, world.ledger.by_id(body["id"]) or event)


def test_the_tree_still_verifies_after_the_erasure(
    door: Door, world: World, customer: ThingId
) -> None:
    door.post("/v1/decisions", ASKED)
    _erase(world, customer)
    assert world.ledger.verify(lambda *_: None).ok
