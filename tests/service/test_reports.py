"""Reports: every form says the same, and what is asked wrongly is told with a cure."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service import report_asking
from service.cli import build
from service.job_kinds import KINDS
from service.late import Late
from service.report_kinds import PREFIX, REPORTS, shown
from service.reported import MEDIA, Cell, Form, FormMissing, Report, table, written
from service.world import World
from tests.conftest import Door


class Told(Report):
    """A report made by hand."""

    def to_json(self) -> Mapping[str, Any]:
        return {"team": "<b>"}

    def lines(self) -> Iterator[str]:
        yield "team <b>"

    def rows(self) -> Iterator[Sequence[Cell]]:
        yield ("team", "share")
        yield ("=HYPERLINK(1)", None)


def test_a_page_shows_words_and_table_and_runs_nothing() -> None:
    page = written(Told(), Form.HTML, "Teams & shares").decode()
    assert "<h1>Teams &amp; shares</h1>" in page
    assert "team &lt;b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page


def test_a_table_holds_no_formula() -> None:
    rows = [*csv.reader(io.StringIO(table([["a"], ["=1"], ["@x"], ["-2"], [-2]])))]
    assert rows == [["a"], ["'=1"], ["'@x"], ["'-2"], ["-2"]]


@pytest.mark.parametrize("form", [Form.SVG, Form.PDF])
def test_a_form_that_is_missing_is_told_with_those_that_are_there(form: Form) -> None:
    with pytest.raises(FormMissing, match="it has text, json, csv, html"):
        written(Told(), form, "Teams")


def test_every_report_is_also_a_job_but_those_that_few_may_see() -> None:
    jobs = {PREFIX + name for name, one in REPORTS.items() if one.few is None}
    assert jobs == {name for name in KINDS if name.startswith(PREFIX)}


def test_reports_are_listed_with_what_they_take(door: Door) -> None:
    listed = door.get("/v1/reports").get_json()["items"]
    assert {one["report"] for one in listed} == set(REPORTS)
    assert all(set(one["example"]) <= set(one["takes"]) for one in listed)


@pytest.mark.parametrize("name", [*REPORTS])
def test_the_example_of_a_report_is_valid(name: str) -> None:
    extra = REPORTS[name].body.model_config.get("json_schema_extra")
    assert isinstance(extra, dict)
    REPORTS[name].body.model_validate(extra["example"])


def test_a_report_comes_in_the_form_that_is_asked_for(door: Door) -> None:
    path = "/v1/reports/fairness?month=2026-10"
    assert door.get(path).get_json()["since"] == "2026-10-01"
    assert door.get(f"{path}&format=csv").data.startswith(b"by,group")
    assert door.get("/v1/reports/fairness.csv?month=2026-10").data.startswith(b"by,group")
    assert door.get(f"{path}&format=svg").mimetype == "image/svg+xml"
    posted = door.post("/v1/reports/fairness", {"month": "2026-10"})
    assert posted.get_json()["until"] == "2026-11-01"


@pytest.mark.parametrize("name", [*REPORTS])
def test_an_ending_asks_for_a_form_as_format_does(door: Door, name: str) -> None:
    example = dict(shown(REPORTS[name])["example"])  # type: ignore[arg-type] # a mapping
    for form in (Form.JSON, Form.CSV, Form.SVG):
        asked = door.post(f"/v1/reports/{name}?format={form}", example)
        ended = door.post(f"/v1/reports/{name}.{form}", example)
        assert (ended.status_code, ended.mimetype) == (asked.status_code, asked.mimetype)
        if asked.status_code == 200:
            assert ended.mimetype == MEDIA[form].partition(";")[0]
        else:
            assert asked.status_code in {403, 404, 406, 409, 422}  # nothing is known here
            assert ended.get_json()["detail"] == asked.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/v1/reports/fairnes", 404, "fairnes"),
        ("/v1/reports/fairnes.csv", 404, "fairnes"),
        ("/v1/reports/fairness?format=docx", 406, "docx"),
        ("/v1/reports/fairness.docx", 406, "docx"),
        ("/v1/reports/fairness.csv?format=svg", 406, "differ"),
        ("/v1/reports/fairness.csv.gz", 406, "csv.gz"),
        ("/v1/reports/fairness?format=pdf", 406, "it has text"),
        ("/v1/reports/fairness?mont=2026-10", 422, "month"),
        ("/v1/reports/fairness?month=May", 422, "no month"),
    ],
)
def test_what_is_asked_wrongly_is_told(door: Door, path: str, status: int, word: str) -> None:
    answer = door.get(path)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text


def test_what_takes_long_is_sent_to_the_jobs(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_asking, "PATIENCE_S", -1.0)
    door.post("/v1/decisions", {"incident": "incident/2013-ny-train"})
    day = world.clock.now().date()
    told = door.get(f"/v1/reports/fairness?since={day}&until={day + timedelta(days=1)}")
    assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
    assert "report-fairness" in told.get_json()["detail"]


def test_the_command_works_out_a_report_of_the_home(world: World, tmp_path: Path) -> None:
    home, out = ["--home", str(world.settings.home)], tmp_path / "x.json"
    words = ["report", "fairness", "month=2026-10", *home, "--format", "json", "--out", str(out)]
    assert CliRunner().invoke(build(), words).exit_code == 0
    assert json.loads(out.read_text())["since"] == "2026-10-01"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "is no report; it is one of "),
        (["fairness", "month"], "write <name>=<value>"),
        (["fairness", "mont=2026-10"], "did you mean 'month'"),
        (["fairness", "month=May"], "no month like"),
        (["fairness", "--format", "docx"], "'docx' is none of"),
        (["fairness", "month=2026-10", "--format", "pdf"], "has no form 'pdf'"),
    ],
)
def test_a_command_that_is_wrong_ends_with_two(world: World, words: list[str], told: str) -> None:
    found = CliRunner().invoke(build(), ["report", *words, "--home", str(world.settings.home)])
    assert (found.exit_code, told in found.output) == (2, True), found.output


def test_every_report_that_is_loaded_late_is_there() -> None:
    named = [one.run for one in REPORTS.values() if isinstance(one.run, Late)]
    assert len(named) > 10
    assert all(callable(one.found()) for one in named)
