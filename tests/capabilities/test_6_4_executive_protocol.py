"""Leaders owe their own people a word within hours, and again until it is over: a rule says when,
a duty counts the time, and only a word that shows enough empathy meets it.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune

NAMES = count(1)
SLOTS = {
    "known": ["61 people are hurt, says the fire department", "nobody of our crew is in danger"],
    "feel": "you are shaken",
    "decided": "no train leaves a depot before its crew has had a night off",
    "present": "in the canteen at every change of shift",
    "signed_by": "Maria Okafor",
    "heard": "you are tired",
    "open": "why the brakes were late",
    "found": "the brakes were worn",
    "changed": "two of us inspect every brake",
    "stays": "two of you will be away until spring",
}


@pytest.fixture(scope="module")
def chief(service: Served) -> Person:
    return person(service, "team/executive", "reviewer", "governance", "responder")


@pytest.fixture(scope="module")
def writer(service: Served) -> Person:
    return person(service, "team/people-and-culture", "responder", "reviewer")


@pytest.fixture(scope="module")
def carer(service: Served) -> Person:
    return person(service, "team/people-and-culture", "reviewer")


def until(found: Callable[[], Any]) -> Any:
    """What is found once it is there; the service follows decisions in the background."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if there := found():
            return there
        time.sleep(0.2)
    raise AssertionError("it did not come to it")


def led(service: Served, chief: Person, **properties: object) -> str:
    """An incident that executives lead."""
    about = incident(service, f"protocol-{next(NAMES)}", **properties)
    chief.act(about, "escalate", tier="executive")
    return about


def decide(service: Served, about: str) -> dict[str, Any]:
    return service.post("/v1/decisions", {"incident": about, "precedents": 0})


def duty_of(service: Served, about: str, state: str | None = None) -> dict[str, Any]:
    """The duty about an incident, once it is there, or in a state."""

    def found() -> Any:
        items = service.get("/v1/duties", incident=about)["items"]
        return [one for one in items if state in {None, one["state"]}]

    return dict(until(found)[0])


def owed(service: Served, chief: Person, **properties: object) -> dict[str, Any]:
    about = led(service, chief, **properties)
    decide(service, about)
    return duty_of(service, about)


def advance(service: Served, span: timedelta) -> None:
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    service.post("/v1/clock", {"at": (now + span).isoformat()}, status=200)


def composed(service: Served, duty: dict[str, Any], **more: str) -> dict[str, Any]:
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    slots = {**SLOTS, "next_update": (now + timedelta(hours=12)).isoformat(), **more}
    body = {"duty": duty["id"], "channels": ["intranet"], "slots": slots}
    return service.post("/v1/compose", body, status=200)


def drafted(writer: Person, duty: dict[str, Any], template: str, text: str, **more: Any) -> str:
    body = {
        "incident": duty["incident"],
        "kind": "internal-message",
        "audience": "employees",
        "channel": "intranet",
        "duty": duty["id"],
        "template": template,
        "text": text,
    }
    return str(writer.draft(**{**body, **more})["id"])


def out(service: Served, writer: Person, chief: Person, duty: dict[str, Any]) -> str:
    """The word that is owed next: composed, signed and out."""
    found = composed(service, duty)
    message = drafted(writer, duty, found["template"]["id"], found["texts"][0]["text"])
    for asked in writer.submit(message)["approvals"]:
        chief.act(asked["id"], "grant")
    writer.act(message, "publish")
    return message


def test_the_decision_carries_what_is_owed_and_the_queue_shows_it(
    service: Served, chief: Person
) -> None:
    about = led(service, chief)
    (carried,) = decide(service, about)["decision"]["duties"]
    assert (carried["rule"], carried["within"], carried["every"]) == (
        "executives-speak-first",
        "PT4H",
        "P1D",
    )
    duty = duty_of(service, about)
    assert (duty["state"], duty["team"]) == ("owed", "team/executive")
    taken = datetime.fromisoformat(duty["due"]) - datetime.fromisoformat(duty["held_since"])
    assert taken == timedelta(hours=4)
    rows = service.get("/v1/queue", kind="duty", team="team/executive", limit=200)["items"]
    assert [row["due"] for row in rows if row["thing"] == duty["id"]] != []


