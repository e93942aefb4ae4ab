"""Figures of empathy have a formula, a target, exactly one who answers for them, and values over
time; gaps across customer service, PR and legal are told, and a RACI matrix comes as JSON and
CSV.
"""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

KPI = "kpi/answered-in-time"
WHOLE: dict[str, object] = {
    "name": "Answered in time",
    "formula": "answers in time / answers",
    "input": ["answers in time", "answers"],
    "source": "Case system, report 12",
    "target": 0.9,
    "direction": "at-least",
    "unit": "1",
    "measuredEvery": "P7D",
    "accountable": "team/customer-care",
    "responsible": ["team/social-care"],
    "consulted": ["team/legal", "team/social-care"],
    "informed": ["team/executive"],
}


def put(service: Served, kpi: str = KPI, /, **changes: object) -> httpx.Response:
    said = {name: value for name, value in (WHOLE | changes).items() if value is not None}
    with service.client() as client:
        return client.post("/v1/records", json={"type": "KPI", "id": kpi, "properties": said})


def gaps(service: Served, about: str) -> set[str]:
    return {one["gap"] for one in service.get("/v1/kpis/gaps")["items"] if one["about"] == about}


@pytest.fixture(scope="module")
def kpi(service: Served) -> str:
    answer = put(service)
    assert answer.status_code == 201, answer.text
    return KPI


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accountable": None}, "exactly one accountable"),
        ({"accountable": ["team/legal", "team/customer-care"]}, "exactly one accountable"),
        ({"formula": "answers in tyme / answers"}, "tyme"),
        ({"formula": "answers in time > answers"}, "boolean"),
        ({"formula": "median"}, "one input"),
        ({"formula": "1 / 2", "input": ["answers"]}, "does not stand in the formula"),
        ({"direction": "up"}, "at-least"),
    ],
)
def test_a_figure_that_nobody_owns_or_can_reckon_is_refused(
    service: Served, changes: dict[str, object], words: str
) -> None:
    answer = put(service, "kpi/refused", **changes)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_formula_gives_the_value_with_its_moment_and_sample(service: Served, kpi: str) -> None:
    path = "/v1/kpis/answered-in-time/measurements"
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    assert gaps(service, kpi) == {"never-measured"}
    week = (now - timedelta(days=8)).isoformat()
    first = {"as_of": week, "inputs": {"answers in time": 60, "answers": 80}, "sample": 80}
    assert service.post(path, first)["value"] == 0.75
    assert gaps(service, kpi) == {"stale"}
    yesterday = (now - timedelta(days=1)).isoformat()
    service.post(path, {"as_of": yesterday, "value": 0.95, "sample": 40})
    late = {"as_of": (now - timedelta(days=3)).isoformat(), "value": 0.5, "sample": 10}
    service.post(path, late)  # what is recorded later of an earlier time is not the current one
    shown = service.get("/v1/kpis/answered-in-time")
    assert shown["current"]["value"] == 0.95
    assert (shown["current"]["sample"], shown["meets"], shown["stale"]) == (40, True, False)
    assert [one["value"] for one in shown["measurements"]] == [0.95, 0.5, 0.75]
    assert gaps(service, kpi) == set()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"inputs": {"answers in time": 1}, "sample": 1}, "/inputs/answers"),
        ({"inputs": {"answers in time": 1, "answers": 0}, "sample": 1}, "/inputs"),
        ({"inputs": {"answers in time": 1, "answers": "2"}, "sample": 1}, "/inputs/answers"),
        (
            {"inputs": {"answers in time": 1, "answers": 2, "calls": 3}, "sample": 1},
            "/inputs/calls",
        ),
        ({"value": 0.9}, "/sample"),
        ({"value": 0.9, "sample": 0}, "/sample"),
        ({"value": 0.9, "inputs": {}, "sample": 3}, "/value"),
        ({"value": 0.9, "sample": 3, "as_of": "2199-01-01T00:00:00Z"}, "/as_of"),
        ({}, "/value"),
    ],
)
def test_a_measurement_that_does_not_fit_says_why(
    service: Served, kpi: str, body: dict[str, object], pointer: str
) -> None:
    del kpi
    answer = service.post("/v1/kpis/answered-in-time/measurements", body, status=422)
    assert pointer in {one["pointer"] for one in answer["errors"]}
    service.post("/v1/kpis/nobody-knows/measurements", {"value": 1, "sample": 1}, status=404)


