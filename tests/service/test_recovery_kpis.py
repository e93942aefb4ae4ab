"""KPIs that stand for a figure of recovery: measured once a state, told with their interval."""

from datetime import timedelta
from typing import Any

import pytest

from knowledge.measures.estimates import Estimate
from ontology.identity import ThingId
from service.recovery_kpis import Measuring
from service.scorecard_kpis import kpis
from service.world import World
from tests.conftest import Door
from tests.service.test_recovery import DIP, INCIDENT, keep, posts

KPI = "kpi/half-life"


def kpi(source: str, local: str = "half-life") -> dict[str, Any]:
    return {
        "type": "KPI", "id": f"kpi/{local}",
        "properties": {
            "name": f"Half-life {local}", "accountable": "team/crisis-office", "source": source,
            "target": 24.0, "direction": "at-most", "unit": "h",
        },
    }  # fmt: skip


@pytest.fixture
def recovering(world: World, door: Door) -> World:
    now = world.clock.now().replace(minute=0, second=0, microsecond=0)
    begin = now - timedelta(hours=DIP.hours + 2)
    record = {
        "type": "Incident", "id": INCIDENT,
        "properties": {
            "name": "Gates", "cluster": "accidental", "severity": "severe", "certainty": "likely",
            "ownedBy": "team/crisis-office", "topic": ["gates"],
            "onset": (begin + timedelta(hours=DIP.onset)).isoformat(),
        },
    }  # fmt: skip
    for one in (
        record,
        kpi("attune: recovery sentiment half_life"),
        kpi("attune: recovery sentiment onset", "a-moment"),
        kpi("Case system, report 12", "elsewhere"),
    ):
        assert door.post("/v1/records", one).status_code < 300
    act(door, "open")
    keep(world, posts(begin))
    return world


def act(door: Door, name: str) -> None:
    answer = door.post("/v1/incidents/gates/acts", {"act": name})
    assert answer.status_code < 300, answer.text


def measured(door: Door, local: str = "half-life") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.get(f"/v1/kpis/{local}").get_json()["measurements"]
    return found


def test_a_figure_is_measured_once_a_state_with_its_interval(
    recovering: World, door: Door
) -> None:
    measuring = Measuring(recovering)
    assert measuring.step() == 0  # still open
    act(door, "recover")
    assert measuring.step() == 1
    assert measuring.step() == 0
    assert Measuring(recovering).step() == 0  # nor by a worker that is started anew
    (one,) = measured(door)
    assert one["low"] <= DIP.half <= one["high"]
    assert one["sample"] > 100
    assert one["source"] == f"attune: recovery {INCIDENT} recovery"
    assert measured(door, "a-moment") == measured(door, "elsewhere") == []
    now = recovering.clock.now()
    shown = {one.name: one.now for one in kpis(recovering, {}, now - timedelta(days=9), now)}
    told = shown["Half-life half-life"]
    assert isinstance(told, Estimate)
    assert (told.low, told.high) == (one["low"], one["high"])


def test_an_incident_of_which_nothing_was_heard_gives_no_value(world: World, door: Door) -> None:
    record = {"type": "Incident", "id": "incident/quiet", "properties": {
        "name": "Quiet", "cluster": "accidental", "severity": "minor", "certainty": "likely",
        "ownedBy": "team/crisis-office", "topic": ["quiet"],
        "onset": world.clock.now().isoformat(),
    }}  # fmt: skip
    assert door.post("/v1/records", record).status_code < 300
    assert door.post("/v1/records", kpi("attune: recovery volume area")).status_code < 300
    for name in ("open", "recover"):
        assert door.post("/v1/incidents/quiet/acts", {"act": name}).status_code < 300
    assert Measuring(world).step() == 0
    assert world.measurements_now().of(ThingId(KPI)) == ()
