"""A decision calls the crisis team and then executives in when posts about an incident surge; a
lull lowers nothing.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

TIERS = ["frontline", "specialist", "crisis-team", "executive", "board"]
INCIDENT = {
    "type": "Incident",
    "id": "incident/brakes",
    "properties": {
        "name": "Brakes that fail",
        "cluster": "unknown",
        "severity": "severe",
        "certainty": "likely",
        "similarHistory": True,
        "ownedBy": "team/crisis-office",
        "topic": ["brakes"],
        "onPlatform": ["platform/twitter"],
    },
}


@pytest.fixture(scope="module")
def hours(service: Served) -> list[dict[str, Any]]:
    """A decision an hour, while 1, 14, 60, 3 and 0 posts an hour are heard."""
    begun = datetime.fromisoformat(service.get("/v1/clock")["at"])
    onset = {"onset": begun.isoformat()}
    record = INCIDENT | {"properties": {**INCIDENT["properties"], **onset}}  # type: ignore[dict-item] # an object
    service.post("/v1/records", record)
    service.post("/v1/incidents/brakes/acts", {"act": "open"})
    decided = []
    for hour, posts in enumerate([1, 14, 60, 3, 0]):
        end = begun + timedelta(hours=hour + 1)
        service.post("/v1/clock", {"at": end.isoformat()}, status=200)
        heard = [
            {
                "id": f"brakes-{hour}-{number}",
                "platform": "platform/twitter",
                "feed": "feed/listening",
                "posted_at": (end - timedelta(seconds=30 * (number + 1))).isoformat(),
                "text": f"My brakes failed at {number} Elm Street and nobody answers.",
            }
            for number in range(posts)
        ]
        if heard:
            taken = service.post("/v1/signals/batch", {"signals": heard}, status=202)
            assert (taken["new"], taken["rejected"]) == (posts, [])
        body = {"incident": "incident/brakes", "precedents": 0}
        decided.append(service.post("/v1/decisions", body))
    return decided


def tiers(hours: list[dict[str, Any]]) -> list[int]:
    return [TIERS.index(one["decision"]["tier"]) for one in hours]


def test_a_quiet_incident_stays_with_specialists(hours: list[dict[str, Any]]) -> None:
    assert hours[0]["decision"]["tier"] == "specialist"


def test_a_surge_calls_executives_in(hours: list[dict[str, Any]]) -> None:
    assert hours[2]["decision"]["tier"] == "executive"
    assert "surge" in hours[2]["decision"]["detections"]
    assert "team/executive" in {route["team"] for route in hours[2]["decision"]["routes"]}


def test_a_lull_lowers_nothing(hours: list[dict[str, Any]]) -> None:
    assert tiers(hours) == sorted(tiers(hours))
    assert hours[4]["decision"]["tier"] == "executive"


def test_the_reasons_name_the_figures(service: Served, hours: list[dict[str, Any]]) -> None:
    told = attune("explain", hours[2]["id"], env=beside(service))
    assert told.returncode == 0, told.stderr
    assert "surge" in told.stdout
    assert "volume" in told.stdout or "excess" in told.stdout


def test_a_person_stands_it_down_with_a_reason(
    service: Served, hours: list[dict[str, Any]]
) -> None:
    assert hours
    act = {"act": "stand-down", "data": {"tier": "specialist", "reason": "Nothing for an hour."}}
    service.post("/v1/incidents/brakes/acts", act)
    shown = service.get("/v1/incidents/brakes")
    assert (shown["tier"], shown["stood_down"]) == ("specialist", True)
