import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.page_permits import PAGES
from service.permissions import OPEN, PERMISSIONS
from service.world import World
from tests.conftest import Door


def test_every_endpoint_of_the_application_has_a_permission(door: Door) -> None:
    endpoints = {rule.endpoint for rule in door.http.application.url_map.iter_rules()}
    assert endpoints == set(PERMISSIONS)


def test_every_guarded_endpoint_refuses_who_has_no_key(door: Door) -> None:
    for rule in door.http.application.url_map.iter_rules():
        if PERMISSIONS[rule.endpoint] is OPEN or rule.endpoint in PAGES:
            continue  # pages lead to signing in: tests/pages
        values: dict[str, Any] = dict.fromkeys(rule.arguments, "1")
        with door.http.application.test_request_context():
            path = door.http.application.url_for(rule.endpoint, **values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = door.http.open(path, method=method)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="attune"'


def test_the_interface_is_described_as_openapi_3_1_with_problems_and_examples(door: Door) -> None:
    spec = door.http.get("/openapi.json").get_json()
    assert spec["openapi"].startswith("3.1")
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
    body = spec["components"]["schemas"]["DecisionRequest"]
    assert "2013-ny-train" in json.dumps(body)


def test_the_examples_of_the_interface_are_valid_for_their_schemas(door: Door) -> None:
    schemas = door.http.get("/openapi.json").get_json()["components"]["schemas"]
    checked = 0
    for name, schema in schemas.items():
        if "example" in schema:
            whole = schema | {"components": {"schemas": schemas}}
            Draft202012Validator(whole).validate(schema["example"])
            checked += 1
        else:
            assert name, schema
    assert checked >= 5


def test_the_reference_page_needs_no_network_and_no_script(door: Door) -> None:
    answer = door.http.get("/docs")
    page = answer.get_data(as_text=True)
    assert "/v1/decisions" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!/|#)', page)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/decisions", b"{", 400),
        ("POST", "/v1/decisions", b"[]", 422),
        ("POST", "/v1/decisions", b'{"max_wait_ms": -1}', 422),
        ("POST", "/v1/decisions", b'{"text": ""}', 422),
        ("POST", "/v1/decisions", b'{"texts": "x"}', 422),
        ("GET", "/v1/decisions?limit=0", b"", 422),
        ("GET", "/v1/decisions?cursor=x", b"", 422),
        ("GET", "/v1/decisions/nothing", b"", 404),
        ("GET", "/v1/nothing", b"", 404),
        ("PUT", "/v1/decisions", b"{}", 405),
        ("GET", "/v1/incidents/nothing", b"", 404),
        ("POST", "/v1/incidents/2013-ny-train/acts", b'{"act": "fly"}', 422),
        ("POST", "/v1/incidents/2013-ny-train/acts", b'{"act": "resolve"}', 422),
        ("POST", "/v1/records", b'{"type": "Tem", "properties": {}}', 422),
        ("GET", "/v1/records/no-id", b"", 400),
        ("GET", "/v1/records/team/nobody", b"", 404),
        ("GET", "/v1/ledger/events/99999999", b"", 404),
        ("GET", "/v1/ledger/consistency/5/2", b"", 400),
        ("GET", "/v1/precedents", b"", 422),
        ("POST", "/v1/clock", b'{"at": "2030-01-01T00:00:00Z"}', 409),
    ],
)
def test_every_bad_request_is_answered_by_a_problem_document(
    door: Door, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"}
    answer = door.http.open(path, method=method, data=body, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["instance"].endswith(answer.headers["X-Request-Id"])


def test_a_body_larger_than_allowed_is_refused(door: Door) -> None:
    answer = door.post("/v1/decisions", {"text": "x" * 9_000_000})
    assert answer.status_code == 413


def test_a_request_id_of_the_caller_comes_back(door: Door) -> None:
    answer = door.get("/v1/ledger/head", headers={"X-Request-Id": "caller-0001"})
    assert answer.headers["X-Request-Id"] == "caller-0001"


def test_a_request_id_that_could_forge_log_lines_is_replaced(door: Door) -> None:
    answer = door.get("/v1/ledger/head", headers={"X-Request-Id": "a b"})
    assert answer.headers["X-Request-Id"] != "a b"


def test_a_record_is_put_read_and_removed(door: Door) -> None:
    region = {
        "type": "Region",
        "id": "region/us-vt",
        "properties": {
            "name": "Vermont",
            "jurisdiction": "US-VT",
            "timeZone": "America/New_York",
        },
    }
    assert door.post("/v1/records", region).status_code == 201
    assert door.get("/v1/records/region/us-vt").get_json()["properties"]["name"] == ["Vermont"]
    assert door.delete("/v1/records/region/us-vt").status_code == 200
    assert door.get("/v1/records/region/us-vt").status_code == 404


def test_a_record_can_be_read_as_it_was_known_at_a_moment(door: Door, world: World) -> None:
    from service.bodies import instant

    region = {
        "type": "Region",
        "id": "region/us-vt",
        "properties": {"name": "Vermont", "jurisdiction": "US-VT", "timeZone": "America/New_York"},
    }
    door.post("/v1/records", region)
    then = instant(world.clock.now())
    region["properties"] = {**region["properties"], "name": "The Green Mountain State"}  # type: ignore[dict-item]
    door.post("/v1/records", region)
    path = "/v1/records/region/us-vt"
    assert door.get(path).get_json()["properties"]["name"] == ["The Green Mountain State"]
    assert door.get(path, query_string={"at": then}).get_json()["properties"]["name"] == [
        "Vermont"
    ]
    assert door.get(path, query_string={"at": "1999-01-01T00:00:00Z"}).status_code == 404


def test_the_gate_names_shape_line_and_cure(door: Door) -> None:
    body = {
        "type": "Platform",
        "id": "platform/x",
        "properties": {"name": "X", "fallback": "platform/x"},
    }
    answer = door.post("/v1/records", body)
    assert answer.status_code == 422
    problem = answer.get_json()
    assert problem["type"].endswith("gate-refused")
    assert "ontology/shapes/" in json.dumps(problem["errors"])


def test_a_refusal_of_the_gate_is_recorded(door: Door, world: World) -> None:
    body = {
        "type": "Platform",
        "id": "platform/x",
        "properties": {"name": "X", "fallback": "platform/x"},
    }
    door.post("/v1/records", body)
    (refusal,) = world.ledger.newest(types=("refusal.recorded",), limit=1)
    assert refusal.subject == "platform/x"


def test_pages_of_decisions_show_each_once_newest_first(door: Door) -> None:
    made = [door.post("/v1/decisions", {}).get_json()["id"] for _ in range(5)]
    shown: list[str] = []
    cursor = ""
    while cursor is not None:
        page = door.get(f"/v1/decisions?limit=2{cursor and f'&cursor={cursor}'}").get_json()
        shown += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
    assert shown == made[::-1]


def test_an_event_comes_with_a_proof_that_holds(door: Door) -> None:
    from knowledge.merkle import includes

    body = door.get("/v1/ledger/events/3").get_json()
    proof = body["proof"]
    path = [bytes.fromhex(node) for node in proof["path"]]
    root, leaf = bytes.fromhex(proof["root"]), bytes.fromhex(body["leaf"])
    assert includes(leaf, 2, proof["size"], path, root)
    assert not includes(leaf, 3, proof["size"], path, root)


def test_readiness_says_what_is_missing(door: Door) -> None:
    answer = door.http.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["parts"]["precedents"] is False
    assert door.http.get("/healthz").status_code == 200


def test_metrics_count_requests_by_endpoint_and_never_by_path(door: Door) -> None:
    door.get("/v1/incidents/some-secret-name")
    text = door.http.get("/metrics").get_data(as_text=True)
    assert 'endpoint="incidents.one"' in text
    assert "some-secret-name" not in text


def test_the_active_policy_shows_its_rules(door: Door, world: World) -> None:
    body = door.get("/v1/policies/active").get_json()
    assert body["digest"] == world.policies.active
    assert len(body["rules"]) >= 20
    assert all(rule["reason"] and rule["owner"] for rule in body["rules"])


def test_a_replay_world_moves_its_clock_for_every_worker(open_world: Any) -> None:
    from service.app import create

    first, second = open_world(world="replay"), open_world(world="replay")
    key = first.settings.operator_key.read_text().strip()
    door = Door(http=create(first.settings, world=first).test_client(), key=key)
    to = "2031-01-01T00:00:00Z"
    assert door.post("/v1/clock", {"at": to}).get_json()["at"] == to
    second.catch_up()
    assert second.clock.now().year == 2031
    assert door.post("/v1/clock", {"at": "2030-01-01T00:00:00Z"}).status_code == 409
