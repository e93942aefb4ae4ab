import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.precedents import app

DOCS = '{"id": "d1", "text": "A commuter train left the rails."}\n{"id": 2, "text": ""}\n'
QUERIES = "q1\tderailment of a train\nq2\tlate refund\n"


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which our own cases were loaded once."""
    folder = tmp_path_factory.mktemp("home")
    code, out, _ = run("load", "--home", folder, "--json")
    assert (code, json.loads(out)[0]["stored"]) == (0, 38)
    return folder


def test_loading_again_stores_nothing(home: Path) -> None:
    _, out, _ = run("load", "--home", home, "--json")
    loaded = json.loads(out)[0]
    assert (loaded["stored"], loaded["unchanged"], loaded["rejected"]) == (0, 38, 0)


def test_a_case_is_found_by_what_happened(home: Path) -> None:
    code, out, _ = run(
        "search", "a train derailed and people died", "--home", home, "--top", 2, "--json"
    )
    found = json.loads(out)
    assert (code, found["searched"], len(found["items"])) == (0, 38, 2)
    assert found["items"][0]["id"] == "precedent/harrow-line-derailment"
    assert found["items"][0]["invented"] is True


def test_filters_bound_what_is_found(home: Path) -> None:
    _, out, _ = run(
        "search", "train", "--home", home, "--cluster", "victim", "--year", 2015, "--all", "--json"
    )
    assert [item["id"] for item in json.loads(out)["items"]] == ["precedent/brindle-foods-rumour"]


def test_people_read_lesson_and_outcome_and_that_a_case_is_invented(home: Path) -> None:
    _, out, _ = run("search", "gift for a chatbot that curses", "--home", home, "--top", 1)
    assert "lesson" in out
    assert "invented" in out


def test_a_file_of_cases_is_loaded_and_bad_lines_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"id": "precedent/mine", "title": "A", "text": "B"}\nnonsense\n')
    own = tmp_path / "home"
    code, out, _ = run("load", "--home", own, "--archive", file, "--json")
    loaded = json.loads(out)[0]
    assert (code, loaded["stored"], loaded["rejected"]) == (0, 1, 1)
    rejected = json.loads(Path(loaded["reject_file"]).read_text())
    assert (rejected["line"], rejected["value"]) == (2, "'nonsense'")


def test_an_archive_that_is_not_there_is_refused(tmp_path: Path) -> None:
    code, _, error = run("load", "--home", tmp_path, "--archive", "nowhere.jsonl")
    assert code == 2
    assert "'nowhere.jsonl'" in error
    assert "genai-incidents" in error


def test_an_empty_question_is_refused(home: Path) -> None:
    code, _, error = run("search", " ", "--home", home)
    assert (code, "TEXT is empty" in error) == (2, True)


def test_a_home_without_precedents_says_how_to_load_them(tmp_path: Path) -> None:
    code, out, _ = run("search", "train", "--home", tmp_path)
    assert code == 0
    assert "attune precedents load" in out


def ranked(folder: Path, docs: str, queries: str, *more: object) -> tuple[int, str, str]:
    (folder / "docs.jsonl").write_text(docs, encoding="utf-8")
    (folder / "q.tsv").write_text(queries, encoding="utf-8")
    names = ("--corpus", folder / "docs.jsonl", "--queries", folder / "q.tsv")
    return run("rank", *names, "--out", folder / "run.txt", "--cache", folder / "cache", *more)


def test_a_run_has_the_lines_of_trec(tmp_path: Path) -> None:
    code, out, _ = ranked(tmp_path, DOCS, QUERIES, "--top", 10, "--json")
    lines = [line.split(" ") for line in (tmp_path / "run.txt").read_text().splitlines()]
    assert code == 0
    assert json.loads(out)["documents"] == 2
    assert [(line[0], line[1], line[3], line[5]) for line in lines] == [
        ("q1", "Q0", "1", "attune"),
        ("q1", "Q0", "2", "attune"),
        ("q2", "Q0", "1", "attune"),
        ("q2", "Q0", "2", "attune"),
    ]
    assert lines[0][2] == "d1"
    assert float(lines[0][4]) > float(lines[1][4])


def test_a_second_run_embeds_nothing(tmp_path: Path) -> None:
    ranked(tmp_path, DOCS, QUERIES)
    _, out, _ = ranked(tmp_path, DOCS, QUERIES, "--json")
    assert json.loads(out)["embedded"] == 0


@pytest.mark.parametrize(
    ("docs", "queries", "where"),
    [
        ("", QUERIES, "docs.jsonl:1"),
        ("nonsense\n", QUERIES, "docs.jsonl:1"),
        (DOCS + "[]\n", QUERIES, "docs.jsonl:3"),
        (DOCS + '{"id": "d3"}\n', QUERIES, "docs.jsonl:3"),
        (DOCS + '{"id": "d 3", "text": "x"}\n', QUERIES, "docs.jsonl:3"),
        (DOCS + '{"id": true, "text": "x"}\n', QUERIES, "docs.jsonl:3"),
        (DOCS + '{"id": "d1", "text": "x"}\n', QUERIES, "docs.jsonl:3"),
        (DOCS + '{"id": "\\ud83d", "text": "x"}\n', QUERIES, "docs.jsonl:3"),
        (DOCS, "", "q.tsv:1"),
        (DOCS, QUERIES + "q3 no tab\n", "q.tsv:3"),
        (DOCS, QUERIES + "\n\tno id\n", "q.tsv:4"),
        (DOCS, QUERIES + "q3\t \n", "q.tsv:3"),
        (DOCS, QUERIES + "q1\tagain\n", "q.tsv:3"),
    ],
)
def test_a_bad_line_is_refused_with_its_place_and_a_valid_one(
    tmp_path: Path, docs: str, queries: str, where: str
) -> None:
    code, _, error = ranked(tmp_path, docs, queries)
    assert code == 2
    assert where in error
    assert "valid" in error or "give each line an id" in error
    assert not (tmp_path / "run.txt").exists()


def test_files_that_cannot_be_read_or_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_text(DOCS)
    (tmp_path / "q.tsv").write_text(QUERIES)
    missing = ("--corpus", tmp_path / "no.jsonl", "--queries", tmp_path / "q.tsv")
    code, _, error = run("rank", *missing, "--out", tmp_path / "run.txt")
    assert (code, "no.jsonl" in error) == (2, True)


def test_the_commands_are_light_to_import() -> None:
    code = "import sys, service.cli.precedents; print('numpy' in sys.modules)"
    out = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "False"
