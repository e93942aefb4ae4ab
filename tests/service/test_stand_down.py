"""A person stands an incident down: what they knew calls nobody again, what is new does."""

from typing import Any

from service.world import World
from tests.conftest import Door

INCIDENT = "incident/2013-ny-train"
KNOWN = {"window": "PT1H", "excess": 4, "volume": 60, "negative_share": 0.2}
FRESH = {"window": "PT15M", "excess": 6, "velocity": 0.8, "volume": 25}


def tier(door: Door, *spread: dict[str, Any]) -> str:
    asked = {"incident": INCIDENT, "precedents": 0, "facts": {"spread": list(spread)}}
    return str(door.post("/v1/decisions", asked).get_json()["decision"]["tier"])


def standing(door: Door) -> str:
    return str(door.get("/v1/incidents/2013-ny-train").get_json()["tier"])


def test_after_a_stand_down_the_same_figures_raise_nothing_and_new_ones_do(
    door: Door, world: World
) -> None:
    assert tier(door, KNOWN) == "crisis-team"
    world.catch_up()
    assert standing(door) == "crisis-team"
    said = {"tier": "specialist", "reason": "It is one post that everybody passes on."}
    act = {"act": "stand-down", "data": said}
    answer = door.post("/v1/incidents/2013-ny-train/acts", act)
    assert answer.status_code == 201, answer.text
    assert tier(door, KNOWN) == "specialist"
    assert standing(door) == "specialist"
    assert tier(door, KNOWN, FRESH) == "crisis-team"
    assert tier(door, KNOWN) == "crisis-team"
