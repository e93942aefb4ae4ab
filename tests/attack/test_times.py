"""Times at the edges of calendars, days and clocks: kept, or refused with a reason, never lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.world import World
from tests.conftest import Door

NOW = datetime(2026, 11, 1, 7, tzinfo=UTC)


def _signal(number: int, posted_at: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"t{number}",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": posted_at,
        "text": "Still no train.",
        **more,
    }


@pytest.mark.parametrize(
    "posted_at",
    [
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59Z",
        "2013-12-01T12:21:04",
        "2013-02-29T00:00:00Z",
        "1e30",
    ],
)
def test_a_time_that_nobody_can_mean_is_refused_and_the_rest_of_the_batch_kept(
    door: Door, posted_at: str
) -> None:
    rows = [_signal(1, "2026-11-01T06:00:00Z"), _signal(2, posted_at)]
    answer = door.post("/v1/signals/batch", {"signals": rows})
    assert answer.status_code == 202
    body = answer.get_json()
    assert body["new"] == 1
    assert [fault["pointer"] for fault in body["rejected"]] == ["/signals/1/posted_at"]
    assert door.post("/v1/signals", _signal(2, posted_at)).status_code == 422


def test_a_signal_from_beyond_tomorrow_is_refused_one_from_a_wrong_clock_kept(
    door: Door, world: World
) -> None:
    now = world.clock.now()
    soon = (now + timedelta(hours=14)).isoformat()
    late = (now + timedelta(days=2)).isoformat()
    assert door.post("/v1/signals", _signal(1, soon)).get_json()["new"] == 1
    assert door.post("/v1/signals", _signal(2, late)).status_code == 422


def test_a_signal_whose_time_to_be_kept_is_over_is_refused_not_called_known(
    door: Door, world: World
) -> None:
    world.segments.retain(datetime(2020, 1, 1, tzinfo=UTC))
    answer = door.post("/v1/signals", _signal(1, "2019-12-31T23:59:59Z"))
    assert answer.status_code == 422
    assert "2020-01-01" in answer.get_json()["errors"][0]["detail"]
    assert door.post("/v1/signals", _signal(2, "2020-01-01T00:00:00Z")).get_json()["new"] == 1


@pytest.mark.parametrize("reach", [2**63, 10**18, -1])
def test_a_reach_beyond_all_people_is_refused(door: Door, reach: int) -> None:
    signal = _signal(1, "2026-11-01T06:00:00Z", reach=reach)
    assert door.post("/v1/signals", signal).status_code == 422


def test_the_hour_that_comes_twice_is_two_hours(door: Door, world: World) -> None:
    rows = [_signal(1, "2026-11-01T01:30:00-04:00"), _signal(2, "2026-11-01T01:30:00-05:00")]
    assert door.post("/v1/signals/batch", {"signals": rows}).get_json()["new"] == 2
    with world.listening() as windows:
        spread = windows.spread(None, datetime(2026, 11, 1, 6, 45, tzinfo=UTC))
    assert {row["window"]: row["volume"] for row in spread}["PT1H"] == 1


def test_a_clock_is_not_moved_to_a_time_that_nobody_can_mean(door: Door) -> None:
    for at in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
        assert door.post("/v1/clock", {"at": at}).status_code == 422


@pytest.mark.parametrize("onset", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_a_record_with_such_a_time_is_refused(door: Door, onset: str) -> None:
    body = {"type": "Incident", "id": "incident/edge", "properties": {"name": "x", "onset": onset}}
    assert door.post("/v1/records", body).status_code == 422


@pytest.mark.parametrize("text", ["P999999999D", "P9999999999999999D", "PT1E9S"])
def test_a_fact_with_such_a_duration_is_refused(door: Door, text: str) -> None:
    facts = {"incident": {"age": text}}
    assert door.post("/v1/decisions", {"facts": facts}).status_code == 422
