"""One response over owned, earned and paid channels: all variants pass before any goes out, every
outlet hears the same and is asked to correct it, all that waits or is paid for is held at once.
"""

import json
from pathlib import Path
from typing import Any

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
    hold = done.stdout.splitlines()[-1].split()[0]
    writer.act(hold, "release", reason="It is over.")


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


@pytest.fixture(scope="module")
def voice(service: Served) -> Person:
    """Somebody who may speak to the press."""
    spoken = person(service, "team/communications", "responder")
    passed = {"trainee": spoken.id, "exercise": "press", "passedAt": "2026-01-01T00:00:00Z"}
    service.post("/v1/records", {"type": "Training", "id": "training/voice", "properties": passed})
    topic = {"name": "People hurt on the train", "measuredIn": "people"}
    record = {"type": "ClaimTopic", "id": "claim-topic/hurt-on-board", "properties": topic}
    service.post("/v1/records", record)
    return spoken


def asked(writer: Person, about: str, outlet: str) -> dict[str, Any]:
    body = {
        "outlet": outlet,
        "journalist": {"name": "Sam Rivera", "email": f"sam@{outlet}.example"},
        "questions": ["How many people were hurt?"],
        "topics": ["claim-topic/hurt-on-board"],
        "incident": about,
        "deadline": "2027-06-01T18:00:00",
        "time_zone": "America/New_York",
    }
    return writer.ask("POST", "/v1/enquiries", body, 201)


def cli(service: Served, writer: Person, *words: str | Path) -> str:
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    done = attune(*words, env=door)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_enquiry_is_logged_assigned_answered_and_its_answer_corrected(
    service: Served, writer: Person, voice: Person, about: str, desk: Desk
) -> None:
    enquiry = asked(writer, about, "bronx-times")["id"]
    assert "bronx-times by 2027-06-01 18:00 EDT  nobody yet" in cli(
        service, writer, "press", "list"
    )
    told = cli(service, writer, "press", "act", enquiry, "assign", f"spokesperson={voice.id}")
    assert told == f"{enquiry} is assigned\n"
    noted = cli(
        service, voice, "press", "note", enquiry, "off-record", "It was not our own driver."
    )
    assert noted == f"{enquiry} has 1 remarks\n"
    claim = {"topic": "claim-topic/hurt-on-board", "value": 4, "measured_in": "people"}
    more = {"channel": "press", "audience": "press", "claims": [claim]}
    message = desk.approved(answers=[enquiry], text="Four people were hurt.", **more)
    writer.act(message, "publish")
    assert writer.ask("GET", f"/v1/enquiries/{enquiry.partition('/')[2]}")["state"] == "answered"
    second = asked(writer, about, "agency")["id"]
    assert "on claim-topic/hurt-on-board: 4" in cli(service, writer, "press", "show", second)
    refused = desk.approved(
        answers=[second], channel="press", audience="press", text="No comment."
    )
    problem = writer.act(refused, "publish", status=422)
    assert "was told more" in json.dumps(problem)
    brief = cli(service, voice, "press", "brief", about)
    assert "**People hurt on the train**: 4 people." in brief
    assert "not our own driver" not in brief
    writer.act(message, "withdraw", reason="The number was wrong.")
    owed = cli(service, writer, "press", "corrections", "--state", "owed")
    assert "The number was wrong." in owed
    (held,) = writer.ask("GET", f"/v1/briefs?incident={about}")["items"]
    again = writer.ask("GET", f"/v1/briefs/{held['id'].partition('/')[2]}")
    assert again["verified"]
    assert "is live no more" in again["outdated"][0]


def test_the_public_waits_for_the_end_of_an_embargo(
    service: Served, writer: Person, desk: Desk
) -> None:
    message = desk.approved(channel="website", text="What the investigators have found, in brief.")
    until = ("--until", "2027-06-01T18:00", "--zone", "America/New_York")
    told = cli(service, writer, "press", "embargo", message, "The Wire", *until)
    assert "is standing until 2027-06-01T22:00:00Z" in told
    problem = writer.act(message, "publish", status=422)
    assert "under embargo: schedule" in json.dumps(problem)
    lifted = cli(service, writer, "press", "act", told.split()[0], "lift", "reason=All have it.")
    assert lifted.endswith("is lifted\n")
    writer.act(message, "publish")


def test_what_is_paid_for_is_held_with_everything_else_until_a_person_releases_it(
    service: Served, writer: Person, tmp_path: Path
) -> None:
    incident(service, "held-back", harm="inconvenience")
    body: dict[str, Any] = {"kind": "paid-post", "name": "Winter fares"}
    body |= {"team": "team/communications", "starts_at": "2027-05-01T08:00:00Z"}
    body |= {"topics": ["held-back"]}
    file = tmp_path / "activity.json"
    file.write_text(json.dumps(body))
    activity = cli(service, writer, "activities", "plan", file).split()[0]
    words = ("--reason", "A second train has stopped.", "--incident", "incident/held-back")
    told = cli(service, writer, "messages", "hold", *words)
    assert f"{activity} is held (it shares the topic 'held-back'" in told
    hold = told.splitlines()[-1].split()[0]
    problem = writer.ask("POST", "/v1/activities", body | {"kind": "survey"}, 409)
    assert f"{hold} stands" in json.dumps(problem)
    assert f"{hold} stands: it shares" in cli(service, writer, "activities", "show", activity)
    cli(service, writer, "activities", "act", hold, "release", "reason=It is over.")
    released = cli(service, writer, "activities", "act", activity, "release")
    assert released == f"{activity} is planned\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("press", "show", "message/x"), "'message/x' is none of enquiry/…"),
        (("press", "show", "enquiry/none"), "404"),
        (("press", "log", "/nowhere.json"), "No such file"),
        (("press", "act", "hold/x", "release"), "is none of enquiry/…"),
        (("press", "act", "enquiry/x", "assign", "nobody"), "says nothing"),
        (("press", "brief", "message/x"), "is none of incident/…"),
        (("activities", "show", "activity/none"), "404"),
    ],
)
def test_what_the_commands_can_not_read_is_refused(
    service: Served, writer: Person, words: tuple[str, ...], told: str
) -> None:
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": writer.key, "PATH": "/usr/bin"}
    done = attune(*words, env=door)
    assert done.returncode == 2
    assert told in done.stderr
