"""docs/case-tables.md: its book and its table give what the page shows."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ontology.facts import catalogue
from rules.cases import read_cases
from service.cli.rules import app
from tests.docs.examples import Block, blocks

PAGE = blocks("docs/case-tables.md")
FILES = {block.words: block.text for block in PAGE if block.language == "yaml"}
SHOWN = [block for block in PAGE if block.language == "text"]
run = CliRunner().invoke


@pytest.fixture
def books(tmp_path: Path) -> str:
    folder = tmp_path / "my-books"
    folder.mkdir()
    for name in ("heat.yaml", "heat.cases.yaml"):
        folder.joinpath(name).write_text(FILES[name])
    return str(folder)


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.place)
def test_the_page_shows_what_the_test_says(books: str, block: Block) -> None:
    lines = run(app, ["test", books, "--mutation"]).stdout.splitlines()
    assert [line for line in lines if line in block.text.splitlines()] == block.text.splitlines()


def test_the_suggestion_of_the_page_is_written(books: str, tmp_path: Path) -> None:
    out = tmp_path / "judge-me.yaml"
    run(app, ["test", books, "--suggest", str(out)])
    _, _, case = FILES["judge-me.yaml"].partition("  - rule")
    assert case in out.read_text()


def test_the_suggestions_of_the_page_fit_its_table_once_judged(books: str, tmp_path: Path) -> None:
    out = tmp_path / "judge-me.yaml"
    run(app, ["test", books, "--suggest", str(out)])
    judged = out.read_text().replace("    judge: true\n", "").partition("cases:\n")[2]
    table = FILES["heat.cases.yaml"] + judged
    assert len(read_cases(table, file="heat.cases.yaml", catalogue=catalogue())) == 9
    Path(books, "heat.cases.yaml").write_text(table)
    assert run(app, ["test", books, "--min-boundary", "100"]).exit_code == 0
