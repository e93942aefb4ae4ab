"""The report on personal answers and staying: declared, held equal, refused where it must be."""

import json
from typing import Any

import pytest

from service.report_kinds import REPORTS
from service.world import World
from tests.conftest import Door
from tests.service.measured import BEGIN, days, keep, keep_people, who

WHY = "They are treated otherwise and leave otherwise."
PATH = "/v1/reports/retention"
SPAN = {"since": (BEGIN - days(5)).isoformat(), "until": (BEGIN + days(1)).isoformat()}


def asked(*columns: str, **more: Any) -> dict[str, Any]:
    return {"confounders": [{"column": one, "why": WHY} for one in columns], **SPAN, **more}


@pytest.fixture
def peopled(world: World) -> World:
    keep_people(world)
    return world


def figures(told: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in told["figures"]}


@pytest.mark.usefixtures("peopled")
def test_the_truth_is_in_the_report(door: Door) -> None:
    told = door.post(PATH, asked("segment", "tenure", horizon_days=60)).get_json()
    found = figures(told)
    assert found["hazard ratio"]["low"] < 0.4966 < found["hazard ratio"]["high"]
    assert found["risk difference"]["high"] < 0
    assert all(one["balanced"] for one in told["balance"])
    assert "association" in told["verdict"]
    assert (
        found["risk difference"]["n"]
        == told["people"]["compared"]
        == 700 - told["people"]["without_like"]
    )


@pytest.mark.usefixtures("peopled")
def test_every_form_has_it(door: Door) -> None:
    body = asked("segment", horizon_days=60)
    text = door.post(f"{PATH}?format=text", body).text
    assert "Held equal: segment" in text
    assert "E-value" in text
    rows = door.post(f"{PATH}?format=csv", body).text.splitlines()
    assert rows[0] == "part,name,unit,value,low,high,n,withheld"
    picture = door.post(f"{PATH}?format=svg", body).text
    assert "before weighting" in picture
    assert picture == door.post(f"{PATH}?format=svg", body).text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "say what decides who gets a personal answer"),
        ({"confounders": []}, "only where chance decided"),
        (asked("empathy"), "comes with the answer or after it"),
        (asked("until"), "what may be different"),
        (asked("shoe-size"), "there are segment, region"),
        ({"confounders": [{"column": "segment"}]}, "why"),
        (asked("segment", horizon_days=3), "7"),
        (asked("segment", personalised_from=0), "0"),
    ],
)
def test_what_is_declared_wrongly_is_refused(door: Door, body: dict[str, Any], word: str) -> None:
    answer = door.post(PATH, body)
    assert (answer.status_code, word in answer.text) == (422, True), answer.text


def test_without_measurements_it_says_what_to_load(door: Door) -> None:
    answer = door.post(PATH, asked("segment"))
    assert (answer.status_code, "attune load" in answer.text) == (409, True), answer.text


def test_revenue_in_two_currencies_is_not_added_up(peopled: World, door: Door) -> None:
    keep(
        peopled,
        "revenue",
        [
            {"subject": who(1), "at": BEGIN - days(9), "amount": 5.0, "currency": one}
            for one in ("EUR", "USD")
        ],
    )
    answer = door.post(PATH, asked("revenue"))
    assert (answer.status_code, "EUR, USD" in answer.text) == (409, True), answer.text
    told = door.post(PATH, asked("revenue", currency="EUR", horizon_days=60)).get_json()
    assert told["people"]["answered"] == 700


def test_people_without_a_relationship_or_a_told_answer_are_counted(
    peopled: World, door: Door
) -> None:
    keep(peopled, "response", [{"subject": who(9_001), "at": BEGIN, "personalised": 1.0}])
    keep(peopled, "response", [{"subject": who(1), "at": BEGIN - days(1)}])
    told = door.post(PATH, asked("segment", horizon_days=60)).get_json()["people"]
    assert (told["answered"], told["no_relationship"]) == (701, 1)
    assert told["personalisation_not_told"] == 1


@pytest.mark.usefixtures("peopled")
def test_chance_that_decided_is_said_so(door: Door) -> None:
    body = {"randomised": "A keyed hash of the customer decided.", "horizon_days": 60, **SPAN}
    told = door.post(PATH, body).get_json()
    assert "keyed hash" in json.dumps(told["notes"])
    assert "association" not in told["verdict"]


@pytest.mark.usefixtures("peopled")
def test_the_report_names_no_person(door: Door) -> None:
    assert "made-" not in door.post(PATH, asked("segment", horizon_days=60)).text
    assert not REPORTS["retention"].personal
