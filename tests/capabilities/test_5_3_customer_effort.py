"""Effort surveys are loaded by a map; attune tells how easy it was by group, week and phase of an
incident, who was asked and kept silent, each figure with its interval, none of fewer than ten.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

MAP = """\
system: survey-tool
zone: America/New_York
decimal: comma
dates: ["%d.%m.%Y %H:%M"]
columns: {Who: subject, When: at, Answer: score, Desk: touchpoint, Words: comment}
constants: {instrument: ces}
values: {touchpoint: {Phone: touchpoint/help-line, Chat: touchpoint/website-chat}}
scales: {ces: [5, 1]}
"""
PHASES = {
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-05-01T00:00:00Z",
    "onset": "2026-03-20T00:00:00Z",
    "resolved": "2026-04-10T00:00:00Z",
    "by": ["touchpoint"],
}


def log() -> str:
    """Before all is easy (1 of 5 is easiest), then hard, then half way back; a third is silent."""
    rows = ["Who;When;Answer;Desk;Words"]
    for number in range(180):
        phase = number % 3
        day = ("05.03.2026", "25.03.2026", "15.04.2026")[phase]
        answer = "" if number % 9 > 5 else f"{(1, 4, 2)[phase] + number % 2},0"
        desk = "Phone" if number % 6 < 3 else "Chat"
        words = "Nobody called me back." if phase == 1 and answer else ""
        rows.append(f"{number};{day} 10:{number % 60:02d};{answer};{desk};{words}")
    return "\n".join([*rows, "7;05.03.2026 11:00;9,0;Phone;"]) + "\n"


def command(service: Served, *words: object) -> Any:
    done = attune(*words, env=beside(service))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def loaded(service: Served) -> dict[str, Any]:
    folder = service.home.parent
    (folder / "ces.csv").write_text(log())
    (folder / "ces.yaml").write_text(MAP)
    words = ("load", "survey", folder / "ces.csv", "--map", folder / "ces.yaml")
    done: dict[str, Any] = command(
        service, *words, "--rejects", folder / "ces-bad.jsonl", "--json"
    )
    return done


@pytest.fixture(scope="module")
def report(service: Served, loaded: dict[str, Any]) -> dict[str, Any]:
    assert loaded["new"] == 180
    return service.post("/v1/reports/effort?format=json", PHASES, status=200)


def test_a_bad_row_goes_to_a_file_with_line_and_reason(
    service: Served, loaded: dict[str, Any]
) -> None:
    assert loaded["rejected"] == 1
    bad = json.loads((service.home.parent / "ces-bad.jsonl").read_text())
    assert (bad["line"], bad["field"]) == (182, "score")


def test_phases_have_the_truth_inside_their_intervals(report: dict[str, Any]) -> None:
    phases = report["phases"]
    for name, truth in (("before", 6.25), ("during", 1.75), ("after", 4.75)):
        assert phases[name]["low"] <= truth <= phases[name]["high"], name
        assert phases[name]["n"] == 40
    assert phases["change"]["from before to during"]["high"] < 0
    assert phases["change"]["from during to after"]["low"] > 0


def test_who_was_asked_and_kept_silent_is_told(report: dict[str, Any]) -> None:
    assert report["response"]["value"] == pytest.approx(2 / 3, abs=0.001)
    assert report["response"]["n"] == 180


def test_weeks_without_answers_are_withheld_not_drawn_through(report: dict[str, Any]) -> None:
    assert sum("withheld" in one["mean"] for one in report["trend"]) >= 3


def test_what_is_there_is_listed(service: Served, loaded: dict[str, Any]) -> None:
    assert loaded["new"]
    items = service.get("/v1/observations")["items"]
    survey = next(one for one in items if one["kind"] == "survey")
    assert survey["rejected"] >= 1
    assert survey["rows"] > 180


def test_the_command_line_draws_it(service: Served, loaded: dict[str, Any]) -> None:
    assert loaded["new"]
    out = service.home.parent / "effort.svg"
    (service.home.parent / "effort.json").write_text(json.dumps(PHASES))
    body = service.home.parent / "effort.json"
    words = ("report", "effort", "--body", body, "--format", "svg", "--out", out)
    done = attune(*words, env=beside(service))
    assert done.returncode == 0, done.stderr
    assert Path(out).read_text().startswith("<svg")


def test_a_sample_of_nobody_is_refused_with_what_would_do(service: Served) -> None:
    asked = {**PHASES, "since": "2026-04-20T00:00:00Z"}
    with service.client() as client:
        answer = client.post("/v1/reports/effort", json=asked)
    assert answer.status_code in {409, 422}
    assert "load survey" in answer.text
