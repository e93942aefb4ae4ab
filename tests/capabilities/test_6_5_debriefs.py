"""A debrief is due within 72 hours of an incident's resolution: its agenda comes from the ledger,
its actions have one owner and a date, lateness goes from owner to lead to executives.
"""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune

NAMES = count(1)
HOURS = timedelta(hours=1)


@pytest.fixture(scope="module")
def lead(service: Served) -> Person:
    return person(service, "team/crisis-office", "reviewer", "responder", "governance")


@pytest.fixture
def debrief(service: Served, lead: Person) -> dict[str, Any]:
    """The debrief of an incident that was just resolved."""
    about = incident(service, f"debriefed-{next(NAMES)}", ownedBy="team/crisis-office")
    service.post("/v1/decisions", {"incident": about, "precedents": 0})
    lead.act(about, "resolve", reason="All refunds are paid.")
    return lead.ask("GET", f"/v1/debriefs/{about.partition('/')[2]}")


def now(service: Served) -> datetime:
    return datetime.fromisoformat(service.get("/v1/clock")["at"])


def test_it_is_due_72_hours_after_resolution_with_an_agenda(debrief: dict[str, Any]) -> None:
    due, resolved = (datetime.fromisoformat(debrief[name]) for name in ("due", "resolved"))
    assert due - resolved == 72 * HOURS
    assert debrief["state"] == "due"
    went = [one["what"] for one in debrief["agenda"]["went"]]
    assert "Incident: resolve (All refunds are paid.)." in went


def test_it_is_held_and_its_action_is_done(
    service: Served, lead: Person, debrief: dict[str, Any]
) -> None:
    name = debrief["id"]
    lead.act(
        name,
        "hold",
        heldAt=now(service).isoformat(),
        present=[lead.id],
        minutes="Legal had no deputy.",
        lesson="Name deputies.",
    )
    path = f"/v1/debriefs/{name.partition('/')[2]}"
    due = (now(service) + 100 * HOURS).isoformat()
    body = {"task": "Name deputies of legal.", "owner": lead.id, "due": due}
    action = lead.ask("POST", f"{path}/actions", body, status=201)
    assert (action["owner"], action["state"]) == (lead.id, "open")
    lead.act(action["id"], "finish", note="In the roster since Monday.")
    shown = lead.ask("GET", path)
    assert shown["rounds"][-1]["in_time"] is True
    assert shown["actions"][0]["state"] == "done"


def test_an_incident_is_not_closed_before(lead: Person, debrief: dict[str, Any]) -> None:
    lead.act(debrief["incident"], "close", status=422)


def test_reopening_puts_it_off(lead: Person, debrief: dict[str, Any]) -> None:
    lead.act(debrief["incident"], "reopen", reason="A second train.")
    assert lead.ask("GET", f"/v1/debriefs/{debrief['id'][8:]}")["state"] == "suspended"


def test_an_action_that_lies_in_the_past_is_refused(
    service: Served, lead: Person, debrief: dict[str, Any]
) -> None:
    body = {"task": "Too late.", "owner": lead.id, "due": (now(service) - HOURS).isoformat()}
    lead.ask("POST", f"/v1/debriefs/{debrief['id'][8:]}/actions", body, status=422)


def test_the_command_line_tells_the_same(service: Served, debrief: dict[str, Any]) -> None:
    done = attune("debriefs", "show", debrief["id"], "--json", env=beside(service))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["due"] == debrief["due"]
    listed = attune("debriefs", "list", "--state", "due", env=beside(service))
    assert debrief["id"] in listed.stdout
