"""Links: accounts that may be customers' are suggested by name; only a person joins the two."""

from typing import Any

import pytest

from ontology.identity import ExternalKey, ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from service.acts import propose, put_record
from service.linking import shown, suggest
from service.permissions import KEY_ROLES
from service.world import World
from tests.conftest import Door, key_for

SETTER = Actor(id=ATTUNE, roles=frozenset({*Role}))
ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.RESPONDER}))


@pytest.fixture
def account(world: World) -> ThingId:
    """An account that shows the name of a customer of the sample, with a slip of the finger."""
    event = put_record(
        world,
        type="Account",
        key=ExternalKey(system="mastodon", key="silas"),
        properties={
            "onPlatform": "platform/mastodon",
            "handle": "@silas@mastodon.example",
            "displayName": "Silas Trembley",
        },
        actor=SETTER,
    )
    world.catch_up()
    return event.subject


def suggested(world: World) -> list[dict[str, Any]]:
    suggest(world)
    found = (shown(world, one.thing, KEY_ROLES) for one in world.due_now().queue(kinds=("link",)))
    return [one for one in found if one is not None]


def one_of(world: World, account: ThingId) -> dict[str, Any]:
    return next(one for one in suggested(world) if one["account"]["id"] == account)


def accept(world: World, link: str) -> None:
    propose(
        world,
        thing=ThingId(link),
        kind="link",
        act="accept",
        data={"reason": "She gave the handle on the phone."},
        actor=ADA,
    )
    world.catch_up()


def test_alike_names_are_put_before_a_person_with_the_little_that_is_needed(
    world: World, account: ThingId
) -> None:
    link = one_of(world, account)
    assert link["account"]["name"] == "Silas Trembley"
    assert link["customer"]["name"] == "Silas Tremblay"
    assert link["by"] == "name"
    assert 85 <= link["score"] <= 100
    assert not {"email", "phone", "vulnerable"} & link["customer"].keys()


def test_nothing_is_joined_until_a_person_says_so(world: World, account: ThingId) -> None:
    one_of(world, account)
    assert world.graph.get(account, "accountOf") is None


def test_accepting_joins_the_two_in_one_step(world: World, account: ThingId) -> None:
    link = one_of(world, account)
    accept(world, link["id"])
    assert world.graph.get(account, "accountOf") == link["customer"]["id"]
    assert world.graph.get(account, "handle") == "@silas@mastodon.example"
    assert world.graph.state(ThingId(link["id"])) == "accepted"


def test_suggesting_twice_suggests_nothing_new(world: World, account: ThingId) -> None:
    link = one_of(world, account)
    again = suggest(world)
    assert again.new == 0
    assert again.known >= 1
    assert link["state"] == "suggested"


def test_a_rejected_pair_is_not_suggested_again(world: World, account: ThingId) -> None:
    link = one_of(world, account)
    propose(
        world,
        thing=ThingId(link["id"]),
        kind="link",
        act="reject",
        data={"reason": "Another Silas."},
        actor=ADA,
    )
    assert suggest(world).new == 0
    assert world.graph.get(account, "accountOf") is None


def test_only_one_of_two_links_of_an_account_can_be_accepted(
    world: World, account: ThingId
) -> None:
    put_record(
        world,
        type="Customer",
        key=ExternalKey(system="zendesk", key="5555"),
        properties={"displayName": "Silas Trembly"},
        actor=SETTER,
    )
    links = [one["id"] for one in suggested(world) if one["account"]["id"] == account]
    assert len(links) == 2
    accept(world, links[0])
    with pytest.raises(ActRefused, match="names a customer already"):
        accept(world, links[1])


def test_the_erasure_of_a_customer_takes_the_link_with_it(world: World, account: ThingId) -> None:
    link = one_of(world, account)
    customer = ThingId(link["customer"]["id"])
    world.ledger.erase(customer, actor=ADA.id, id="event/erase-1", reason="Asked for.")
    world.catch_up()
    after = shown(world, ThingId(link["id"]), KEY_ROLES)
    assert after is not None
    assert "customer" not in after
    assert {"field": "customer", "why": "erased"} in after["withheld"]  # type: ignore[operator] # a list
    with pytest.raises(ActRefused, match="not there any more"):
        accept(world, link["id"])


def test_who_may_not_read_of_people_gets_no_link(
    world: World, door: Door, account: ThingId
) -> None:
    link = one_of(world, account)["id"].partition("/")[2]
    key = key_for(world, "person/tess", "trainer")
    headers = {"Authorization": f"Bearer {key}"}
    assert door.http.get(f"/v1/links/{link}", headers=headers).status_code == 403
    assert door.get(f"/v1/links/{link}").get_json()["customer"]["name"] == "Silas Tremblay"
    assert door.get("/v1/links/none").status_code == 404