def test_another_decision_owes_nothing_more(service: Served, chief: Person) -> None:
    duty = owed(service, chief)
    made = decide(service, duty["incident"])
    assert made["decision"]["duties"] != []
    owed(service, chief)  # decisions are followed in their order
    items = service.get("/v1/duties", incident=duty["incident"])["items"]
    assert [(one["id"], one["held_since"]) for one in items] == [(duty["id"], duty["held_since"])]


def test_a_weak_word_is_refused_and_told_what_it_lacks(
    service: Served, chief: Person, writer: Person
) -> None:
    duty = owed(service, chief)
    text = (
        "Colleagues, a train left the rails. Managers instruct their teams."
        " There will be another message at noon."
    )
    message = drafted(writer, duty, "executive-word", text)
    told = json.dumps(writer.submit(message, status=422))
    assert "concern of level 0" in told
    assert "for example" in told
    path = message.replace("message/", "messages/")
    foreseen = writer.ask("GET", f"/v1/{path}/refusals")
    assert {"concern", "understanding", "asking"} == {one["path"] for one in foreseen["items"]}


def test_first_word_update_and_last_word_meet_it_to_the_end(
    service: Served, chief: Person, writer: Person
) -> None:
    duty = owed(service, chief)
    about = duty["incident"]
    assert composed(service, duty)["template"]["id"] == "executive-word"
    out(service, writer, chief, duty)
    informed = duty_of(service, about, "informed")
    assert composed(service, informed)["template"]["id"] == "executive-update"
    out(service, writer, chief, informed)
    chief.act(about, "resolve", reason="All is paid.")
    closing = duty_of(service, about, "closing")
    assert composed(service, closing)["template"]["id"] == "executive-closing"
    out(service, writer, chief, closing)
    met = duty_of(service, about, "met")
    assert [(one["stage"], one["in_time"]) for one in met["words"]] == [
        ("first", True),
        ("update", True),
        ("closing", True),
    ]
    assert all(one["empathy"]["concern"] >= 1 for one in met["words"])


def test_colleagues_who_die_have_a_word_of_their_own(service: Served, chief: Person) -> None:
    duty = owed(service, chief, harm="death", colleaguesHurt=True)
    assert (duty["rule"], duty["minimum"]["concern"]) == ("colleague-hurt", 2)
    more = {
        "who": "Our colleague Daniel",
        "remembered": "He knew every yard",
        "mourning": "At noon",
    }
    found = composed(service, duty, **more)
    assert found["template"]["id"] == "colleagues-died"
    assert found["texts"][0]["empathy"]["emotional_reactions"] == 2
    assert not any("asks for" in words for words in found["texts"][0]["findings"])


def test_words_in_a_language_that_nobody_here_judges_need_a_person(
    service: Served, chief: Person, writer: Person, carer: Person
) -> None:
    duty = owed(service, chief)
    text = "Liebe Kolleginnen und Kollegen, ein Zug ist entgleist. Es tut mir sehr leid."
    message = drafted(writer, duty, "executive-word", text, language="de")
    asked = {one["requirement"]: one for one in writer.submit(message)["approvals"]}
    assert asked["empathy-check"]["routedTo"] == "team/people-and-culture"
    for name, one in asked.items():
        (carer if name == "empathy-check" else chief).act(one["id"], "grant")
    writer.act(message, "publish")
    (said, *_) = duty_of(service, duty["incident"], "informed")["words"]
    assert (said["message"], said["empathy"]) == (message, None)


