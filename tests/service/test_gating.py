"""What the service tells of engines that differ, and of values that would have passed."""

from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from ontology.shape_engines import ENGINES
from ontology.shape_files import Shapes
from ontology.shape_results import Result
from service.world import World
from tests.conftest import Door


def blind(_: Shapes, __: frozenset[str], ___: Sequence[ox.Quad]) -> list[Result]:
    """An engine that sees nothing."""
    return []


TOUCHPOINT = {"type": "Touchpoint", "id": "touchpoint/x", "properties": {"name": "A secret name"}}


def test_a_disagreement_refuses_is_recorded_without_values_counted_and_told(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, "fast", blind)
    assert door.post("/v1/records", TOUCHPOINT).status_code == 422
    (event,) = world.ledger.newest(types=("gate.differed",), limit=1)
    assert event.subject == "touchpoint/x"
    assert event.data["shapes"] == ["touchpoint-owner"]
    assert "A secret name" not in str(event.data)
    shown = door.get("/metrics").text
    (line,) = [x for x in shown.splitlines() if x.startswith("attune_gate_disagreements_total ")]
    assert float(line.split()[1]) >= 1


def test_engines_that_agree_leave_no_trace(door: Door, world: World) -> None:
    assert door.post("/v1/records", TOUCHPOINT).status_code == 422
    assert world.ledger.newest(types=("gate.differed",), limit=1) == ()


def test_a_refusal_shows_the_nearest_things_that_stand(door: Door) -> None:
    for name in ("care", "legal", "press", "shops"):
        team = {"name": name, "atTier": "executive"}
        put = {"type": "Team", "id": f"team/{name}", "properties": team}
        assert door.post("/v1/records", put).status_code == 201
    wrong = {"name": "X", "ownedBy": "team/legall"}
    answer = door.post("/v1/records", {**TOUCHPOINT, "properties": wrong})
    (fault,) = answer.get_json()["errors"]
    assert fault["value"] == "team/legall"
    assert fault["example"][0] == "team/legal"
    assert len(fault["example"]) == 3


def test_a_refusal_shows_the_values_that_a_shape_lists(door: Door) -> None:
    lost = {"type": "Team", "id": "team/lost", "properties": {"name": "Lost"}}
    (fault,) = door.post("/v1/records", lost).get_json()["errors"]
    assert fault["example"] == ["executive", "board"]
