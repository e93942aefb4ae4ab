"""Where a post may be ironic, or accounts copy each other, no machine answers in public: people
are asked, with a deadline; the posts count in full meanwhile, and a verdict is a fact of later
decisions.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.governed import person
from tests.serving import Served

IRONIC = "Oh great, stuck in a tunnel for three hours again. Best railway ever, thank you so much!"


@pytest.fixture(scope="module")
def decision(service: Served) -> dict[str, Any]:
    body = {
        "text": IRONIC,
        "facts": {"request": {"kind": "reply", "automatic": True, "public": True}},
        "max_wait_ms": 60_000,
        "precedents": 0,
    }
    answer = service.post("/v1/decisions", body)
    return dict(answer["decision"])


def test_a_person_has_to_judge_it_first(decision: dict[str, Any]) -> None:
    assert "human-validation" in {one["name"] for one in decision["requirements"]}
    assert "automatic-publication" in decision["prohibitions"]


def test_doubt_lowers_no_tier(service: Served, decision: dict[str, Any]) -> None:
    plain = {
        "text": "Stuck in a tunnel for three hours again.",
        "facts": {"request": {"kind": "reply"}},
        "max_wait_ms": 60_000,
        "precedents": 0,
    }
    order = ["frontline", "specialist", "crisis-team", "executive", "board"]
    unsuspected = service.post("/v1/decisions", plain)["decision"]
    assert order.index(decision["tier"]) >= order.index(unsuspected["tier"])


def test_what_models_could_not_judge_in_time_is_not_published_by_machine(service: Served) -> None:
    body = {
        "text": IRONIC,
        "facts": {"request": {"kind": "reply", "automatic": True, "public": True}},
        "max_wait_ms": 0,
    }
    answer = service.post("/v1/decisions", body)
    assert answer["degraded"]
    assert set(answer["decision"]["prohibitions"]) & {"automatic-publication", "automatic-reply"}


COPIES = "they knew about the doors for months and nobody was told so share this until they pay"
OTHER = ["seat", "roof", "lamp", "sign", "bell", "gate", "path", "wall", "desk", "step", "yard"]
ASKED_WITHIN_S = 30


@pytest.fixture(scope="module")
def asked(service: Served) -> dict[str, Any]:
    """Twenty-four accounts copy each other, a word apart, and a question to people follows."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    properties = {
        "name": "Doors that jam",
        "topic": ["doors"],
        "onset": (now - timedelta(hours=2)).isoformat(),
        "ownedBy": "team/crisis-office",
    }
    record = {"type": "Incident", "id": "incident/jammed-doors", "properties": properties}
    service.post("/v1/records", record)
    service.post("/v1/incidents/jammed-doors/acts", {"act": "open"})
    posts = [
        {
            "id": f"doors-{number}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": (now - timedelta(seconds=30 * (number + 1))).isoformat(),
            "text": f"@{OTHER[number % 11]} {COPIES} {OTHER[number % 7]}",
            "author": {"system": "twitter", "key": f"doors{number}"},
        }
        for number in range(24)
    ]
    taken = service.post("/v1/signals/batch", {"signals": posts}, status=202)
    assert taken["new"] == len(posts)
    decision = publish(service)
    return {"decision": decision, "item": waiting(service, "copy-paste")}


def publish(service: Served) -> dict[str, Any]:
    facts = {"request": {"kind": "reply", "automatic": True, "public": True}}
    body = {"incident": "incident/jammed-doors", "facts": facts, "precedents": 0}
    return dict(service.post("/v1/decisions", body)["decision"])


def waiting(service: Served, doubt: str) -> dict[str, Any]:
    until = time.monotonic() + ASKED_WITHIN_S
    while time.monotonic() < until:
        for one in service.get("/v1/validations", incident="incident/jammed-doors")["items"]:
            if one["doubt"] == doubt:
                return dict(one)
        time.sleep(0.2)
    raise AssertionError(f"nobody was asked about {doubt}")


def test_copying_accounts_are_recognised_and_no_machine_answers(asked: dict[str, Any]) -> None:
    assert "copy-paste" in asked["decision"]["detections"]
    assert "automatic-publication" in asked["decision"]["prohibitions"]


def test_people_are_asked_in_the_one_queue_with_a_deadline(
    service: Served, asked: dict[str, Any]
) -> None:
    items = {one["thing"]: one for one in service.get("/v1/queue", kind="validation")["items"]}
    item = items[asked["item"]["id"]]
    assert item["due"] is not None
    assert item["team"] is not None
    assert "claim" in item["acts"]


def test_a_verdict_by_a_person_is_a_fact_of_the_next_decision(
    service: Served, asked: dict[str, Any]
) -> None:
    item = asked["item"]
    service.post(f"/v1/{item['id'].replace('/', 's/')}/acts", {"act": "claim", "data": {}})
    for _ in range(item["persons"]):  # two where executives would lead
        done = person(service, item["team"], "responder").act(
            item["id"], "judge", verdict="brigade"
        )
        assert done["actor"].startswith("person/")
    body = {"incident": "incident/jammed-doors", "precedents": 0}
    later = service.post("/v1/decisions", body)
    facts = service.get(later["links"]["self"])["facts"]
    (found,) = [
        fact["values"]
        for fact in facts
        if fact["kind"] == "validation" and fact["values"]["doubt"] == "copy-paste"
    ]
    assert (found["verdict"], found["waiting"]) == ("brigade", 0)
