"""A decision finds its words: a template by tier, strategy, touchpoint, channel and locale, filled
as far as consent permits, with reasons for each slot and for each template passed over, scored for
brand voice, empathy, reading grade and length.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import incident
from tests.serving import Served, attune

URGENT = (
    "Third call today and still no answer! My mother needs her insulin now, she is running out."
)
INCIDENT = "incident/unanswered-calls"  # of its own: other files raise the tiers of the sample's
STATED = {
    "agent": "Maria",
    "situation": "your mother is on that platform without her insulin",
    "next_step": "a colleague on that platform is looking for her now",
    "by": "2026-06-01T15:00:00Z",
}


@pytest.fixture(scope="module", autouse=True)
def warm(service: Served) -> None:
    """Wait until every worker has its models: the first that is ready may answer for another."""
    incident(service, INCIDENT.partition("/")[2], inRegion=["region/us-ny"])
    body = {"text": URGENT, "precedents": 0, "max_wait_ms": 60_000}
    until, judged = time.monotonic() + 120, 0
    while judged < 8 and time.monotonic() < until:
        degraded = service.post("/v1/decisions", body)["degraded"]
        judged = 0 if degraded else judged + 1
        time.sleep(0.5 if degraded else 0)


def composed(service: Served, **more: Any) -> dict[str, Any]:
    return service.post("/v1/compose", more, status=200)


def decided(service: Served, **more: object) -> str:
    body = {"incident": INCIDENT, "precedents": 0, "max_wait_ms": 60_000, **more}
    return str(service.post("/v1/decisions", body)["id"])


def slots(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["slot"]: one for one in answer["slots"]}


def test_what_is_composed_becomes_a_draft_that_says_how_it_was_made(service: Served) -> None:
    source = {"request": {"incident": INCIDENT}, "channel": "web-notice"}
    source |= {"template": "holding-statement", "slots": {"next_update": "2026-06-01T15:00:00Z"}}
    asked = {"from": source, "kind": "statement", "audience": "public"}
    made = service.post("/v1/messages", asked)
    assert (made["state"], made["usesTemplate"]) == ("draft", "holding-statement")
    policies = service.get("/v1/policies/active")
    assert made["underPolicy"] == policies["digest"]
    assert (made["onChannel"], made["language"]) == ("website", "en")
    assert made["composition"] == {"distance": 0.0, "changed": []}
    changed = service.post("/v1/messages", asked | {"text": f"{made['text']} Nobody is hurt."})
    assert changed["composition"]["distance"] > 0
    assert changed["composedText"] == made["text"]
    source["slots"] = {}
    lacking = service.post("/v1/messages", asked, status=422)
    assert lacking["errors"][0]["pointer"] == "/from/slots/next_update"


def test_the_command_line_drafts_what_it_composes(service: Served) -> None:
    slots = json.dumps({"next_update": "2026-06-01T15:00:00Z"})
    words: tuple[str, ...] = (
        "compose",
        "--incident",
        INCIDENT,
        "--template",
        "holding-statement",
        "--draft",
    )
    words += ("--kind", "statement", "--audience", "public", "--slots", slots)
    made = attune(*words, "--channel", "web-notice", "--json", env=beside(service))
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    shown = service.get(f"/v1/{told['id'].replace('message/', 'messages/')}")
    assert (shown["usesTemplate"], shown["author"]) == ("holding-statement", "person/operator")
    told = attune(*words, "--channel", "web-notice", "--by", "person/ada", env=beside(service))
    assert "is draft, from holding-statement" in told.stdout
    refused = attune(*words, env=beside(service))
    assert refused.returncode == 2
    assert "--draft takes one --channel" in refused.stderr
    bad = attune(*words, "--channel", "pigeon", env=beside(service))
    assert bad.returncode == 2
    assert "/from/channel" in bad.stderr


def test_the_words_follow_the_decision(service: Served) -> None:
    decision = decided(service, text=URGENT, touchpoint="touchpoint/website-chat")
    answer = composed(service, decision=decision, slots=STATED, answers=URGENT)
    assert answer["template"]["id"] == "reply-urgent-need"
    assert "detection: urgent-need" in answer["template"]["because"]
    (text,) = answer["texts"]
    assert text["channel"] == "chat"
    assert "without her insulin" in text["text"]
    assert "11:00" in text["text"]  # three in the afternoon UTC, by the clock of New York
    assert answer["complete"]
    assert text["fits"]
    passed = {one["id"]: one["reasons"] for one in answer["passed_over"]}
    assert passed["reply"] == [
        "it fits, but reply-urgent-need meets more of what is known of the situation"
    ]


def test_a_text_is_scored_and_what_is_not_judged_says_so(service: Served) -> None:
    decision = decided(service, text=URGENT, touchpoint="touchpoint/website-chat")
    answer = composed(service, decision=decision, slots=STATED, answers=URGENT)
    (text,) = answer["texts"]
    assert answer["findings"] == []
    assert text["voice"]["score"] >= 90
    assert text["reading"]["formula"] == "Flesch-Kincaid"
    assert text["reading"]["grade"] < 9
    assert {*text["empathy"]} == {"emotional_reactions", "interpretations", "explorations"}
    assert text["empathy"]["emotional_reactions"] > 0
    assert text["empathy"]["interpretations"] > 0
    (unjudged,) = composed(service, decision=decision, slots=STATED)["texts"]
    assert unjudged["empathy"] is None


def test_tier_and_audience_choose_the_words(service: Served) -> None:
    request = {"incident": INCIDENT, "precedents": 0}
    press = composed(service, request=request, kind="statement", audience="press")
    assert press["template"]["id"] == "press-statement"
    inside = composed(service, request=request, kind="internal-message", audience="employees")
    assert inside["template"]["id"] in {"employee-update", "executive-internal-message"}
    public = composed(service, request=request, kind="statement", channels=["social-post"])
    (post,) = public["texts"]
    assert post["length"]["weighted"] <= post["limits"]["weighted"] == 280


def test_an_unkind_word_is_found_where_it_stands(service: Served) -> None:
    request = {"incident": INCIDENT, "precedents": 0}
    stated = STATED | {"situation": "we are sorry if you were inconvenienced"}
    answer = composed(service, request=request, kind="reply", channels=["email"], slots=stated)
    (text,) = answer["texts"]
    never = [one for one in text["voice"]["findings"] if one["kind"] == "never"]
    assert {one["words"].lower() for one in never} >= {"sorry if", "inconvenienced"}
    assert all(text["text"][one["start"] : one["end"]] == one["words"] for one in never)
    assert text["voice"]["score"] <= 20


def test_the_name_stands_there_only_with_consent(service: Served) -> None:
    customer, consent = "customer/words", "consent/words-personalisation"
    said = {"displayName": "Ada Byron", "vulnerable": True, "preferredLanguage": "en"}
    record(service, "Customer", customer, said)
    request = {"incident": INCIDENT, "customer": customer, "precedents": 0}
    asked: dict[str, Any] = {"request": request, "kind": "reply", "channels": ["email"]}
    before = composed(service, **asked, slots=STATED)
    assert slots(before)["name"]["left_out"] == "no consent for personalisation"
    assert before["template"]["id"] == "reply"
    given = {"ofCustomer": customer, "purpose": "personalisation"}
    record(service, "Consent", consent, given | {"validFrom": "2020-01-01T00:00:00Z"})
    after = composed(service, **asked, slots=STATED)
    assert slots(after)["name"]["value"] == "Ada Byron"
    assert slots(after)["name"]["permitted_by"] == [consent]
    assert after["template"]["id"] == "reply-vulnerable"
    assert "vulnerable" not in after["texts"][0]["text"]


def record(service: Served, kind: str, thing: str, properties: Mapping[str, object]) -> None:
    service.post("/v1/records", {"type": kind, "id": thing, "properties": properties})


def test_whoever_opted_out_is_not_come_to(service: Served) -> None:
    record(service, "Customer", "customer/left", {"optedOut": True})
    request = {"customer": "customer/left", "precedents": 0}
    answer = composed(service, request=request, tasks=["closing-the-loop"])
    assert answer["refused"] == "the addressee has given no consent for contact"
    assert answer["texts"] == []


def test_words_of_others_stay_inert(service: Served) -> None:
    request = {"incident": INCIDENT, "precedents": 0}
    attack = "{{ 7*7 }} \u202egnp.exe <b>{% for x in y %}"
    stated = STATED | {"situation": attack}
    answer = composed(service, request=request, kind="reply", channels=["email"], slots=stated)
    text = answer["texts"][0]["text"]
    assert "{{ 7*7 }}" in text
    assert "49" not in text
    assert "\u202e" not in text
    assert "<b>" not in text
    assert slots(answer)["situation"]["removed"] == 1


def test_where_nothing_fits_the_nearest_is_told(service: Served) -> None:
    request = {"incident": INCIDENT, "precedents": 0}
    answer = composed(service, request=request, kind="reply", locale="nl")
    assert answer["template"] is None
    assert any("wanted is nl" in one for one in answer["nearest"]["missing"])


def test_composing_records_nothing(service: Served) -> None:
    request = {"incident": INCIDENT, "precedents": 0}

    def recorded() -> bool:
        before = service.get("/v1/ledger/head")
        composed(service, request=request, kind="reply")
        return bool(service.get("/v1/ledger/head") != before)

    assert not all(recorded() for _ in range(20))  # deadlines may lapse meanwhile, but not always


def test_the_command_line_composes_lists_shows_and_checks(service: Served, tmp_path: Path) -> None:
    env = beside(service)
    decision = decided(service, touchpoint="touchpoint/complaint-mail")
    stated = json.dumps(STATED)
    told = attune(
        "compose", "--decision", decision, "--kind", "reply", "--slots", stated, "--json", env=env
    )
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["decision"] == decision
    assert [one["channel"] for one in answer["texts"]] == ["email"]
    read = attune("compose", "--decision", decision, "--kind", "reply", env=env)
    assert "state it: a date and time with offset" in read.stdout
    assert "passed over" in read.stdout
    wrong = attune("compose", "--decision", decision, "--channel", "e-mail", env=env)
    assert wrong.returncode == 2
    assert "did you mean 'email'?" in wrong.stderr
    assert "reply-bereaved" in attune("templates", "list", env=env).stdout
    assert "I am so sorry" in attune("templates", "show", "reply-bereaved", env=env).stdout
    assert attune("templates", "check", env=env).returncode == 0
    folder = tmp_path / "policy" / "rules" / "templates"
    folder.mkdir(parents=True)
    folder.joinpath("mine.yaml").write_text(
        "collection: mine\nowner: team/a\nlocale: en\ntemplates:\n"
        "  - id: mine\n    title: Mine\n    use: Never.\n"
        "    channels:\n      chat: We are sorry if {{ nme }} was hurt.\n"
    )
    refused = attune("templates", "check", tmp_path / "policy", env=env)
    assert refused.returncode == 2
    assert "mine.yaml:9:" in refused.stderr
    assert "'nme': is no slot" in refused.stderr
