"""One response over owned, earned and paid channels: all variants pass before any goes out, and
everything that waits is held in one act.
"""

import json
from pathlib import Path

import pytest

from tests.capabilities.governed import Desk, Person, incident, person
from tests.serving import Served, attune


@pytest.fixture(scope="module")
def writer(service: Served) -> Person:
    return person(service, "team/communications", "responder", "reviewer")


@pytest.fixture(scope="module")
def about(service: Served) -> str:
    return incident(service, "one-plan", harm="inconvenience")


@pytest.fixture(scope="module")
def desk(service: Served, writer: Person, about: str) -> Desk:
    return Desk(service, writer, about)


def test_owned_earned_and_paid_go_out_together_or_not_at_all(writer: Person, desk: Desk) -> None:
    owned = desk.approved(channel="website")
    earned = desk.approved(channel="press", audience="press")
    waiting = writer.draft(channel="app")["id"]
    body = {"messages": [owned, earned, waiting]}
    problem = writer.ask("POST", "/v1/messages/publication", body, 409)
    assert waiting in json.dumps(problem)
    assert {writer.show(one)["state"] for one in (owned, earned)} == {"approved"}
    writer.ask("POST", "/v1/messages/publication", {"messages": [owned, earned]})
    assert {writer.show(one)["state"] for one in (owned, earned)} == {"live"}


def test_everything_is_held_in_one_act_and_released_by_a_person(
    service: Served, writer: Person, desk: Desk, about: str
) -> None:
    now, later = desk.approved(channel="store"), desk.approved(channel="letter")
    writer.act(later, "schedule", wait="PT2H")
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    words = ("--reason", "A second train has stopped.", "--incident", about)
    done = attune("messages", "hold", *words, env=door)
    assert done.returncode == 0, done.stderr
    assert {writer.show(one)["state"] for one in (now, later)} == {"held"}
    writer.act(now, "publish", status=409)
    writer.act(now, "release")
    assert attune("messages", "publish", now, env=door).stdout.startswith(f"{now} is live\n")


def test_what_a_text_admits_and_promises_is_read_out(service: Served, writer: Person) -> None:
    text = "We failed to maintain the brakes. We will say more by 18:00."
    message = writer.draft(text=text)["id"]
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    told = attune("messages", "read", message, env=door)
    assert told.returncode == 0, told.stderr
    assert "admission fault" in told.stdout
    assert "18:00" in told.stdout


def test_what_nobody_approved_is_found_out(
    service: Served, writer: Person, desk: Desk, tmp_path: Path
) -> None:
    text = "The doors of the new trains are checked tonight; all trains run tomorrow."
    message = desk.approved(channel="social", text=text)
    writer.act(message, "publish")
    at = service.get("/v1/clock")["at"]
    rows = [
        {"link": f"https://social.example/{n}", "channel": "social", "posted_at": at, "text": said}
        for n, said in enumerate((text.upper(), "Nothing ever happened, go away."))
    ]
    file = tmp_path / "posted.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    told = attune("messages", "posted", file, env=door)
    assert told.returncode == 1, told.stderr
    first, second = told.stdout.splitlines()
    assert first.startswith("approved")
    assert message in first
    assert second.startswith("shadow")
    kept = writer.ask("GET", "/v1/postings")["items"]
    assert "Nothing ever happened" not in json.dumps(kept)
