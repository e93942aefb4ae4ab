"""What clients are told of rows of outside measurements, held against rows that are taken."""

import csv
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from knowledge.measures.observation_kinds import KINDS
from loaders.world import sample_observations
from service.founding import OPERATOR
from service.observation_loading import take
from service.observation_schemas import LINES, PATH, row_example, row_schema
from service.world import World
from tests.conftest import Door

AT = "2026-01-05T10:00:00Z"
SURVEY = {"subject": "1001", "at": AT, "instrument": "ces", "score": 6}
STAY = {"subject": 1, "since": "2020-01-05T10:00Z", "observed_until": AT, "churned": False}
REACH = {"at": AT, "channel": "mail", "media": "owned", "impressions": 5}
SAMPLES = {
    name: [*csv.DictReader(file.read_text("utf-8").splitlines())]
    for name, file in sample_observations()
}


def fits(kind: str, row: object) -> bool:
    return Draft202012Validator(row_schema(KINDS[kind])).is_valid(row)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_rows_of_each_kind_fit_its_schema(kind: str) -> None:
    Draft202012Validator.check_schema(row_schema(KINDS[kind]))
    rows = SAMPLES[kind][:200]
    assert rows
    assert [row for row in rows if not fits(kind, row)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_without_what_its_kind_needs_or_with_more_does_not_fit(kind: str) -> None:
    row = SAMPLES[kind][0]
    assert not fits(kind, row | {"nonsense": 1})
    assert not fits(kind, [row])
    for name in (one.name for one in KINDS[kind].columns if one.needed):
        assert not fits(kind, {key: value for key, value in row.items() if key != name}), name
        assert not fits(kind, row | {name: ""}), name
        assert not fits(kind, row | {name: [1]}), name


BAD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("survey", SURVEY, {"subject": "x" * 201}),
    ("survey", SURVEY, {"subject": "a\u0000b"}),
    ("survey", SURVEY, {"at": "soon"}),
    ("survey", SURVEY, {"at": "2026-01-05T10:00:00"}),
    ("survey", SURVEY, {"instrument": "cse"}),
    ("survey", SURVEY, {"score": "six"}),
    ("survey", SURVEY, {"score": "6,5"}),
    ("survey", SURVEY, {"score": 9}),
    ("survey", SURVEY, {"score": True}),
    ("survey", SURVEY, {"comment": "x" * 10_001}),
    ("load", {"at": AT, "team": "team/legal", "contacts": 5}, {"contacts": 4.5}),
    ("load", {"at": AT, "team": "team/legal", "contacts": 5}, {"contacts": -4}),
    ("load", {"at": AT, "team": "team/legal", "contacts": 5}, {"contacts": "-4"}),
    ("revenue", {"subject": 1, "at": AT, "amount": 5, "currency": "EUR"}, {"currency": "Euro"}),
    ("relationship", STAY, {"churned": "maybe"}),
    ("relationship", STAY, {"churned": True}),
    ("relationship", STAY, {"churned": "yes", "until": ""}),
    ("reach", REACH, {"cost": 5}),
    ("reach", REACH, {"cost": "-5", "currency": "EUR"}),
    ("reply", {"at": AT, "text": "Hello"}, {"language": "English!"}),
]


@pytest.mark.parametrize(("kind", "good", "change"), BAD)
def test_a_bad_cell_does_not_fit(kind: str, good: dict[str, Any], change: dict[str, Any]) -> None:
    assert fits(kind, good)
    assert not fits(kind, good | change)


def test_what_does_not_fit_is_rejected_and_what_fits_is_taken(world: World) -> None:
    for kind, good, change in BAD:
        rows = [good, good | change]
        taken, faults = take(world, KINDS[kind], rows, system="x", actor=OPERATOR)
        assert taken.new + taken.known == 1, (kind, change)
        assert [one.pointer.split("/")[2] for one in faults] == ["1"], (kind, change)


def test_the_example_of_each_kind_fits_and_is_taken(world: World) -> None:
    for kind in KINDS.values():
        row = row_example(kind)
        assert fits(kind.name, row), kind.name
        assert take(world, kind, [row], system="zendesk", actor=OPERATOR)[1] == (), kind.name


def test_the_interface_describes_bodies_lines_and_answers(door: Door) -> None:
    spec = door.http.get("/openapi.json").get_json()
    operation = spec["paths"][PATH]["post"]
    content = operation["requestBody"]["content"]
    assert set(content) == {"application/json", *LINES}
    named = {one["name"]: one for one in operation["parameters"]}
    assert named["kind"]["schema"]["enum"] == [*KINDS]
    assert not named["system"]["required"]
    assert {"202", "404", "422"} <= set(operation["responses"])
    assert all(
        "schema" in one for code in ("202", "404", "422") for one in answers(operation, code)
    )

    def judge(schema: dict[str, Any]) -> Draft202012Validator:
        return Draft202012Validator(schema | {"components": spec["components"]})

    for kind, shown in content["application/json"]["examples"].items():
        assert judge(content["application/json"]["schema"]).is_valid(shown["value"])
        bad = {"rows": [shown["value"]["rows"][0] | {"nonsense": 1}]}
        assert not judge(content["application/json"]["schema"]).is_valid(bad)
        got = door.post(f"/v1/observations/{kind}", json=shown["value"])
        assert got.status_code == 202
        judge(answers(operation, "202")[0]["schema"]).validate(got.get_json())
    for kind, shown in content[LINES[0]]["examples"].items():
        assert judge(content[LINES[0]]["x-itemSchema"]).is_valid(json.loads(shown["value"]))
        headers = {"Content-Type": LINES[0]}
        got = door.post(f"/v1/observations/{kind}", data=shown["value"], headers=headers)
        assert got.get_json()["known"] == 1
    for code, got in (
        ("404", door.post("/v1/observations/weather", json={"rows": [{}]})),
        ("422", door.post("/v1/observations/survey", json={"rows": [{}]})),
    ):
        assert got.status_code == int(code)
        judge(answers(operation, code)[0]["schema"]).validate(got.get_json())


def answers(operation: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [*operation["responses"][code]["content"].values()]
