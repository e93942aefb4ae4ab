"""Legal approves a text before it is needed: what is inside goes out at once and names the
pathway; what is outside is told by what, and waits for legal as ever.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune

TEXT = "A train left the rails near {place}. {hurt:number} people were hurt. We think of them."
SAID = "A train left the rails near Harmon. 12 people were hurt. We think of them."
HARM: dict[str, Any] = {"acknowledges_harm": True, "admission": "harm"}


@pytest.fixture(scope="module")
def writer(service: Served) -> Person:
    return person(service, "team/communications", "responder", "reviewer")


@pytest.fixture(scope="module")
def lawyer(service: Served) -> Person:
    return person(service, "team/legal", "legal")


@pytest.fixture(scope="module")
def about(service: Served) -> str:
    return incident(service, "slide", harm="injury", crisisType="technical-error-accident")


@pytest.fixture(scope="module")
def asked(writer: Person, about: str) -> list[str]:
    """What the rules ask to be signed where there is no pathway."""
    message = writer.draft(incident=about, channel="app", text=SAID, **HARM)["id"]
    return sorted(one["requirement"] for one in writer.submit(message)["approvals"])


@pytest.fixture(scope="module")
def proposal(service: Served, asked: list[str]) -> dict[str, Any]:
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    return {
        "name": "First hour",
        "text": TEXT,
        "language": "en",
        "max_distance": 0.2,
        "covers": [one for one in asked if one not in {"executive-approval", "board-approval"}],
        "channels": ["website"],
        "audiences": ["public"],
        "valid_from": now.isoformat(),
        "valid_until": (now + timedelta(days=90)).isoformat(),
    }


@pytest.fixture(scope="module")
def pathway(writer: Person, lawyer: Person, proposal: dict[str, Any]) -> str:
    made = writer.ask("POST", "/v1/pathways", proposal, 201)
    assert made["state"] == "proposed"
    name = str(made["id"])
    assert "legal" in json.dumps(writer.act(name, "approve", status=403))
    assert lawyer.act(name, "approve", note="Read against the law.")["to"] == "approved"
    return name


def test_without_a_pathway_legal_has_to_sign(asked: list[str]) -> None:
    assert "legal-approval" in asked


def test_what_is_inside_names_the_pathway_and_needs_no_signature_that_it_covers(
    writer: Person, about: str, pathway: str, proposal: dict[str, Any], asked: list[str]
) -> None:
    message = writer.draft(incident=about, text=SAID, **HARM)["id"]
    shown = writer.submit(message)
    assert shown["underPathway"] == pathway
    left = {one["requirement"] for one in shown["approvals"]}
    assert left == set(asked) - set(proposal["covers"])
    assert shown["state"] == ("submitted" if left else "approved")


def test_what_is_outside_says_by_what_and_waits_for_legal(
    writer: Person, about: str, pathway: str
) -> None:
    text = SAID.replace("We think", "We did nothing wrong, and think")
    claim = {"topic": "claim-topic/cause", "polarity": "denied"}
    writer.service.post(
        "/v1/records",
        {"type": "ClaimTopic", "id": "claim-topic/cause", "properties": {"name": "The cause"}},
    )
    message = writer.draft(incident=about, text=text, claims=[claim], **HARM)["id"]
    shown = writer.submit(message)
    assert "legal-approval" in {one["requirement"] for one in shown["approvals"]}
    assert "underPathway" not in shown
    (found,) = [one for one in shown["pathways"] if one["pathway"] == pathway]
    why = [one["why"] for one in found["outside"]]
    assert "the claim topic claim-topic/cause is not covered" in why
    assert any("distance" in one for one in why)
    assert "the negation 'nothing' is new" in why


def test_a_changed_number_is_outside_before_anybody_submits(
    service: Served, writer: Person, about: str, pathway: str
) -> None:
    message = writer.draft(incident=about, text=SAID + " All 3 lines stand.", **HARM)["id"]
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    shown = attune("messages", "pathways", message, env=door)
    assert shown.returncode == 0, shown.stderr
    assert f"outside  {pathway}" in shown.stdout
    assert "the number '3' is new" in shown.stdout
    assert writer.show(message)["state"] == "draft"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "Near {somewhere}."}, "is no slot"),
        ({"covers": ["board-approval"]}, "can't waive"),
        ({"max_distance": 2}, "less than or equal to 1"),
        ({"covers": []}, "at least 1"),
    ],
)
def test_what_can_not_be_a_pathway_is_refused(
    writer: Person, proposal: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    problem = writer.ask("POST", "/v1/pathways", proposal | changes, 422)
    assert words in json.dumps(problem)


def test_once_withdrawn_it_holds_for_nobody(
    service: Served, writer: Person, lawyer: Person, about: str, proposal: dict[str, Any]
) -> None:
    text = "A crossing at {place} is closed. We are sorry for the wait."
    said: dict[str, Any] = {
        "text": "A crossing at Harmon is closed. We are sorry for the wait.",
        **HARM,
    }
    name = writer.ask("POST", "/v1/pathways", proposal | {"text": text}, 201)["id"]
    lawyer.act(name, "approve")
    message = writer.draft(incident=about, **said)["id"]
    path = f"/v1/{message.replace('message/', 'messages/')}/pathways"
    assert writer.ask("GET", path)["items"][0]["inside"] is True
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": lawyer.key, "PATH": "/usr/bin"}
    done = attune("messages", "act", name, "withdraw", "reason=Silence is asked for.", env=door)
    assert done.stdout.strip() == f"{name} is withdrawn"
    (found,) = [one for one in writer.ask("GET", path)["items"] if one["pathway"] == name]
    assert found["outside"][0]["why"] == "it is withdrawn, not approved"
    assert "underPathway" not in writer.submit(message)
