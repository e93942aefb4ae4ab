from ontology.decisions import Decision
from service import desk
from service.world import World
from tests.conftest import Door

CALM = {
    "facts": {
        "spread": [
            {
                "window": "PT1H",
                "volume": 30,
                "baseline": 10.0,
                "excess": 3.0,
                "confidence": "likely",
                "judged_share": 1.0,
            }
        ]
    },
    "incident": "incident/2013-ny-train",
}


def test_a_quiet_rule_says_which_condition_failed_and_what_would_hold(door: Door) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    fired = {firing["rule"] for firing in made["decision"]["firings"]}
    rules = [rule["id"] for rule in door.get("/v1/policies/active").get_json()["rules"]]
    quiet = next(rule for rule in rules if rule not in fired)
    told = door.get(f"{made['links']['self']}/why-not", query_string={"rule": quiet}).get_json()
    assert told["fires"] is False
    assert told["unmet"] or told["present"] or told["unjoined"]
    assert quiet in told["text"]


def test_a_rule_that_fired_says_so(door: Door) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    rule = made["decision"]["firings"][0]["rule"]
    told = door.get(f"{made['links']['self']}/why-not", query_string={"rule": rule}).get_json()
    assert told["fires"] is True


def test_a_misspelt_rule_is_answered_with_the_nearest(door: Door) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    rule = made["decision"]["firings"][0]["rule"]
    path = f"{made['links']['self']}/why-not"
    answer = door.get(path, query_string={"rule": rule + "x"})
    assert answer.status_code == 404
    assert rule in answer.get_json()["detail"]


def test_a_counterfactual_really_changes_the_tier(door: Door, world: World) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    body = door.get(f"{made['links']['self']}/counterfactuals").get_json()
    assert body["items"]
    before = made["decision"]["tier"]
    for item in body["items"]:
        assert item["tier"] != before
        assert len(item["changes"]) <= 2
        assert item["text"]
    event = world.ledger.by_id(made["id"])
    assert event is not None
    assert isinstance(desk.stored(event), Decision)


def test_a_counterfactual_of_the_routes_names_other_teams(door: Door) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    before = [route["team"] for route in made["decision"]["routes"]]
    path = f"{made['links']['self']}/counterfactuals"
    items = door.get(path, query_string={"of": "routes"}).get_json()["items"]
    assert items
    assert all(item["teams"] != before for item in items)


def test_the_derivation_is_drawn_as_the_same_svg_each_time(door: Door) -> None:
    made = door.post("/v1/decisions", CALM).get_json()
    path = f"{made['links']['self']}/picture"
    first, second = (door.get(path).get_data(as_text=True) for _ in range(2))
    assert first == second
    assert "<svg" in first
