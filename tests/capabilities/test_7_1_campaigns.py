"""Customers who were affected are found with the reason and offered what fits within the budget by
a solver; a control group is sealed before the start, and two others agree before it begins.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune

MANY = 24
FROM = "2020-01-01T00:00:00Z"


def customer(service: Served, about: str, n: int, **said: object) -> str:
    key = {"system": "crm", "key": f"campaign-{n}"}
    told = {"affectedBy": [about], "since": "2020-01-01", **said}
    who = service.post("/v1/records", {"type": "Customer", "key": key, "properties": told})["id"]
    for purpose in ("marketing", "contact"):
        consent = {"ofCustomer": who, "purpose": purpose, "validFrom": FROM}
        record = {"type": "Consent", "key": {"system": "crm", "key": f"c-{n}-{purpose}"}}
        service.post("/v1/records", record | {"properties": consent})
    return str(who)


@pytest.fixture(scope="module")
def desk(service: Served) -> tuple[Person, Person, Person]:
    return tuple(person(service, "team/customer-service", "reviewer") for _ in range(3))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def about(service: Served) -> str:
    found = incident(service, "campaigned")
    for n in range(MANY):
        customer(service, found, n)
    customer(service, found, MANY, bereaved=True)
    return found


def body(about: str, **changes: object) -> dict[str, Any]:
    return {
        "name": "After it",
        "team": "team/customer-service",
        "affected": {"incident": about},
        "offers": [
            {"id": "ticket", "name": "=A free ticket", "cost": 10, "worth": "20 + years"},
            {"id": "call", "name": "A call", "kind": "invitation", "worth": "5"},
        ],
        "starts_at": "2026-05-01T00:00:00Z",
        "ends_at": "2027-04-30T00:00:00Z",
        "budget": 50,
        "currency": "USD",
        "per_day": 10,
        "control": {"share": 0.25},
        **changes,
    }


def test_a_campaign_is_drafted_approved_and_sent_once(
    service: Served, desk: tuple[Person, Person, Person], about: str, tmp_path: Path
) -> None:
    author, one, other = desk
    file = tmp_path / "campaign.json"
    file.write_text(json.dumps(body(about)))
    env = {"ATTUNE_URL": service.url, "ATTUNE_KEY": author.key}
    drafted = attune("campaigns", "draft", str(file), "--json", env=env)
    assert drafted.returncode == 0, drafted.stderr
    found = json.loads(drafted.stdout)
    assert found["people"]["affected"] == MANY + 1
    assert found["people"]["out"] == {"in-need": 1}
    assert found["arms"] == {"control": 6, "treated": 18}
    assert [offer["people"] for offer in found["offers"]] == [5, 13]
    author.act(found["id"], "approve", status=403)
    one.act(found["id"], "approve")
    assert other.act(found["id"], "approve")["to"] == "approved"
    other.act(found["id"], "begin")
    shown = attune("campaigns", "show", found["id"], env=env)
    assert "bereaved, vulnerable or a minor" in shown.stdout


def test_limits_that_can_not_be_kept_say_what_would_do(
    desk: tuple[Person, Person, Person], about: str
) -> None:
    asked = body(about, cover=1.0, offers=[{"id": "a", "name": "A", "cost": 10}])
    refused = desk[0].ask("POST", "/v1/campaigns", asked, 422)
    assert {"/budget", "/cover"} == {one["pointer"] for one in refused["errors"]}
    assert "more" in str(refused)


def test_why_somebody_is_in_or_out_is_told(
    service: Served, desk: tuple[Person, Person, Person], about: str
) -> None:
    found = desk[0].ask("POST", "/v1/campaigns", body(about), 201)
    local = found["id"].partition("/")[2]
    people = desk[0].ask("GET", f"/v1/campaigns/{local}/people?limit=5")
    assert len(people["items"]) == 5
    who = people["items"][0]["customer"].partition("/")[2]
    told = desk[0].ask("GET", f"/v1/campaigns/{local}/people/{who}")
    assert told["why"] == [f"affected by {about}"]
    env = {"ATTUNE_URL": service.url, "ATTUNE_KEY": desk[0].key}
    report = attune("campaigns", "list", "--state", "drafted", env=env)
    assert found["id"] in report.stdout
    desk[0].ask("GET", f"/v1/campaigns/{local}/shares/0", status=404)
