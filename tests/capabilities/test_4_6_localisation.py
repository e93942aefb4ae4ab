"""Regional adaptation: only leads who have passed the exercise localise, every core claim is kept,
and what a translation lost of numbers and names is shown to them.
"""

import json
from typing import Any

import pytest

from tests.capabilities.governed import Person, person
from tests.serving import Served

CORE = {"topic": "claim-topic/taken", "value": 11, "measured_in": "people", "core": True}


@pytest.fixture(scope="module")
def lead(service: Served) -> Person:
    """Somebody of localisation who has passed the exercise."""
    someone = person(service, "team/localisation", "responder", "reviewer")
    passed = {"trainee": someone.id, "exercise": "localisation"}
    properties = passed | {
        "passedAt": "2026-01-01T00:00:00Z",
        "validUntil": "2040-01-01T00:00:00Z",
    }
    service.post("/v1/records", {"type": "Training", "properties": properties})
    return someone


@pytest.fixture(scope="module")
def source(service: Served, lead: Person) -> str:
    topic = {"name": "People taken to hospital", "measuredIn": "people"}
    record = {"type": "ClaimTopic", "id": "claim-topic/taken", "properties": topic}
    service.post("/v1/records", record)
    text = "11 people were taken to hospital in New York."
    return str(lead.draft(text=text, claims=[CORE])["id"])


def french(source: str, **changes: Any) -> dict[str, Any]:
    text = "11 personnes ont été conduites à l'hôpital à New York."
    return {"text": text, "language": "fr", "localises": source, "claims": [CORE]} | changes


def test_a_trained_lead_localises(lead: Person, source: str) -> None:
    message = lead.draft(**french(source))["id"]
    assert lead.submit(message)["state"] in {"submitted", "approved"}


def test_who_has_not_passed_the_exercise_does_not(service: Served, source: str) -> None:
    other = person(service, "team/localisation", "responder")
    message = other.draft(**french(source))["id"]
    problem = json.dumps(other.submit(message, status=422))
    assert "localisation-trained" in problem
    assert "record a Training" in problem


def test_a_core_claim_that_is_left_out_is_named(lead: Person, source: str) -> None:
    message = lead.draft(**french(source, claims=[]))["id"]
    assert "message-core-claims" in json.dumps(lead.submit(message, status=422))


def test_numbers_that_differ_are_shown_to_the_lead(lead: Person, source: str) -> None:
    text = "12 personnes ont été conduites à l'hôpital à New York."
    message = lead.draft(**french(source, text=text))["id"].partition("/")[2]
    kept = lead.ask("GET", f"/v1/messages/{message}/reading")["kept"]
    assert {one["says"] for one in kept["lost"]} >= {"11"}
    assert {one["says"] for one in kept["added"]} >= {"12"}
