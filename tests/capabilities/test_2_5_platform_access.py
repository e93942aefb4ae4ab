"""A platform's access, quota and fallback are recorded; one without a way out is refused, and a
decision names the fallback duty when access is suspended or a quota runs out.
"""

import httpx

from tests.serving import Served

REPLY = {"request": {"kind": "reply", "public": True}}


def put(service: Served, **properties: object) -> httpx.Response:
    record = {"type": "Platform", "id": "platform/short-video", "properties": properties}
    with service.client() as client:
        return client.post("/v1/records", json=record)


def test_a_platform_without_a_way_out_is_refused_with_the_cure(service: Served) -> None:
    answer = put(service, name="Short video", status="available", access="basic")
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"].endswith("gate-refused")
    assert "fallback" in str(problem["errors"])
    assert "ontology/shapes/" in str(problem["errors"])


def test_a_platform_that_was_shut_needs_its_fallback(service: Served) -> None:
    suspended = put(
        service,
        name="Short video",
        status="suspended",
        access="basic",
        fallback="platform/website",
    )
    assert suspended.status_code == 201, suspended.text
    body = {"platform": "platform/short-video", "facts": REPLY, "precedents": 0}
    decision = service.post("/v1/decisions", body)["decision"]
    assert "access-at-risk" in decision["detections"]
    assert "fallback-channel" in {one["name"] for one in decision["requirements"]}
    assert "team/platform-desk" in {route["team"] for route in decision["routes"]}


def test_a_quota_that_ends_soon_is_told_before_it_ends(service: Served) -> None:
    scarce = put(
        service,
        name="Short video",
        status="available",
        access="basic",
        minutesToExhaustion=10,
        fallback="platform/website",
    )
    assert scarce.status_code == 201, scarce.text
    body = {"platform": "platform/short-video", "facts": REPLY, "precedents": 0}
    decision = service.post("/v1/decisions", body)["decision"]
    assert "access-at-risk" in decision["detections"]
    assert "team/platform-desk" in {one["team"] for one in decision["notifications"]}


def test_the_fallback_of_others_is_not_removed(service: Served) -> None:
    with service.client() as client:
        answer = client.delete("/v1/records/platform/website")
    assert answer.status_code == 422
