"""A policy or all of attune decides silently beside today's process, and figures show who would be
called earlier, later, needlessly or not at all; two people let a touchpoint go live; a decision
that stays subscribed is made again, and told, when what it stands on changes.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

PLACE = "touchpoint/lost-property"
SILENCE = "/v1/silences/at-lost-property"
INCIDENT = {
    "type": "Incident",
    "id": "incident/lost-bags",
    "properties": {
        "name": "Bags that never came back",
        "cluster": "accidental",
        "severity": "minor",
        "certainty": "likely",
        "ownedBy": "team/crisis-office",
        "topic": ["lostbags"],
    },
}
RULE = """\
book: lost-property-tried
stratum: escalate
owner: team/crisis-office
rules:
  - id: lost-property-to-executives
    reason: Tried in silence before anybody is called.
    when:
      touchpoint: {id: touchpoint/lost-property}
    then:
      - escalate: {tier: executive, within: 15 minutes}
"""
CASES = """\
cases:
  - note: Lost property goes up.
    rule: lost-property-to-executives
    given: {touchpoint: {id: touchpoint/lost-property}}
    want: fires
  - note: Another place does not.
    rule: lost-property-to-executives
    given: {touchpoint: {id: touchpoint/refunds}}
    want: stays quiet
"""
PATIENCE = 120.0


def wait(found: Callable[[], Any]) -> Any:
    """What comes in the end: the service works behind the requests."""
    until = time.monotonic() + PATIENCE
    while not (seen := found()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.3)
    return seen


def later(service: Served, minutes: float) -> datetime:
    now = datetime.fromisoformat(service.get("/v1/clock")["at"]) + timedelta(minutes=minutes)
    service.post("/v1/clock", {"at": now.isoformat()}, status=200)
    return now


def ask(service: Served, **more: object) -> dict[str, Any]:
    return service.post("/v1/decisions", {"touchpoint": PLACE, "precedents": 0, **more})


@pytest.fixture(scope="module")
def lost_bags(service: Served) -> str:
    """An open incident, so that a decision about it calls somebody whatever else goes on."""
    service.post("/v1/records", INCIDENT)
    service.post("/v1/incidents/lost-bags/acts", {"act": "open"})
    return "incident/lost-bags"


def test_a_silent_touchpoint_is_compared_with_what_was_done_and_two_people_let_it_go_live(
    service: Served, lost_bags: str
) -> None:
    begun = later(service, 1)
    reason = {"reason": "Beside the present process first."}
    assert service.post(f"{SILENCE}/acts", {"act": "silence", "data": reason})["to"] == "silent"
    made = ask(service, incident=lost_bags)
    assert made["live"] is False
    queue = service.get("/v1/queue", kind="decision", limit=200)["items"]
    assert made["id"] not in {one["thing"] for one in queue}
    later(service, 30)
    path = f"/v1/decisions/{made['id'].partition('/')[2]}/outcomes"
    service.post(path, {"tier": "executive", "team": "team/communications"})
    found = service.get("/v1/silences/report", since=begun.isoformat())
    assert found["ways"]["earlier"]["count"] == 1
    assert found["lead_minutes"]["median"] == 30.0
    told = attune("silence", "report", "--since", begun.isoformat(), "--json", env=beside(service))
    assert json.loads(told.stdout)["ways"] == found["ways"], told.stderr
    words = ["silence", "go-live", PLACE, "--reason", "It calls earlier."]
    first = attune(*words, "--by", "person/ada", env=beside(service))
    assert "waits for 1 more" in first.stdout, first.stderr
    again = attune(*words, "--by", "person/ada", env=beside(service))
    assert again.returncode == 2
    second = attune(*words, "--by", "person/grace", env=beside(service))
    assert second.stdout.strip().endswith("live"), second.stderr
    assert ask(service)["live"] is True


def test_a_silent_place_that_nobody_knows_is_refused_with_one_that_is(service: Served) -> None:
    done = attune("silence", "begin", "touchpoint/nowhere", "--reason", "x", env=beside(service))
    assert done.returncode == 2
    assert "touchpoint/nowhere" in done.stderr
    assert "silence/home" in done.stderr


@pytest.fixture(scope="module")
def shadow(service: Served) -> str:
    active = service.get("/v1/policies")["active"]
    files = service.get(f"/v1/policies/{active}")["files"]
    book = "rules/books/lost-property-tried"
    tried = {**files, f"{book}.yaml": RULE, f"{book}.cases.yaml": CASES}
    with service.client() as client:
        made = client.post(
            "/v1/policies",
            json={"files": tried, "reason": "To be tried in silence.", "base": active},
            timeout=600,
        )
    assert made.status_code == 201, made.text
    digest = made.json()["digest"]
    done = attune(
        "shadows", "start", digest, "--reason", "Who is called?", "--json", env=beside(service)
    )
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


def test_a_proposed_policy_decides_silently_and_shows_whom_it_would_call(
    service: Served, shadow: str
) -> None:
    made = ask(service)
    assert made["decision"]["tier"] != "executive"
    path = f"/v1/{shadow.replace('shadow/', 'shadows/')}"
    found = wait(lambda: seen if (seen := service.get(path))["decisions"] else None)
    assert found["different"]["count"] == 1
    assert found["examples"][0]["decision"] == made["id"]
    assert found["examples"][0]["shadow"] == "executive"
    told = attune("shadows", "show", shadow, env=beside(service))
    assert made["id"] in told.stdout, told.stderr
    ended = attune("shadows", "stop", shadow, env=beside(service))
    assert ended.stdout.strip().endswith("stopped"), ended.stderr


def test_the_active_policy_is_no_shadow(service: Served) -> None:
    done = attune("shadows", "start", "active", "--reason", "x", env=beside(service))
    assert done.returncode == 2
    assert "is the active policy" in done.stderr


def test_a_subscribed_decision_is_made_again_and_tells_what_differs(
    service: Served, lost_bags: str
) -> None:
    body = {"incident": lost_bags, "precedents": 0, "subscribe": True}
    made = service.post("/v1/decisions", body)
    subscription = f"/v1/{made['subscription'].replace('subscription/', 'subscriptions/')}"
    later(service, 2)
    act = {"act": "escalate", "data": {"tier": "board", "reason": "The minister has called."}}
    service.post("/v1/incidents/lost-bags/acts", act)

    def changed() -> dict[str, Any] | None:
        later(service, 2)
        found = service.get(subscription)
        return found if found["changes"] else None

    found = wait(changed)
    newer = service.get(f"/v1/decisions/{found['current'].partition('/')[2]}")
    assert newer["revises"] == made["id"]
    assert newer["decision"]["tier"] == "board"
    queue = {one["thing"] for one in service.get("/v1/queue", kind="decision", limit=200)["items"]}
    assert made["id"] not in queue
    ended = attune("subscriptions", "end", found["id"], env=beside(service))
    assert ended.stdout.strip().endswith("ended"), ended.stderr
