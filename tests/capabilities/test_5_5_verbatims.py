"""Comments, cases and posts are read for what our messages brought about: emotions that got
stronger after one, held against before and other messages; themes; quotes under consent only.
"""

import json
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Desk, incident, person
from tests.serving import Served, attune

BEFORE = "When will the trains run again?"
CALM = "Thank you, that was a clear and kind answer."
ANGRY = "This is outrageous, nobody helps us and I am sick of your empty words, says {name}!"
PERIOD = {"since": "2026-05-01T00:00:00Z", "until": "2026-06-01T00:00:00Z", "quotes": True}


@pytest.fixture(scope="module")
def versions(service: Served) -> tuple[str, str]:
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    desk = Desk(service, writer, incident(service, "verbatims-of-spring", harm="inconvenience"))
    return desk.approved(channel="mail"), desk.approved(channel="app")


def row(number: int, day: int, text: str, message: str | None = None) -> dict[str, Any]:
    return {
        "subject": f"{3000 + number}" if number else "1001",
        "at": f"2026-05-{day:02d}T10:{number % 60:02d}:00Z",
        "instrument": "csat",
        "score": 3,
        "comment": text,
        "message": message,
    }


@pytest.fixture(scope="module")
def report(service: Served, versions: tuple[str, str]) -> dict[str, Any]:
    worse, better = versions
    rows = [row(0, 12, ANGRY.format(name="Silas"), worse)]
    for number in range(1, 16):
        rows += [
            row(number, 10, f"{BEFORE} Line {number}."),
            row(100 + number, 12, ANGRY.format(name=f"No {number}"), worse),
            row(200 + number, 13, f"{CALM} ({number})", better),
        ]
    rows.append(row(400, 11, "Niemand sagt uns, wann die Züge fahren. Eine Zumutung."))
    done = service.post("/v1/observations/survey", {"rows": rows}, status=202)
    assert done["new"] == len(rows), done
    consent = {
        "ofCustomer": {"system": "zendesk", "key": "1001"},
        "purpose": "quotation",
        "validFrom": "2026-05-01T00:00:00Z",
    }
    service.post("/v1/records", {"type": "Consent", "id": "consent/q", "properties": consent})
    body = service.home.parent / "verbatims.json"
    body.write_text(json.dumps(PERIOD))
    words = ("report", "verbatims", "--body", body, "--format", "json")
    made = attune(*words, env=beside(service, language=True))
    assert made.returncode == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def test_the_message_after_which_anger_grew_is_named(
    report: dict[str, Any], versions: tuple[str, str]
) -> None:
    worse, _ = versions
    named = {(one["message"], one["emotion"]) for one in report["unintended"]}
    assert (worse, "frustration") in named
    assert {message for message, _ in named} == {worse}
    (found,) = (one for one in report["unintended"] if one["emotion"] == "frustration")
    assert found["since_before"]["change"]["low"] > 0
    assert found["since_before"]["p"] < 0.05


def test_what_is_not_read_is_counted(report: dict[str, Any]) -> None:
    unread = report["not_judged"]
    assert unread["languages"]["de"] == 1
    assert unread["many"] == sum(unread["languages"].values())


def test_themes_have_sizes_and_the_messages_they_answer(
    report: dict[str, Any], versions: tuple[str, str]
) -> None:
    worse, better = versions
    answered = {message for one in report["themes"] for message in one["messages"]}
    assert answered == {worse, better}
    for one in report["themes"]:
        assert one["share"]["low"] < one["share"]["value"] < one["share"]["high"]
        assert one["people"] >= 10


def test_only_who_agreed_is_quoted_and_not_by_name(
    report: dict[str, Any], versions: tuple[str, str]
) -> None:
    quotes = [quote for one in report["themes"] for quote in one["quotes"]]
    assert [quote["message"] for quote in quotes] == [versions[0]]
    assert quotes[0]["text"].startswith("This is outrageous")
    assert "Silas" not in quotes[0]["text"]


def test_too_few_comments_are_refused_over_http(service: Served) -> None:
    asked = {**PERIOD, "since": "2026-05-20T00:00:00Z"}
    with service.client() as client:
        answer = client.post("/v1/reports/verbatims", json=asked)
    assert answer.status_code in {409, 422}
    assert "column comment" in answer.text
