"""`attune rules test`: what it reports, what it asks for, and what it writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ontology.facts import catalogue
from rules.coverage import NOTHING
from rules.mutation import Proof, sum_up
from service.bundle import packaged
from service.cli.rule_proof import mutated
from service.cli.rules import app
from tests.rules.test_mutation import FIRES, ONE, OTHER, QUIET, SHOWN

run = CliRunner().invoke


@pytest.fixture
def books(tmp_path: Path) -> Path:
    tmp_path.joinpath("a.yaml").write_text(ONE)
    return tmp_path


def given(books: Path, *cases: str) -> str:
    books.joinpath("a.cases.yaml").write_text("cases:\n" + "".join(cases))
    return str(books)


def answer(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(app, ["test", *arguments, "--json"]).stdout)
    return found


def test_the_coverage_of_each_book_and_of_all_is_told(books: Path) -> None:
    found = answer(given(books, SHOWN, QUIET))["coverage"]
    assert found["books"]["escalation"] == found["total"]
    assert found["total"]["boundaries"] == {"met": 1, "of": 2, "percent": 50.0}
    assert {gap["words"] for gap in found["gaps"]} == {
        "no case where spread.window (PT1H) fails while the rest of its pattern holds",
        "no pair of cases for spread.window (PT1H): PT1H against another value",
    }


def test_a_table_for_people_ends_with_the_cases(books: Path) -> None:
    lines = run(app, ["test", given(books, SHOWN, QUIET, OTHER)]).stdout.splitlines()
    assert lines[-1] == "3 of 3 cases passed"
    shares = " ".join(lines[-2].split())
    assert shares == "all books 100 % of 1 100 % of 2 100 % of 2"


def test_the_score_is_told_where_it_was_asked(books: Path) -> None:
    folder = given(books, FIRES.replace("WANT", "fires"), QUIET, OTHER)
    assert "mutation" not in answer(folder)
    found = answer(folder, "--mutation")["mutation"]
    assert found["total"]["met"] < found["total"]["of"]
    assert {one["rule"] for one in found["survivors"]} == {"surge"}


@pytest.mark.parametrize(
    ("cases", "least", "code"),
    [
        ((SHOWN, QUIET), ["--min-boundary", "51"], 1),
        ((SHOWN, QUIET), ["--min-boundary", "50"], 0),
        ((SHOWN, QUIET), ["--min-mutation", "100"], 1),
        ((SHOWN, QUIET, OTHER), ["--min-boundary", "100", "--min-mutation", "100"], 0),
    ],
)
def test_less_than_was_wanted_ends_with_one(
    books: Path, cases: tuple[str, ...], least: list[str], code: int
) -> None:
    found = run(app, ["test", given(books, *cases), *least])
    assert found.exit_code == code
    assert ("wanted: at least" in found.stderr) is (code == 1)


def test_while_a_case_fails_no_mutants_are_made(books: Path) -> None:
    failing = FIRES.replace("WANT", "stays quiet")
    found = run(app, ["test", given(books, failing), "--min-mutation", "90", "--json"])
    assert found.exit_code == 1
    assert "mutation" not in json.loads(found.stdout)


def test_suggestions_are_written_to_a_new_file_only(books: Path, tmp_path: Path) -> None:
    folder, out = given(books, SHOWN, QUIET), tmp_path / "more" / "judge.yaml"
    out.parent.mkdir()
    assert run(app, ["test", folder, "--suggest", str(out)]).exit_code == 0
    assert "    judge: true\n" in out.read_text()
    again = run(app, ["test", folder, "--suggest", str(out)])
    assert again.exit_code == 2
    assert "name a new file" in again.stderr


def test_a_table_with_a_case_that_nobody_judged_is_refused(books: Path) -> None:
    found = run(app, ["test", given(books, SHOWN.replace("}}\n", "}, judge: true}\n"))])
    assert found.exit_code == 2
    assert "a.cases.yaml:2" in found.stderr
    assert "judge it, then take" in found.stderr


def test_several_processes_find_what_one_does() -> None:
    files = packaged()
    proof = Proof.of(files, catalogue())
    found = mutated(files, proof.rules())
    assert found == sum_up(proof.judge(rule) for rule in proof.rules())
    assert sum((one.score for one in found.values()), NOTHING).ratio >= 0.9
