"""DMN on the command line: decided, written, brought in as calculations or as a book."""

# ruff: noqa: E501 - a case stands on one line

import json
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped] # ships no types
from typer.testing import CliRunner

from ontology.facts import catalogue
from rules.dmn_books import Header, model_of_book, write_book
from rules.dmn_reader import read_dmn
from rules.dmn_writer import write_dmn
from rules.rulebook import parse
from service.cli.rules import app
from tests.rules.dmn_models import data, decision, feeds, literal, model, needs, table

BOOK = """\
book: my-tiers
stratum: escalate
owner: team/crisis-office
rules:
  - id: beside
    reason: A rule that stands beside the table.
    when: {incident: {cluster: preventable}}
    then: [notify: [team/legal]]
tables:
  - id: tier-by-spread
    reason: How far up it goes depends on whose fault it is and on how fast it spreads.
    hit: P
    inputs: [incident.cluster, incident.severity, spread.window, spread.excess]
    outputs: [{name: escalate.tier, allowed: [executive, crisis-team]}, escalate.within]
    rows:
      - {when: [preventable, at least severe, PT1H, at least 10], then: [executive, 15 minutes]}
      - {when: {spread.window: PT1H, spread.excess: "[4..10)"}, then: [crisis-team, "-"], note: Fast.}
      - {when: [not victim, not given, PT1H, "> 2, not given"], then: [crisis-team, "-"]}
"""
FARE = "decision: fare\ntype: number\ninputs: [{name: km, type: number}]\nexpression: km * 2\n"
REFUND = """\
table: refund
inputs: [{name: fare, type: number}, {name: late, type: duration}]
outputs: [{name: share, type: number, default: 0}]
rows:
  - {when: ["-", at least 60 minutes], then: [= fare / 2], note: The promise of 2025.}
"""


def run(*words: object) -> str:
    found = CliRunner().invoke(app, [*map(str, words)])
    assert found.exit_code == 0, found.output
    return found.output


def refused(*words: object) -> str:
    found = CliRunner().invoke(app, [*map(str, words)])
    assert found.exit_code == 2, found.output
    return found.output


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    share = decision("share", literal("km * 2"), needs("km"))
    rows = [(["< 10"], ['"near"']), ([">= 10"], ['"far"'])]
    tone = table([("share", None)], ['<output typeRef="string"/>'], rows)
    content = model(data("km") + share + decision("Tone", tone, feeds("share")))
    return written(tmp_path, "m.dmn", content)


def test_a_model_is_decided_whole_or_one_decision_of_it(loans: Path, tmp_path: Path) -> None:
    inputs = written(tmp_path, "in.json", '[{"km": 2}, {"km": 5}]')
    found = json.loads(run("evaluate", loans, "--input", inputs, "--json"))
    assert found == [{"share": 4, "Tone": "near"}, {"share": 10, "Tone": "far"}]
    one = run("evaluate", loans, "--input", inputs, "--decision", "Tone", "--json")
    assert json.loads(one) == [{"Tone": "near"}, {"Tone": "far"}]


@pytest.mark.parametrize(
    ("inputs", "more", "words"),
    [
        ('{"km": "2"}', (), "km: '2' is not a finite number"),
        ('{"kms": 2}', (), "did you mean 'km'?"),
        ('{"km": 2}', ("--decision", "tone"), "did you mean 'Tone'?"),
    ],
)
def test_a_wrong_input_or_decision_is_refused(
    loans: Path, tmp_path: Path, inputs: str, more: tuple[str, ...], words: str
) -> None:
    given = written(tmp_path, "in.json", inputs)
    assert words in refused("evaluate", loans, "--input", given, *more)


def test_a_broken_model_is_refused_with_its_places(tmp_path: Path) -> None:
    given = written(tmp_path, "in.json", "{}")
    broken = written(tmp_path, "m.dmn", model(decision("d", literal("1 +"))))
    assert f"{broken}:1:" in refused("evaluate", broken, "--input", given)
    assert "document type" in refused(
        "evaluate", written(tmp_path, "x.dmn", "<!DOCTYPE a><a/>"), "--input", given
    )


def test_a_file_of_another_encoding_or_without_end_is_known(loans: Path, tmp_path: Path) -> None:
    given = written(tmp_path, "in.json", '{"km": 2}')
    other = written(tmp_path, "utf16.dmn", loans.read_text("utf-8").encode("utf-16"))
    assert json.loads(run("evaluate", other, "--input", given, "--json"))["Tone"] == "near"
    assert "longer than 64 MiB" in refused("evaluate", "/dev/zero", "--input", given)


def test_a_decision_is_chosen_of_models_only(tmp_path: Path) -> None:
    given = written(tmp_path, "in.json", "{}")
    file = written(tmp_path, "fare.yaml", FARE)
    said = refused("evaluate", file, "--input", given, "--decision", "fare")
    assert "is for models of DMN" in said


