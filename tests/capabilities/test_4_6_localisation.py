"""Regional adaptation: only leads who have passed the exercise localise, every core claim is kept,
and what a translation lost of numbers, names and terms is shown to them; what nobody says in a
region goes out there only by a grant.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.governed import Person, person
from tests.serving import Served, attune

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


@pytest.fixture(scope="module")
def delayed(lead: Person) -> str:
    text = "A rail replacement bus leaves at noon. We are sorry for the delay."
    return str(lead.draft(text=text)["id"])


ONTARIO: dict[str, Any] = {"language": "fr", "region": "region/ca-on", "claims": []}
NOON = "Un bus de remplacement part à midi."


def test_words_that_nobody_says_there_are_told_with_the_approved_ones(
    lead: Person, delayed: str
) -> None:
    drafted = lead.draft(text=NOON, localises=delayed, **ONTARIO)
    (told,) = drafted["glossary"]["forbidden"]
    assert (told["says"], told["sentence"]) == ("bus de remplacement", NOON)
    assert told["say"] == ["autobus de remplacement", "autobus navette"]
    path = f"/v1/messages/{drafted['id'].partition('/')[2]}/reading"
    found = lead.ask("GET", path)["glossary"]
    assert found["forbidden"] == [told]
    assert {one["term"] for one in found["missing"]} == {"replacement-bus", "delay"}


def test_a_localisation_with_such_words_goes_out_only_by_a_grant_of_the_board(
    service: Served, lead: Person, delayed: str
) -> None:
    message = str(lead.draft(text=NOON, localises=delayed, **ONTARIO)["id"])
    problem = lead.submit(message, status=422)
    assert "say 'autobus de remplacement'" in json.dumps(problem, ensure_ascii=False)
    assert problem["errors"][0]["pointer"] == "/data/text"
    asked = {"message": message, "instead_of": "glossary", "reason": "The sign there says so."}
    asked |= {"team": "team/communications"}
    deviation = lead.ask("POST", "/v1/deviations", asked, 201)["id"]
    board = person(service, "team/communications", "reviewer")
    board.act(deviation, "grant", reason="It does.")
    assert lead.submit(message)["underDeviation"] == deviation


def test_the_command_line_lists_and_reads(service: Served, lead: Person, tmp_path: Path) -> None:
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": lead.key, "PATH": "/usr/bin"}
    there = ("--language", "fr", "--region", "region/ca-on")
    listed = attune("glossary", "list", *there, "--term", "replacement-bus", env=door)
    assert "railway/replacement-bus  autobus de remplacement" in listed.stdout
    assert "never bus de remplacement (In Ontario" in listed.stdout
    file = tmp_path / "text.txt"
    file.write_text(NOON, "utf-8")
    read = attune("glossary", "read", str(file), *there, env=door)
    assert read.returncode == 1
    assert "say autobus de remplacement, autobus navette" in read.stdout
    file.write_text("Un autobus de remplacement part à midi.", "utf-8")
    assert attune("glossary", "read", str(file), *there, env=door).returncode == 0
    message = lead.draft(text=NOON, **ONTARIO)["id"]
    assert "never     bus de remplacement" in attune("messages", "read", message, env=door).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "--language", "français"), "language"),
        (("list", "--language", "fr", "--region", "region/nowhere"), "is no region here"),
        (("list", "--language", "fr", "--term", "zeppelin"), "is no term here"),
        (("read", "/nowhere.txt", "--language", "fr"), "/nowhere.txt: No such file"),
    ],
)
def test_what_is_not_there_is_refused(
    service: Served, lead: Person, words: tuple[str, ...], told: str
) -> None:
    door = {"ATTUNE_URL": service.url, "ATTUNE_KEY": lead.key, "PATH": "/usr/bin"}
    done = attune("glossary", *words, env=door)
    assert done.returncode == 2
    assert told in done.stderr
