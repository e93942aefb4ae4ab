"""A contact centre names a customer by its own key and gets one answer from customer records and
listening together: who answers, what is required, what is forbidden, and where each fact comes
from.
"""

from typing import Any

import pytest

from tests.serving import Served, attune, environment


@pytest.fixture(scope="module")
def answer(service: Served) -> dict[str, Any]:
    """The answer for a bereaved customer of the derailment."""
    heard = {
        "id": "frontline-1",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": service.get("/v1/clock")["at"],
        "text": "Still thinking of everybody on that train, the derailment was terrible.",
    }
    service.post("/v1/signals", heard, status=202)
    body = {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1003"},
        "facts": {"request": {"kind": "reply"}},
        "precedents": 0,
    }
    return service.post("/v1/decisions", body)


def test_the_record_decides_whose_hands_it_needs(answer: dict[str, Any]) -> None:
    assert "team/care-desk" in {route["team"] for route in answer["decision"]["routes"]}
    assert "human-contact" in {one["name"] for one in answer["decision"]["requirements"]}
    assert "marketing-contact" in answer["decision"]["prohibitions"]


def test_the_facts_come_from_records_and_from_listening(
    service: Served, answer: dict[str, Any]
) -> None:
    facts = service.get(answer["links"]["self"])["facts"]
    by_kind = {fact["kind"]: fact for fact in facts}
    assert by_kind["customer"]["values"]["bereaved"] is True
    assert by_kind["spread"]["origins"][0]["source"] == "window"
    assert by_kind["coverage"]["values"]["customer_records"] == "available"


def test_the_frontline_reads_the_reasons(service: Served, answer: dict[str, Any]) -> None:
    told = service.get(answer["links"]["explanation"])
    assert "bereaved" in told["text"]


def test_a_new_customer_of_an_export_is_known_to_the_next_decision(service: Served) -> None:
    export = service.home / "customers.csv"
    export.write_text("customer id,full name,vulnerable\n9901,Ada Moor,yes\n")
    loaded = attune(
        *("load", "crm", export, "--rejects", service.home / "bad.jsonl"),
        env=environment(service.home, world="replay", language=False),
    )
    assert loaded.returncode == 0, loaded.stderr
    body = {"customer": {"system": "zendesk", "key": "9901"}, "precedents": 0}
    answer = service.post("/v1/decisions", body)
    assert answer["unknown"] == []
    facts = service.get(answer["links"]["self"])["facts"]
    assert [f["values"]["vulnerable"] for f in facts if f["kind"] == "customer"] == [True]


def test_a_customer_that_nobody_knows_gets_caution_and_no_error(service: Served) -> None:
    body = {"customer": {"system": "zendesk", "key": "0"}, "precedents": 0}
    assert service.post("/v1/decisions", body)["unknown"] == ["customer zendesk:0"]