def test_a_folder_of_calculations_becomes_one_model_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "sums"
    folder.mkdir()
    written(folder, "fare.yaml", FARE)
    written(folder, "refund.yaml", REFUND)
    out = tmp_path / "sums.dmn"
    assert "fare, refund" in run("export", folder, "--out", out)
    inputs = written(tmp_path, "in.json", '{"km": 10, "late": "PT2H"}')
    found = json.loads(run("evaluate", out, "--input", inputs, "--json"))
    assert found == {"fare": 20, "refund": 10}
    back = tmp_path / "back"
    run("import", out, "--out", back)
    assert {path.name for path in back.iterdir()} == {"fare.yaml", "refund.yaml"}
    given = written(tmp_path, "one.json", '{"fare": 20, "late": "PT2H"}')
    again = json.loads(run("evaluate", back / "refund.yaml", "--input", given, "--json"))
    assert again == {"refund": 10}
    assert "The promise of 2025." in (back / "refund.yaml").read_text("utf-8")
    assert "is there already" in refused("import", out, "--out", back)


def test_a_dry_run_writes_nothing(loans: Path, tmp_path: Path) -> None:
    assert "(not written)" in run("import", loans, "--out", tmp_path / "no", "--dry-run")
    assert not (tmp_path / "no").exists()


def test_tables_of_a_book_go_to_dmn_and_back_into_a_book_with_cases(tmp_path: Path) -> None:
    out = tmp_path / "tiers.dmn"
    said = run("export", written(tmp_path, "my-tiers.yaml", BOOK), "--out", out)
    assert "since only tables are DMN: beside" in said
    names = [one.get("name") for one in etree.parse(str(out)).iter("{*}inputData")]
    assert names == ["incident", "spread"]
    back = tmp_path / "back"
    run("import", out, "--book", "your-tiers", "--out", back)
    run("check", back / "your-tiers.yaml")
    before = parse(BOOK, file="b", catalogue=catalogue()).tables[0]
    text = (back / "your-tiers.yaml").read_text("utf-8")
    after = parse(text, file="b", catalogue=catalogue()).tables[0]
    assert (after.id, after.hit, after.inputs, after.outputs) == (
        before.id,
        before.hit,
        before.inputs,
        before.outputs,
    )
    assert [rule.reason for rule in after.rules] == [rule.reason for rule in before.rules]
    assert [rule.conclusions for rule in after.rules] == [one.conclusions for one in before.rules]
    assert "judge: true" in (back / "your-tiers.cases.yaml").read_text("utf-8")


def test_a_book_is_the_same_after_a_second_way_through_dmn() -> None:
    header = Header(book="b", stratum="escalate", owner="team/crisis-office", reason="Why.")
    known = catalogue()

    def way(text: str) -> str:
        content = write_dmn(model_of_book(text, file="b", catalogue=known)).encode()
        return write_book(read_dmn(content, file="b.dmn"), header, catalogue=known, file="b.dmn")

    once = way(BOOK)
    assert way(once) == once


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tables:", "rulez:", "no part of a book"),
        ('"-"], note', "[crisis-team, executive]], note", ""),
        ("PT1H, at least 10]", "PT1H, same as incident.excess]", ""),
    ],
)
def test_a_book_that_dmn_cannot_hold_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    file = written(tmp_path, "b.yaml", BOOK.replace(old, new, 1))
    assert words in refused("export", file, "--out", tmp_path / "b.dmn")
    assert not (tmp_path / "b.dmn").exists()


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (decision("d", literal("1")), "an expression; tables of books conclude facts"),
        (
            data("x") + decision("d", table([("x", "number")], ['<output typeRef="number"/>'], []), needs("x")),
            "'x': an input of a book is one of docs/facts.md",
        ),
        (
            data("x") + decision("d", table([("x", "number")], ['<output typeRef="number"/>'], [], 'hitPolicy="FIRST"'), needs("x")),
            "hit policy F: books have U, A, C, P",
        ),
    ],
)  # fmt: skip
def test_a_model_that_is_no_book_is_refused(tmp_path: Path, inside: str, words: str) -> None:
    file = written(tmp_path, "m.dmn", model(inside))
    assert words in refused("import", file, "--book", "b", "--out", tmp_path)


def test_a_table_that_is_too_long_for_yaml_is_refused_with_what_to_do(tmp_path: Path) -> None:
    many = table([("x", "number")], ["<output/>"], [(["1"], ['"' + "a" * 190 + '"'])] * 2_600)
    file = written(tmp_path, "m.dmn", model(data("x") + decision("d", many, needs("x"))))
    assert "evaluate it as DMN, or split it" in refused("import", file, "--out", tmp_path)


def test_a_context_makes_no_calculation(tmp_path: Path) -> None:
    context = f'<context><contextEntry><variable name="a"/>{literal("1")}</contextEntry></context>'
    file = written(tmp_path, "m.dmn", model(decision("d", context)))
    assert "write a decision for each of its parts" in refused("import", file, "--out", tmp_path)