def test_gaps_of_figures_teams_and_functions_are_told(service: Served) -> None:
    bare = {"name": "Bare", "accountable": "team/legal"}
    record = {"type": "KPI", "id": "kpi/bare", "properties": bare}
    service.post("/v1/records", record)
    service.post("/v1/records", record | {"id": "kpi/bare-again"})
    assert gaps(service, "kpi/bare") == {
        "no-formula",
        "no-source",
        "no-target",
        "no-direction",
        "never-measured",
        "duplicate",
    }
    items = service.get("/v1/kpis/gaps")["items"]
    team = [one for one in items if one["gap"] == "team-without-kpi"]
    assert "team/data-protection" in {one["about"] for one in team}  # legal's, without any figure
    assert all(one["cure"] for one in items)


def test_an_accountable_person_who_left_is_a_gap(service: Served) -> None:
    person: dict[str, Any] = {
        "type": "Person",
        "key": {"system": "staff", "key": "leaver"},
        "properties": {"memberOf": "team/legal"},
    }
    who = service.post("/v1/records", person)["id"]
    owned = {"name": "Owned by a person", "accountable": who}
    service.post("/v1/records", {"type": "KPI", "id": "kpi/of-a-person", "properties": owned})
    assert "accountable-gone" not in gaps(service, "kpi/of-a-person")
    service.post("/v1/records", person | {"properties": {}})
    assert {"accountable-gone", "no-accountable"} <= gaps(service, "kpi/of-a-person")


def test_the_matrix_comes_as_json_and_csv_and_from_the_command_line(
    service: Served, kpi: str
) -> None:
    table = service.get("/v1/kpis/raci")
    (row,) = (one for one in table["rows"] if one["kpi"] == kpi)
    assert row["cells"] == {
        "team/customer-care": "A",
        "team/executive": "I",
        "team/legal": "C",
        "team/social-care": "RC",
    }
    with service.client() as client:
        text = client.get("/v1/kpis/raci", params={"format": "csv"})
    assert text.headers["Content-Type"].startswith("text/csv")
    rows = [*csv.DictReader(io.StringIO(text.text))]
    (mine,) = (one for one in rows if one["kpi"] == kpi)
    assert {w: mine[w] for w in table["columns"] if mine[w]} == row["cells"]
    told = attune("kpis", "raci", "--csv", env=beside(service))
    assert [*csv.DictReader(io.StringIO(told.stdout))] == rows
    plain = attune("kpis", "raci", env=beside(service))
    assert "RC  team/social-care" in plain.stdout


def test_a_figure_is_measured_and_shown_from_the_command_line(service: Served) -> None:
    name = "kpi/first-human-answer"  # of the sample: a median of minutes
    done = attune(
        "kpis", "measure", name, "--input", "minutes to first answer=12,30,45", env=beside(service)
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(attune("kpis", "show", name, "--json", env=beside(service)).stdout)
    assert (shown["current"]["value"], shown["current"]["sample"]) == (30.0, 3)
    assert shown["meets"] is True  # at most 30 minutes
    wrong = attune("kpis", "measure", name, "--input", "minutes=x", env=beside(service))
    assert wrong.returncode == 2
    assert "is no input" in wrong.stderr
    listed = attune("kpis", "list", env=beside(service))
    assert name in listed.stdout
    lacking = attune("kpis", "gaps", env=beside(service))
    assert "team-without-kpi" in lacking.stdout
