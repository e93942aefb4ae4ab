"""A platform's access, quota and fallback are recorded; `attune listen` keeps to the quota through
faults, a lost access switches to the fallback until a person switches back, and a report says what
to negotiate.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.capabilities.conftest import beside
from tests.platform_simulation import Clock, Platform, simulated
from tests.serving import Served, attune

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


PLATFORM, STAND_IN = "platform/fediverse", "platform/blue"


@pytest.fixture(scope="module")
def simulations(service: Served) -> Iterator[tuple[Platform, Platform]]:
    """Two platforms that misbehave when told to, one the fallback of the other, with feeds."""
    first, second = Platform(clock=Clock()), Platform(clock=Clock())
    first.publish(-10.0 * n for n in range(12))
    second.publish([-5.0, -4.0, -3.0])
    with simulated(first) as one, simulated(second) as other:
        for name, fallback in ((STAND_IN, "platform/website"), (PLATFORM, STAND_IN)):
            _record(service, "Platform", name, **_REGISTERED, fallback=fallback)
        _feed(service, "feed/fediverse", PLATFORM, one, "mastodon-tag")
        _feed(service, "feed/blue", STAND_IN, other, "bluesky-search")
        yield first, second


_REGISTERED = {
    "name": "A platform",
    "status": "available",
    "access": "basic",
    "quota": 300,
    "quotaWindow": "PT5M",
    "ownedBy": "team/platform-desk",
}


def _record(service: Served, kind: str, name: str, /, **properties: object) -> None:
    service.post("/v1/records", {"type": kind, "id": name, "properties": properties})


def _feed(service: Served, name: str, platform: str, url: str, form: str) -> None:
    _record(
        service,
        "Feed",
        name,
        name="A feed",
        observes=platform,
        endpoint=url,
        timeline=form,
        query="train",
        postsPerRequest=5,
    )


def _listen(service: Served) -> dict[str, Any]:
    env = beside(service, platform_allow="127.0.0.1")
    done = attune("listen", PLATFORM, "--once", "--json", env=env)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _registered(service: Served, name: str) -> dict[str, Any]:
    rows = service.get("/v1/platforms")["items"]
    (found,) = (row for row in rows if row["id"] == name)
    return dict(found)


def test_listening_goes_on_where_it_stopped(
    service: Served, simulations: tuple[Platform, Platform]
) -> None:
    platform, _ = simulations
    first = _listen(service)
    assert (first["feed"], first["new"]) == ("feed/fediverse", platform.page)  # begins with a page
    platform.publish([-0.5, -0.4])
    platform.faults.extend(["500", "truncated"])
    again = _listen(service)
    assert (again["new"], again["why"]) == (2, None)
    measured = _registered(service, PLATFORM)["measured"]
    assert (measured["quota"], measured["failures"]) == (300, 2)


def test_a_suspension_switches_to_the_fallback_and_its_owner_hears_of_it(
    service: Served, simulations: tuple[Platform, Platform]
) -> None:
    platform, _ = simulations
    platform.suspended = True
    assert "403" in _listen(service)["why"]
    stands = _registered(service, PLATFORM)
    assert (stands["status"], stands["fallen_back"]) == ("suspended", True)
    (waiting,) = service.get("/v1/queue", kind="platform", team="team/platform-desk")["items"]
    assert (waiting["thing"], waiting["state"]) == (PLATFORM, "fallen-back")
    decisions = service.get("/v1/decisions", limit=20)["items"]
    shown = [service.get(f"/v1/decisions/{one['id'].partition('/')[2]}") for one in decisions]
    told = [one for one in shown if one["request"].get("platform") == PLATFORM]
    assert "team/platform-desk" in {route["team"] for route in told[0]["decision"]["routes"]}
    assert _listen(service)["feed"] == "feed/blue"


def test_a_person_switches_back_once_the_access_is_restored(
    service: Served, simulations: tuple[Platform, Platform]
) -> None:
    platform, _ = simulations
    path, body = f"/v1/platforms/{PLATFORM.partition('/')[2]}/acts", {"act": "return"}
    back = body | {"data": {"reason": "The account was restored."}}
    refused = service.post(path, back, status=409)
    assert "its status is suspended" in refused["detail"]
    platform.suspended = False
    _record(service, "Platform", PLATFORM, **_REGISTERED, fallback=STAND_IN)
    assert service.post(path, back)["to"] == "in-use"
    assert _listen(service)["feed"] == "feed/fediverse"


def test_an_access_that_ends_is_switched_by_itself(service: Served) -> None:
    ended = {**_REGISTERED, "accessExpires": "2026-01-01T00:00:00Z"}
    _record(service, "Platform", "platform/ended", **ended, fallback="platform/website")
    until = time.monotonic() + 30
    while not _registered(service, "platform/ended")["fallen_back"]:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert _registered(service, "platform/ended")["status"] == "revoked"


def test_what_to_negotiate_is_told_with_data_and_method(service: Served) -> None:
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    rows = [
        {
            "id": f"negotiate-{n}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": (at - timedelta(seconds=n)).isoformat(),
            "text": "The derailment again",
        }
        for n in range(120)
    ]
    service.post("/v1/signals/batch", {"signals": rows}, status=202)
    found = service.get("/v1/platforms/twitter/negotiation", days=3)
    assert "incident/2013-ny-train" in found["data"]["incidents"]
    # 60 posts a minute of a sample of 1 in 100, 100 posts a request: 60 requests a minute.
    assert found["need"]["posts_per_minute"]["max"] >= 6_000
    assert found["need"]["requests_per_minute"]["max"] >= 60
    assert found["contract"]["requests_per_minute"] == 30
    assert found["contract"]["shortfall_minutes"] >= 1
    assert found["sufficient"] == "offer/twitter-elevated"
    assert "lower bound" in found["method"]
    command = ("platforms", "report", "platform/twitter", "--days", "3")
    told = attune(*command, env=beside(service))
    assert told.returncode == 0, told.stderr
    assert "offer/twitter-elevated" in told.stdout
