"""Where a post may be ironic, a decision forbids automatic publication and requires a person's
judgement first; the post counts in full meanwhile.
"""

from typing import Any

import pytest

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
