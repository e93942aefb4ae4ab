"""Frontline people ask to say other words than the template: the team above answers by a
deadline, with a reason, or the next one up is asked; a grant signs exactly these words, until it
ends; what is deviated from most is counted.
"""

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.governed import Person, person
from tests.serving import Served, attune

REPLY: dict[str, Any] = {
    "kind": "reply",
    "audience": "customer",
    "channel": "mail",
    "text": "I am so sorry that you lost your brother. Call me whenever you want.",
}


@pytest.fixture(scope="module")
def agent(service: Served) -> Person:
    return person(service, "team/customer-care", "responder")


@pytest.fixture(scope="module")
def lead(service: Served) -> Person:
    return person(service, "team/communications", "reviewer")


def ask(agent: Person, status: int = 201, **changes: object) -> dict[str, Any]:
    message = agent.draft(**REPLY)["id"]
    body = {
        "message": message,
        "instead_of": "holding-statement",
        "reason": "She mourns; the template thanks her for her patience.",
        "team": "team/communications",
    }
    return agent.ask("POST", "/v1/deviations", body | changes, status)


def test_it_waits_in_the_queue_of_the_team_with_a_deadline(service: Served, agent: Person) -> None:
    deviation = ask(agent)
    assert (deviation["state"], deviation["requester"]) == ("requested", agent.id)
    rows = service.get("/v1/queue", kind="deviation", team="team/communications")["items"]
    assert deviation["routedTo"] == "team/communications"
    (mine,) = [one for one in rows if one["thing"] == deviation["id"]]
    assert mine["due"] is not None


def test_a_grant_says_why_and_by_whom(agent: Person, lead: Person) -> None:
    deviation = ask(agent)["id"]
    assert "reason" in json.dumps(lead.act(deviation, "grant", status=422))
    assert lead.act(deviation, "grant", reason="It promises nothing.")["to"] == "granted"
    shown = agent.ask("GET", f"/v1/{deviation.replace('deviation/', 'deviations/')}")
    assert shown["approver"] == [lead.id]
    assert shown["decisionReason"] == "It promises nothing."


def test_nobody_answers_for_a_team_that_is_not_theirs(service: Served, agent: Person) -> None:
    other = person(service, "team/ticketing", "reviewer")
    problem = other.act(ask(agent)["id"], "refuse", status=403, reason="No.")
    assert "for team/communications" in json.dumps(problem)


def test_what_can_not_be_asked_for_is_refused(agent: Person) -> None:
    assert "no team here" in json.dumps(ask(agent, 422, team="team/none"))
    assert "no message here" in json.dumps(ask(agent, 422, instead_of="message/none"))
    ask(agent, 404, message="message/none")
    ask(agent, 422, reason="")


def test_the_command_line_asks_and_decides(service: Served, agent: Person, lead: Person) -> None:
    message = agent.draft(**REPLY)["id"]
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": agent.key, "PATH": "/usr/bin"}
    words = ("messages", "deviate", message, "holding-statement", "She mourns.")
    made = attune(*words, "--team", "team/communications", "--json", env=door)
    assert made.returncode == 0, made.stderr
    deviation = json.loads(made.stdout)["id"]
    door |= {"ATTUNE_KEY": lead.key}
    done = attune("messages", "act", deviation, "refuse", "reason=Not yet.", env=door)
    assert done.stdout.strip() == f"{deviation} is refused"


def test_a_grant_says_until_when_it_holds(agent: Person, lead: Person) -> None:
    deviation = ask(agent)["id"]
    late = lead.act(deviation, "grant", 422, reason="Kind.", until="2100-01-01T00:00:00Z")
    assert "is not between now and" in json.dumps(late)
    lead.act(deviation, "grant", reason="Kind.")
    shown = agent.ask("GET", f"/v1/{deviation.replace('deviation/', 'deviations/')}")
    now = datetime.fromisoformat(agent.service.get("/v1/clock")["at"])
    assert timedelta(0) < datetime.fromisoformat(shown["validUntil"]) - now <= timedelta(days=1)


def test_they_are_listed_and_what_is_deviated_from_most_comes_first(
    service: Served, agent: Person, lead: Person
) -> None:
    mine = {ask(agent, instead_of="reply-urgent-need")["id"] for _ in range(2)}
    page = agent.ask("GET", "/v1/deviations?state=requested&team=team/communications&limit=200")
    assert mine <= {one["id"] for one in page["items"]}
    (first,) = agent.ask("GET", "/v1/deviations?limit=1")["items"]
    after = agent.ask("GET", f"/v1/deviations?limit=1&cursor={first['id']}")["items"]
    assert first["id"] < after[0]["id"]
    counts = {one["deviatesFrom"]: one for one in service.get("/v1/deviations/templates")["items"]}
    assert counts["reply-urgent-need"]["asked"] == 2
    assert counts["holding-statement"]["asked"] >= counts["reply-urgent-need"]["asked"]
    assert "state" in json.dumps(agent.ask("GET", "/v1/deviations?state=open", status=422))
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": lead.key, "PATH": "/usr/bin"}
    told = attune("deviations", "list", "--team", "team/communications", env=door)
    assert all(one in told.stdout for one in mine)
    told = attune("deviations", "templates", env=door)
    assert "    2  reply-urgent-need  2 requested" in told.stdout
    assert attune("deviations", "list", "--state", "open", env=door).returncode == 2


def test_where_nobody_answers_the_next_team_up_is_asked(service: Served, agent: Person) -> None:
    deviation = ask(agent)["id"]
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    service.post("/v1/clock", {"at": (now + timedelta(hours=1)).isoformat()}, status=200)
    path = f"/v1/{deviation.replace('deviation/', 'deviations/')}"
    until = time.monotonic() + 30
    while (shown := agent.ask("GET", path))["routedTo"] != "team/executive":
        assert time.monotonic() < until, shown
        time.sleep(0.2)
    assert shown["state"] == "requested"
