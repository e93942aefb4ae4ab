"""`attune shapes` from the command line."""

import json
from pathlib import Path

import pytest
from rdflib import Graph
from typer.testing import CliRunner

from service.cli.shapes import app
from tests.docs.examples import ROOT, blocks

RUN = CliRunner()
FORMS = ROOT / "tests" / "ontology" / "simple_shapes"


def test_the_packaged_shapes_are_sound_and_do_what_their_cases_say() -> None:
    told = json.loads(RUN.invoke(app, ["check", "--json"]).stdout)
    assert told["valid"]
    assert told["cases"] >= 2 * told["shapes"] > 80
    tried = json.loads(RUN.invoke(app, ["test", "--json"]).stdout)
    assert tried == {"passed": True, "cases": told["cases"], "faults": []}


def test_a_folder_of_simple_shapes_is_tried_by_either_engine() -> None:
    for engine in ("fast", "pyshacl", "both"):
        found = RUN.invoke(app, ["test", str(FORMS), "--engine", engine])
        assert found.exit_code == 0, found.output
        assert "0 faults" in found.stdout


def test_a_shape_is_listed_with_refusal_cure_and_place() -> None:
    (one,) = json.loads(RUN.invoke(app, ["list", "--type", "KPI", "--json"]).stdout)
    assert one["name"] == "kpi-accountable"
    assert one["cure"].startswith("Name one in accountable")
    shown = RUN.invoke(app, ["list", "--type", "KPI"]).stdout
    assert one["refusal"] in shown
    assert one["source"] in shown
    wrong = RUN.invoke(app, ["list", "--type", "Kpi"])
    assert wrong.exit_code == 2
    assert "Agreement, Approval" in wrong.output


def test_simple_shapes_are_shown_as_turtle() -> None:
    found = RUN.invoke(app, ["compile", str(FORMS / "forms.yaml")])
    assert found.exit_code == 0
    assert len(Graph().parse(data=found.stdout, format="turtle")) > 100


def test_a_case_that_fails_and_a_shape_without_cases_fail_the_test(tmp_path: Path) -> None:
    text = (FORMS / "forms.cases.yaml").read_text("utf-8")
    (tmp_path / "forms.yaml").write_bytes((FORMS / "forms.yaml").read_bytes())
    (tmp_path / "forms.cases.yaml").write_text(text.replace("path: ownedBy", "path: name", 1))
    failed = RUN.invoke(app, ["test", str(tmp_path)])
    assert failed.exit_code == 1
    assert "fires otherwise than wanted" in failed.stdout
    (tmp_path / "forms.cases.yaml").write_text("cases: []\n")
    assert "has no case in which it fires" in RUN.invoke(app, ["test", str(tmp_path)]).stdout


@pytest.mark.parametrize("command", ["check", "test", "list"])
def test_broken_shapes_are_refused_with_file_line_and_column(tmp_path: Path, command: str) -> None:
    (tmp_path / "mine.yaml").write_text("shapes: [{id: a, for: Tem, message: m, cure: c}]\n")
    found = RUN.invoke(app, [command, str(tmp_path)])
    assert found.exit_code == 2
    assert "mine.yaml:1:23: 'Tem' is no type; did you mean 'Team'?" in found.output
    compiled = RUN.invoke(app, ["compile", str(tmp_path / "mine.yaml")])
    assert compiled.exit_code == 2


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    found = RUN.invoke(app, ["check", str(tmp_path)])
    assert found.exit_code == 2
    assert "holds no shapes" in found.output


def test_the_shapes_and_cases_that_the_page_shows_are_sound_and_pass(tmp_path: Path) -> None:
    shown = [b.text for b in blocks("docs/shapes.md") if b.language == "yaml"]
    (shapes,) = [text for text in shown if text.startswith("shapes:")]
    (cases,) = [text for text in shown if text.startswith("given:")]
    folder = tmp_path / "ontology" / "shapes"
    folder.mkdir(parents=True)
    (folder / "incidents-of-ours.yaml").write_text(shapes)
    (folder / "incidents-of-ours.cases.yaml").write_text(cases)
    found = RUN.invoke(app, ["test", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "6 cases, 0 faults" in found.stdout