def test_it_is_warned_of_then_late_then_a_fact_for_decisions(
    service: Served, chief: Person
) -> None:
    duty = owed(service, chief)
    about = duty["incident"]
    advance(service, timedelta(hours=3, minutes=1))
    until(lambda: "Three quarters" in json.dumps(service.get("/v1/alerts", incident=about)))
    advance(service, timedelta(hours=1))
    duty_of(service, about, "late")
    told = until(lambda: _late(service, about))
    assert {one["team"] for one in told} == {"team/executive", "team/board"}
    assert "closing" in decide(service, about)["decision"]["prohibitions"]


def _late(service: Served, about: str) -> list[dict[str, Any]]:
    rows = service.get("/v1/alerts", incident=about)["items"]
    found = [one for one in rows if "The time has passed" in str(one.get("reason"))]
    return found if len(found) > 1 else []


def test_a_stood_down_incident_ends_it(service: Served, chief: Person) -> None:
    duty = owed(service, chief)
    chief.act(duty["incident"], "stand-down", tier="specialist", reason="At baseline.")
    assert duty_of(service, duty["incident"], "ended")["due"] is None


def test_the_public_does_not_hear_before_our_own_people(service: Served, writer: Person) -> None:
    about = incident(service, f"protocol-{next(NAMES)}", harm="injury")
    text = "A train left the rails this morning. People were hurt. We will say more by noon."
    statement = str(writer.draft(incident=about, text=text, acknowledges_harm=True)["id"])
    signers: dict[str, Person] = {}
    for asked in writer.submit(statement)["approvals"]:
        team = asked["routedTo"]
        signers[team] = signers.get(team) or person(service, team, "reviewer", "legal")
        signers[team].act(asked["id"], "grant")
    told = json.dumps(writer.act(statement, "publish", status=422))
    assert "message-employees-first" in told
    writer.tell_colleagues(about)
    assert writer.act(statement, "publish")["to"] == "live"


def test_the_command_line_lists_shows_and_reports(service: Served, chief: Person) -> None:
    duty = owed(service, chief)
    env = beside(service)
    listed = attune("duties", "list", "--incident", duty["incident"], env=env)
    assert duty["id"] in listed.stdout, listed.stderr
    shown = attune("duties", "show", duty["id"], "--json", env=env)
    assert json.loads(shown.stdout)["words"][0]["stage"] == "first"
    assert "executive-word" in json.loads(shown.stdout)["templates"]
    report = attune("duties", "report", "--json", env=env)
    rows = {one["rule"]: one for one in json.loads(report.stdout)["report"]}
    assert rows["executives-speak-first"]["words"]["first"]["owed"] >= 1
    assert "owed" in attune("duties", "report", env=env).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--state", "asleep"), "asleep"),
        (("list", "--incident", "team/legal"), "is no incident"),
        (("show", "duty/none"), "duty/none"),
        (("show", "message/none"), "is no duty"),
        (("end", "duty/none", "--reason", "x"), "end"),
    ],
)
def test_the_command_line_refuses_what_is_not_there(
    service: Served, arguments: tuple[str, ...], words: str
) -> None:
    found = attune("duties", *arguments, env=beside(service))
    assert found.returncode == 2, found.stdout
    assert words in found.stderr


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/v1/duties", {"state": "asleep"}, 422),
        ("/v1/duties", {"incident": "team/legal"}, 422),
        ("/v1/duties/none", {}, 404),
    ],
)
def test_bad_questions_get_a_problem(
    service: Served, path: str, query: dict[str, str], status: int
) -> None:
    with service.client() as client:
        found = client.get(path, params=query)
    assert found.status_code == status
    assert found.headers["Content-Type"].startswith("application/problem+json")


def test_composing_for_a_duty_that_does_not_stand_is_refused(service: Served) -> None:
    with service.client() as client:
        found = client.post("/v1/compose", json={"duty": "duty/none"})
    assert (found.status_code, "/duty" in found.text) == (422, True)
