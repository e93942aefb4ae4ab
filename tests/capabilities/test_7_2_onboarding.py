"""Documents for new customers and colleagues are loaded, held against live messages, promises,
agreements and the calendar; each sentence that holds no more is told with what stands against it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Desk, incident, person
from tests.serving import Served, attune

WELCOME = """\
# Welcome to the crisis office

In December a train left the rails. The signal lamps were not at fault.

- The family line is open until 31 March 2026.
- Say what happened before you say how you feel about it.
"""


@pytest.fixture(scope="module")
def contradicted(service: Served) -> str:
    """A live message that says the contrary of what the document says."""
    topic = "claim-topic/signal-lamps"
    properties = {"name": "The signal lamps were at fault", "words": ["signal lamps fault"]}
    service.post("/v1/records", {"type": "ClaimTopic", "id": topic, "properties": properties})
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    about = incident(service, "lamps-of-spring", harm="inconvenience")
    message = Desk(service, writer, about).approved(
        text="The signal lamps were at fault.",
        claims=[
            {
                "topic": topic,
                "polarity": "affirmed",
                "sentence": "The signal lamps were at fault.",
            }
        ],
    )
    writer.act(message, "publish")
    return message


def load(service: Served, file: Path, *more: str) -> Any:
    return attune(
        "onboarding",
        "load",
        file,
        "--id",
        "onboarding-document/welcome",
        "--owner",
        "team/customer-care",
        *more,
        "--json",
        env=beside(service),
    )


@pytest.fixture(scope="module")
def loaded(service: Served, contradicted: str) -> str:
    assert contradicted
    file = service.home.parent / "welcome.md"
    file.write_text(WELCOME)
    done = load(service, file, "--valid-from", "2026-01-05T09:00:00Z")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


def findings(service: Served, document: str) -> dict[int, dict[str, Any]]:
    found = service.get("/v1/reports/onboarding")
    mine = next(one for one in found["documents"] if one["document"] == document)
    return {one["line"]: one for one in mine["findings"]}


def test_a_sentence_against_a_live_message_is_told_with_line_and_cure(
    service: Served, loaded: str, contradicted: str
) -> None:
    found = findings(service, loaded)[3]
    assert found["sentence"] == "The signal lamps were not at fault."
    assert (found["why"], found["source"]) == ("contradicts", contradicted)
    assert "live message" in found["suggestion"]


def test_a_time_that_is_over_is_told_and_what_holds_is_not(service: Served, loaded: str) -> None:
    found = findings(service, loaded)
    assert found[5]["why"] == "past"
    assert set(found) == {3, 5}


def test_the_share_of_sound_documents_has_its_interval(service: Served, loaded: str) -> None:
    assert loaded
    share = service.get("/v1/reports/onboarding")["sound"]
    assert share["low"] <= share["value"] <= share["high"]
    assert share["n"] >= 1


def test_the_next_version_takes_the_place_of_the_last(service: Served, loaded: str) -> None:
    file = service.home.parent / "welcome-2.html"
    file.write_text("<h1>Welcome</h1><p>Families have one number to call.</p>")
    assert load(service, file, "--name", "Welcome").returncode == 0
    assert findings(service, loaded) == {}
    (service.home.parent / "welcome.md").write_text(WELCOME)


def test_files_that_are_no_documents_are_refused_with_a_cure(service: Served) -> None:
    file = service.home.parent / "welcome.docx"
    file.write_bytes(b"PK")
    done = load(service, file)
    assert done.returncode == 2
    assert ".md, .txt, .html or .pdf" in done.stderr


def test_past_crises_become_a_draft_by_case(service: Served) -> None:
    done = attune("onboarding", "past", "--invented", env=beside(service))
    assert done.returncode == 0, done.stderr
    assert "What we learned" in done.stdout
    assert "precedent/harrow-line-derailment" in done.stdout
