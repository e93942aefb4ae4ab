"""Bodies that no caller would send in good faith are answered at once, by a problem document."""

import json
import time
from typing import Any

import pytest

from service.app import DEEPEST
from service.decision_bodies import MOST_ROWS
from service.problems import quoted
from tests.conftest import Door

DECISIONS, BATCH, RECORDS = "/v1/decisions", "/v1/signals/batch", "/v1/records"
QUICK_S = 5.0


def _nested(before: bytes, levels: int, after: bytes) -> bytes:
    return before + b"[" * levels + b"]" * levels + after


def _send(door: Door, path: str, body: bytes) -> Any:
    started = time.process_time()
    answer = door.post(path, data=body, headers={"Content-Type": "application/json"})
    assert time.process_time() - started < QUICK_S
    return answer


@pytest.mark.parametrize("levels", [DEEPEST, 200, 900, 10_000])
@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (DECISIONS, b'{"facts":{"customer":{"x":', b"}}}"),
        (BATCH, b'{"signals":[', b"]}"),
        (RECORDS, b'{"type":"Team","id":"team/x","properties":{"name":', b"}}"),
        ("/v1/incidents/2013-ny-train/acts", b'{"act":"confirm","data":{"reason":', b"}}"),
    ],
)
def test_a_body_nested_too_deep_is_refused_at_once(
    door: Door, path: str, before: bytes, after: bytes, levels: int
) -> None:
    answer = _send(door, path, _nested(before, levels, after))
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b'{"max_wait_ms": NaN}',
        b'{"max_wait_ms": Infinity}',
        b'{"max_wait_ms": 1e400}',
        b'{"max_wait_ms": ' + b"9" * 5_000 + b"}",
        b'{"facts": {"customer": {"contacts_week": 18446744073709551617}}}',
        b'{"facts": {"customer": {"contacts_week": 9223372036854775807}}}',
        b'{"facts": {"customer": {"tenure_years": 1e308}}}',
        b'{"text": "\\ud800"}',
        b'{"customer": {"system": "a", "key": "\\udc00"}}',
        b'{"customer": {"system": "a", "key": "b\\u0000"}}',
        b'{"customer": {"system": "a", "key": "\\u202eb"}}',
        b'{"text": "\xff\xfe"}',
        '{"text": "a"}'.encode("utf-16"),
        b"null",
        b"true",
        b'"x"',
        b"",
    ],
)
def test_tokens_that_are_no_json_or_no_sense_are_refused(door: Door, body: bytes) -> None:
    answer = _send(door, DECISIONS, body)
    assert answer.status_code in {400, 422}
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\u202e\u0645\u0301",
        "a" + "\u0301" * 19_999,
        "😡" * 20_000,
        " " * 20_000,
        "(" * 20_000,
    ],
)
def test_any_text_of_the_allowed_length_gets_a_decision(door: Door, text: str) -> None:
    assert _send(door, DECISIONS, json.dumps({"text": text}).encode()).status_code == 201


@pytest.mark.parametrize("rows", [MOST_ROWS + 1, 100_000])
def test_more_facts_than_anyone_states_are_refused_at_once(door: Door, rows: int) -> None:
    facts = {"agreement": [{"topic": f"t{n}", "kind": "dilemma"} for n in range(rows)]}
    answer = _send(door, DECISIONS, json.dumps({"facts": facts}).encode())
    assert answer.status_code == 422


def test_a_garbage_batch_names_at_most_a_hundred_faults(door: Door) -> None:
    body = json.dumps({"signals": [{"id": "\0" * 90, "x": n} for n in range(1_000)]}).encode()
    answer = _send(door, BATCH, body)
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) <= 100


@pytest.mark.parametrize("sequence", ["9223372036854775808", "9" * 40])
def test_a_sequence_that_no_database_can_hold_is_not_found(door: Door, sequence: str) -> None:
    assert door.get(f"/v1/ledger/events/{sequence}").status_code == 404


def test_a_value_is_quoted_without_walking_all_of_it() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert len(quoted(deep)) <= 120
    assert len(quoted(dict.fromkeys(range(100000), "x" * 1000))) <= 120


@pytest.mark.parametrize(
    "path",
    [
        "/v1/records/../../etc/passwd",
        "/v1/records/%2e%2e/%2e%2e/x",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/v1/records/team/%00",
        "/v1/decisions/%ff%fe",
        "/v1/incidents/%ed%a0%80",
        "/v1/webhooks/%2e%2e%2e/deliveries",
        "/v1/queue?cursor=999999999999999999-999999999999999999",
        "/v1/queue?team=team/%00",
        "/v1/decisions?cursor=-1",
    ],
)
def test_paths_and_cursors_lead_nowhere_else(door: Door, path: str) -> None:
    answer = door.get(path)
    assert answer.status_code in {200, 400, 404, 422}
    assert "create(" not in answer.get_data(as_text=True)
