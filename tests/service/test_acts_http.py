"""Acts and the queue as callers see them, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ontology.events import Draft
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.app import create
from service.clock import StoppedClock
from service.issuing import Issuer
from service.world import World


class Caller:
    """Someone with a key, at the door of a world."""

    def __init__(self, http: FlaskClient, key: str, **headers: str) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {key}", **headers}

    def act(self, thing: str, act: str, headers: dict[str, str] | None = None, **data: Any) -> Any:
        return self.http.post(
            f"/v1/{thing}/acts",
            json={"act": act, "data": data},
            headers={**self.headers, **(headers or {})},
        )

    def get(self, path: str) -> TestResponse:
        return self.http.get(path, headers=self.headers)


@pytest.fixture
def caller(bare: World) -> Callable[..., Caller]:
    issuer = Issuer(bare.ledger, bare.keys, actor=ATTUNE, ids=bare.ids, now=bare.clock.now)
    app = create(bare.settings, world=bare)

    def make(*roles: str, holder: str = "person/ada") -> Caller:
        return Caller(app.test_client(), issuer.create(ThingId(holder), roles)[1])

    return make


def decided(world: World, name: str, within: str | None = "PT15M", team: str = "team/a") -> None:
    draft = Draft(
        id=f"event/{name}",
        type="decision.made",
        subject=ThingId(f"decision/{name}"),
        actor=ATTUNE,
        occurred_at=world.clock.now(),
        data={"within": within, "team": team},
        governed=False,
    )
    world.ledger.append([draft])


def test_an_act_answers_with_the_new_state_and_what_may_follow(
    bare: World, caller: Callable[..., Caller]
) -> None:
    decided(bare, "a")
    answer = caller("responder").act("decisions/a", "accept")
    assert answer.status_code == 201
    assert (answer.json["from"], answer.json["to"]) == ("proposed", "accepted")
    assert answer.json["actor"] == "person/ada"
    assert "finish" in answer.json["possible"]


@pytest.mark.parametrize(
    ("thing", "act", "data", "status"),
    [
        ("decisions/never", "accept", {}, 404),
        ("teapots/a", "accept", {}, 404),
        ("decision/a", "accept", {}, 404),
        ("decisions/a b", "accept", {}, 404),
        ("decisions/a", "finish", {}, 409),
        ("decisions/a", "explode", {}, 422),
        ("decisions/a", "override", {}, 422),
        ("decisions/a", "override", {"reason": "x", "tier": "emperor"}, 422),
        ("decisions/a", "lapse", {}, 403),
    ],
)
def test_what_can_not_be_done_says_why(
    bare: World,
    caller: Callable[..., Caller],
    thing: str,
    act: str,
    data: dict[str, str],
    status: int,
) -> None:
    decided(bare, "a")
    answer = caller("responder").act(thing, act, None, **data)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


def test_a_role_that_the_act_lacks_is_forbidden(
    bare: World, caller: Callable[..., Caller]
) -> None:
    decided(bare, "a")
    assert caller("analyst").act("decisions/a", "accept").status_code == 403


def test_the_same_idempotency_key_acts_once(bare: World, caller: Callable[..., Caller]) -> None:
    decided(bare, "a")
    ada = caller("responder")
    first = ada.act("decisions/a", "accept", {"Idempotency-Key": "k"})
    again = ada.act("decisions/a", "accept", {"Idempotency-Key": "k"})
    assert first.json == again.json
    assert ada.act("decisions/a", "finish", {"Idempotency-Key": "k"}).status_code == 409


def test_a_system_acts_for_a_person_and_says_so(
    bare: World, caller: Callable[..., Caller]
) -> None:
    decided(bare, "a")
    crm = caller("responder", holder="system/crm")
    answer = crm.act("decisions/a", "accept", {"Attune-Speaks-For": "person/ben"})
    assert answer.json["actor"] == "person/ben"
    event = bare.ledger.at(answer.json["sequence"])
    assert event is not None
    assert str(event.data["via"]).startswith("key/")


@pytest.mark.parametrize(
    ("holder", "named", "status"),
    [
        ("person/ada", "person/ben", 403),
        ("system/crm", "team/legal", 403),
        ("system/crm", "nobody", 400),
    ],
)
def test_nobody_speaks_for_whom_they_may_not(
    bare: World, caller: Callable[..., Caller], holder: str, named: str, status: int
) -> None:
    decided(bare, "a")
    asked = caller("responder", holder=holder)
    answer = asked.act("decisions/a", "accept", {"Attune-Speaks-For": named})
    assert answer.status_code == status


def test_the_queue_shows_what_waits_and_who_may_do_what(
    bare: World, caller: Callable[..., Caller], clock: StoppedClock
) -> None:
    decided(bare, "a", team="team/legal")
    clock.advance(clock.now() + timedelta(minutes=15))
    (item,) = caller("responder").get("/v1/queue").json["items"]  # type: ignore[index]
    assert (item["thing"], item["state"], item["team"]) == ("decision/a", "proposed", "team/legal")
    assert (item["since"], item["due"]) == ("2026-11-22T08:30:00Z", "2026-11-22T08:45:00Z")
    assert item["overdue"] is True
    assert item["acts"]["accept"] == ["legal", "responder", "reviewer"]
    assert item["possible"] == ["accept", "reroute", "override", "false-positive"]


def test_the_queue_comes_in_pages(bare: World, caller: Callable[..., Caller]) -> None:
    for number in range(5):
        decided(bare, str(number), within=None if number % 2 else f"PT{number + 1}H")
    ada, seen, cursor = caller("responder"), [], ""
    while True:
        page: Any = ada.get(f"/v1/queue?limit=2{cursor}").json
        seen += [item["thing"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == [f"decision/{number}" for number in (0, 2, 4, 1, 3)]


@pytest.mark.parametrize(
    ("query", "count"),
    [("kind=decision", 2), ("kind=incident", 0), ("team=team/legal", 1), ("team=team/b", 0)],
)
def test_the_queue_can_be_narrowed(
    bare: World, caller: Callable[..., Caller], query: str, count: int
) -> None:
    decided(bare, "a")
    decided(bare, "b", team="team/legal")
    page: Any = caller("responder").get(f"/v1/queue?{query}").json
    assert len(page["items"]) == count


@pytest.mark.parametrize("query", ["limit=0", "cursor=yes", "kind=DROP TABLE", "colour=red"])
def test_a_queue_that_can_not_be_is_refused(caller: Callable[..., Caller], query: str) -> None:
    assert caller("responder").get(f"/v1/queue?{query}").status_code == 422


def test_the_last_moment_is_a_cursor_too(caller: Callable[..., Caller]) -> None:
    far = "999999999999999999-999999999999999999"
    assert caller("responder").get(f"/v1/queue?cursor={far}").status_code == 200
