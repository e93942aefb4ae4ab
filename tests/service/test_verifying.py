"""Verification where people meet it: at proposing, as a job, and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from rules.findings import KINDS
from service import verifying
from service.cli.rules import app
from service.job_kinds import KINDS as JOBS
from service.job_kinds import VerificationIn
from service.world import World
from tests.conftest import Door
from tests.service.test_policies import BOOK, bundle, changed

AT = "2026-11-23T00:00:00+00:00"
RULE = """\
  - id: open-at-the-top
    reason: Put in by a test; it contradicts the rule above it.
    when:
      incident: {phase: open}
    then:
      - escalate: {tier: frontline, within: 1 hour}

"""
CASES = """
  - rule: open-at-the-top
    note: An incident is open
    given: {incident: {phase: open}}
    want: fires
  - rule: open-at-the-top
    note: An incident is closed
    given: {incident: {phase: closed}}
    want: stays quiet
"""


def contradicted(door: Door) -> dict[str, Any]:
    proposal = bundle(door)
    files = proposal["files"]
    files[BOOK] = files[BOOK].replace("rules:\n", f"rules:\n{RULE}", 1)
    files[BOOK.replace(".yaml", ".cases.yaml")] += CASES
    return proposal


def test_a_proposal_that_contradicts_the_policy_is_told_so_and_still_stands(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PATIENCE_S", 600.0)  # however busy the machine is
    answer = door.post("/v1/policies", contradicted(door))
    told = answer.get_json()
    assert answer.status_code == 201, told
    (one,) = told["findings"]["brings"]
    assert (one["finding"], one["level"]) == ("conflict", "error")
    assert {one["rule"], *(other["rule"] for other in one["with"])} == {
        "open-at-the-top",
        "open-incident",
    }
    assert one["facts"] == {"incident": {"phase": "open"}}


def test_a_proposal_that_changes_no_rule_brings_nothing(door: Door) -> None:
    told = door.post("/v1/policies", changed(door)).get_json()
    assert told["findings"]["brings"] == []
    assert told["findings"]["accepted"] > 0


def test_a_policy_is_verified_as_a_job(world: World) -> None:
    steps: list[tuple[int, int]] = []
    job = JOBS["verify"]
    body = VerificationIn(policy="active", only=("conflict", "gap"))
    told = job.run(world, body, lambda done, every: steps.append((done, every))).to_json()
    assert told["policy"] == "active"
    assert told["digest"] == world.policies.active
    assert told["findings"] == []
    assert steps[-1][0] == steps[-1][1]


def test_a_job_that_asks_for_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        VerificationIn.model_validate({"only": ["shade"]})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A working copy of one book that contradicts itself."""
    books = tmp_path / "rules" / "books"
    books.mkdir(parents=True)
    text = "book: escalation\nstratum: escalate\nowner: team/a\nrules:\n"
    low = RULE.replace("open-at-the-top", "low").replace("frontline", "specialist")
    (books / "escalation.yaml").write_text(text + RULE + low)
    return tmp_path


def verify(*words: str) -> Any:
    return CliRunner().invoke(app, ["verify", "--at", AT, *words])


def test_the_shipped_books_verify_clean_on_the_command_line() -> None:
    found = verify("--format", "json")
    assert found.exit_code == 0, found.stdout
    assert json.loads(found.stdout)["findings"] == []


def test_a_finding_is_told_in_one_line_with_facts_and_a_cure(copy: Path) -> None:
    found = verify(str(copy))
    assert found.exit_code == 1
    first, facts, cure, last = found.stdout.splitlines()
    assert first.startswith("escalation.yaml:5: error: conflict: ")
    assert "merging keeps the higher tier" in first
    assert facts.strip().startswith("facts {incident: {phase: open}}")
    assert cure.strip().startswith("cure")
    assert last.endswith("1 conflict")


def test_only_the_kinds_that_are_asked_for_are_told(copy: Path) -> None:
    assert verify(str(copy), "--only", "gap").exit_code == 0
    assert verify(str(copy), "--only", "gap", "--only", "conflict").exit_code == 1


def test_sarif_names_the_files_where_they_lie(copy: Path) -> None:
    found = json.loads(verify(str(copy), "--format", "sarif").stdout)
    (result,) = found["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.endswith("rules/books/escalation.yaml")
    assert len(found["runs"][0]["tool"]["driver"]["rules"]) == len(KINDS)


def test_no_time_leaves_everything_unknown_and_finds_nothing(copy: Path) -> None:
    found = verify(str(copy), "--max-seconds", "0", "--format", "json")
    assert found.exit_code == 0
    assert sum(json.loads(found.stdout)["unknown"].values()) > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "gaps"], "did you mean 'gap'?"),
        (["nowhere.yaml"], "cannot be read"),
        (["--at", "yesterday"], "is no time with offset"),
        (["--format", "xml"], "xml"),
        (["--max-seconds", "-1"], "Usage"),
    ],
)
def test_bad_input_ends_with_two_and_words(words: list[str], said: str) -> None:
    found = verify(*words)
    assert found.exit_code == 2
    assert said in found.output


def test_a_broken_book_ends_with_two_and_its_place(copy: Path) -> None:
    book = copy / "rules" / "books" / "escalation.yaml"
    book.write_text(book.read_text().replace("stratum: escalate", "stratum: escalat"))
    found = verify(str(copy))
    assert found.exit_code == 2
    assert "escalation.yaml:2:10: 'escalat'" in found.output


def test_an_empty_folder_ends_with_two(tmp_path: Path) -> None:
    assert verify(str(tmp_path)).exit_code == 2
