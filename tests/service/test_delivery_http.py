"""Webhooks as their keeper sees them, over HTTP."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient

from ontology.events import Draft
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.app import create
from service.delivery import Outbox
from service.issuing import Issuer
from service.world import World

URL = "https://hooks.example.com/attune"


class Keeper:
    """An admin at the door of a world."""

    def __init__(self, world: World) -> None:
        issuer = Issuer(world.ledger, world.keys, actor=ATTUNE, ids=world.ids, now=world.clock.now)
        _, key = issuer.create(ThingId("person/ada"), ["admin"])
        self.http: FlaskClient = create(world.settings, world=world).test_client()
        self.headers = {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str = "", body: object = None) -> Any:
        return self.http.open(
            f"/v1/webhooks{path}", method=method, json=body, headers=self.headers
        )


@pytest.fixture
def keeper(bare: World) -> Keeper:
    return Keeper(bare)


@pytest.fixture
def box(bare: World) -> Iterator[Outbox]:
    with closing(Outbox(bare, schedule=())) as one:
        yield one


def local(answer: Any) -> str:
    return str(answer.json["id"]).partition("/")[2]


def test_the_secret_is_shown_once_when_a_webhook_is_made(keeper: Keeper) -> None:
    made = keeper.call("POST", body={"url": URL, "types": ["decision.made"]})
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    (shown,) = keeper.call("GET").json["items"]
    assert shown == {name: value for name, value in made.json.items() if name != "secret"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "http://127.0.0.1/"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": URL, "types": ["key.created"]}, "/types/0"),
        ({"url": URL, "types": ["decision.made", "everything"]}, "/types/1"),
        ({"types": []}, "/url"),
        ({"url": URL, "colour": "red"}, "/colour"),
    ],
)
def test_a_webhook_that_won_t_do_is_refused(
    keeper: Keeper, body: dict[str, Any], pointer: str
) -> None:
    answer = keeper.call("POST", body=body)
    assert answer.status_code == 422
    assert any(pointer in fault["pointer"] for fault in answer.json["errors"])


def test_a_removed_webhook_is_gone(keeper: Keeper) -> None:
    made = keeper.call("POST", body={"url": URL})
    assert keeper.call("DELETE", f"/{local(made)}").status_code == 200
    assert keeper.call("DELETE", f"/{local(made)}").status_code == 404
    assert keeper.call("GET").json["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/never", None),
        ("GET", "/never/deliveries", None),
        ("POST", "/never/redeliver", {"event": 1}),
        ("DELETE", "/..%00", None),
    ],
)
def test_a_webhook_that_is_not_there_is_not_found(
    keeper: Keeper, method: str, path: str, body: object
) -> None:
    assert keeper.call(method, path, body).status_code == 404


def test_what_became_of_a_delivery_is_told_and_it_can_be_asked_for_again(
    keeper: Keeper, bare: World, box: Outbox
) -> None:
    made = keeper.call("POST", body={"url": "https://attune-no-such-host.invalid/"})
    draft = Draft(
        id="event/a",
        type="decision.made",
        subject=ThingId("decision/a"),
        actor=ATTUNE,
        occurred_at=bare.clock.now(),
        data={},
        governed=False,
    )
    event = bare.ledger.append([draft])[0]
    assert box.step() == 1
    (dead,) = keeper.call("GET", f"/{local(made)}/deliveries").json["items"]
    assert (dead["outcome"], dead["event"], dead["attempt"]) == ("dead", event.sequence, 1)
    assert "no address" in dead["error"]
    again = keeper.call("POST", f"/{local(made)}/redeliver", {"event": event.sequence})
    assert again.status_code == 202
    assert box.step() == 1


def test_what_can_not_be_told_can_not_be_asked_for(keeper: Keeper, bare: World) -> None:
    made = keeper.call("POST", body={"url": URL})
    for sequence in (bare.ledger.head(), 10_000):
        answer = keeper.call("POST", f"/{local(made)}/redeliver", {"event": sequence})
        assert answer.status_code == 404
