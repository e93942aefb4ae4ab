import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.rules import app
from tests.rules.test_strata import DETECT
from tests.rules.test_tables import TABLE

run = CliRunner().invoke


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "detection.yaml"
    path.write_text(DETECT)
    return path


def inputs(tmp_path: Path, value: object) -> str:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_check_counts_the_rules_of_the_packaged_books() -> None:
    found = json.loads(run(app, ["check", "--json"]).stdout)
    assert found["valid"]
    assert found["rules"] > 100


def test_check_tells_every_mistake_and_ends_with_two(book: Path) -> None:
    book.write_text(DETECT.replace("excess", "xcess"))
    found = run(app, ["check", str(book), "--json"])
    assert found.exit_code == 2
    rows = json.loads(found.stdout)["diagnostics"]
    assert [(row["line"], row["nearest"]) for row in rows] == [(7, "excess"), (12, "excess")]


def test_check_imports_no_torch() -> None:
    code = (
        "import sys; from service.cli.rules import app\n"
        "try: app(['check'])\n"
        "except SystemExit: assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603


def test_evaluate_gives_an_object_by_decision_name(tmp_path: Path) -> None:
    table = tmp_path / "t.yaml"
    table.write_text(TABLE.format(hit="U"))
    one = run(
        app, ["evaluate", str(table), "--input", inputs(tmp_path, {"delay": "PT45M"}), "--json"]
    )
    assert json.loads(one.stdout) == {"compensation": "plain"}
    many = run(app, ["evaluate", str(table), "--input", inputs(tmp_path, [{}, {}]), "--json"])
    assert json.loads(many.stdout) == [{"compensation": None}] * 2


def test_evaluate_gives_what_a_book_concludes(book: Path, tmp_path: Path) -> None:
    facts = {"spread": [{"window": "PT1H", "excess": 4}, {"window": "P1D"}]}
    asked = ["evaluate", str(book), "--input", inputs(tmp_path, facts), "--json"]
    found = json.loads(run(app, [*asked, "--at", "2026-11-01T00:00:00+00:00"]).stdout)
    assert found == {"detection": [{"name": "surge"}], "rules": ["surge"]}


@pytest.mark.parametrize(
    ("given", "words"),
    [({"spread": {"window": "PT5H"}}, "PT5H"), ({"sprad": {}}, "spread"), ([1], "an object")],
)
def test_evaluate_refuses_inputs_that_do_not_fit(
    book: Path, tmp_path: Path, given: object, words: str
) -> None:
    found = run(app, ["evaluate", str(book), "--input", inputs(tmp_path, given)])
    assert found.exit_code == 2
    assert words in found.stderr


def test_rows_that_contradict_the_hit_policy_end_with_one(tmp_path: Path) -> None:
    table = tmp_path / "t.yaml"
    table.write_text(TABLE.format(hit="U"))
    found = run(app, ["evaluate", str(table), "--input", inputs(tmp_path, {"delay": "PT2H"})])
    assert found.exit_code == 1


def test_explain_says_what_a_rule_asks(book: Path) -> None:
    found = json.loads(run(app, ["explain", "surge", str(book), "--json"]).stdout)
    assert found["when"] == ["spread {window: PT1H, excess: at least 3}"]


def test_explain_offers_the_nearest_rule(book: Path) -> None:
    found = run(app, ["explain", "surg", str(book)])
    assert found.exit_code == 2
    assert "did you mean 'surge'?" in found.stderr
