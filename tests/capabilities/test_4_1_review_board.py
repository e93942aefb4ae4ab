"""A statement waits for those whom the rules name: nobody signs their own words, a board signs
with its quorum, who does not answer is passed over upwards, and the gate is the only door.
"""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune


@pytest.fixture(scope="module")
def writer(service: Served) -> Person:
    return person(service, "team/communications", "responder", "reviewer")


@pytest.fixture(scope="module")
def lawyer(service: Served) -> Person:
    return person(service, "team/legal", "legal")


@pytest.fixture(scope="module")
def about(service: Served) -> str:
    return incident(service, "fall", harm="injury", crisisType="technical-error-accident")


@pytest.fixture(scope="module")
def submitted(writer: Person, about: str) -> dict[str, Any]:
    """A statement about people who were hurt, for which legal has to sign."""
    message = writer.draft(incident=about, acknowledges_harm=True, admission="harm")
    return writer.submit(message["id"])


def signature(message: dict[str, Any], requirement: str) -> str:
    (found,) = [
        one["id"]
        for one in message["approvals"]
        if (one["requirement"], one["state"]) == (requirement, "requested")
    ]
    return str(found)


def test_the_rules_name_who_has_to_sign(submitted: dict[str, Any]) -> None:
    asked = {one["requirement"]: one["routedTo"] for one in submitted["approvals"]}
    assert asked["legal-approval"] == "team/legal"
    assert submitted["state"] == "submitted"


def test_a_signature_waits_in_the_queue_of_its_team(
    service: Served, submitted: dict[str, Any]
) -> None:
    rows = service.get("/v1/queue", kind="approval", team="team/legal")["items"]
    (mine,) = [one for one in rows if one["thing"] == signature(submitted, "legal-approval")]
    assert mine["due"] is not None
    assert "grant" in mine["acts"]


def test_a_team_lists_the_messages_that_wait_for_it(
    service: Served, writer: Person, lawyer: Person, about: str
) -> None:
    said: dict[str, Any] = {
        "acknowledges_harm": True,
        "admission": "harm",
        "region": "region/us-ny",
    }
    submitted = writer.submit(writer.draft(incident=about, **said)["id"])
    message = submitted["id"]
    team = submitted["approvals"][0]["routedTo"]
    path = f"/v1/messages?signer={team}&region=region/us&language=en&channel=website"
    assert message in {one["id"] for one in lawyer.ask("GET", path)["items"]}
    assert "pattern" in json.dumps(lawyer.ask("GET", "/v1/messages?signer=legal", status=422))
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": lawyer.key, "PATH": "/usr/bin"}
    words = ("messages", "list", "--signer", team, "--region", "region/us")
    assert message in attune(*words, env=door).stdout
    assert message not in attune(*words, "--language", "fr", env=door).stdout


def test_nobody_publishes_what_is_not_signed(writer: Person, submitted: dict[str, Any]) -> None:
    problem = writer.act(submitted["id"], "publish", status=409)
    assert "publish goes from approved" in json.dumps(problem)


def test_nobody_signs_their_own_words_nor_for_a_team_that_is_not_theirs(
    service: Served, writer: Person, submitted: dict[str, Any]
) -> None:
    approval = signature(submitted, "legal-approval")
    problem = writer.act(approval, "grant", status=403)
    assert "wrote the text" in json.dumps(problem)
    other = person(service, "team/ticketing", "reviewer")
    assert "for team/legal" in json.dumps(other.act(approval, "grant", status=403))


def test_once_all_have_signed_it_goes_out_and_is_in_the_ledger(
    service: Served, writer: Person, lawyer: Person, about: str
) -> None:
    message = writer.draft(
        incident=about, channel="press", audience="press", acknowledges_harm=True, admission="harm"
    )
    waiting = writer.submit(message["id"])["approvals"]
    for one in waiting:
        signer = lawyer
        if one["routedTo"] != "team/legal":
            signer = person(service, one["routedTo"], "reviewer", "legal")
        signer.act(one["id"], "grant", note="Read twice.")
    assert writer.show(message["id"])["state"] == "approved"
    writer.tell_colleagues(about)
    done = writer.act(message["id"], "publish")
    assert done["to"] == "live"
    assert writer.show(message["id"])["publisher"] == writer.id
    kept = json.dumps(service.get(f"/v1/ledger/events/{done['sequence']}"))
    assert message["id"] in kept


def test_a_refusal_says_why_and_the_author_mends_it(
    writer: Person, lawyer: Person, about: str
) -> None:
    message = writer.draft(
        incident=about, channel="app", acknowledges_harm=True, admission="harm"
    )["id"]
    asked = writer.submit(message)
    lawyer.act(signature(asked, "legal-approval"), "refuse", reason="Say nothing of the speed.")
    assert writer.show(message)["state"] == "returned"


def test_where_nobody_answers_the_next_team_up_is_asked(
    service: Served, writer: Person, about: str
) -> None:
    message = writer.draft(
        incident=about, channel="mail", acknowledges_harm=True, admission="harm"
    )["id"]
    writer.submit(message)
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    service.post("/v1/clock", {"at": (now + timedelta(hours=1)).isoformat()}, status=200)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        asked = writer.show(message)["approvals"]
        if any(
            one["state"] == "requested" and one["routedTo"] == "team/executive"
            for one in asked
            if one["requirement"] == "legal-approval"
        ):
            return
        time.sleep(0.2)
    raise AssertionError(asked)


def test_the_command_line_drafts_submits_and_shows(
    service: Served, writer: Person, tmp_path: Path
) -> None:
    body = {
        "kind": "reply",
        "audience": "customer",
        "channel": "chat",
        "language": "en",
        "text": "I am sorry that you had to wait. Your refund is on its way.",
        "admission": "none",
    }
    file = tmp_path / "reply.json"
    file.write_text(json.dumps(body))
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    made = attune("messages", "draft", file, "--json", env=door)
    assert made.returncode == 0, made.stderr
    message = json.loads(made.stdout)["id"]
    assert attune("messages", "submit", message, env=door).returncode == 0
    shown = attune("messages", "show", message, env=door)
    assert "Your refund is on its way." in shown.stdout
    assert "approved" in shown.stdout
    bad = attune("messages", "act", message, "publish", "now", env=door)
    assert bad.returncode == 2
    assert "<field>=<value>" in bad.stderr
