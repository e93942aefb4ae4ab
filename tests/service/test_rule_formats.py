"""`attune rules export` and `import` as their user meets them."""

from pathlib import Path

import openpyxl  # type: ignore[import-untyped] # ships no types
import pytest
from typer.testing import CliRunner

from service.bundle import packaged
from service.cli.rules import app

run = CliRunner().invoke


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "routing.yaml"
    path.write_bytes(packaged()["rules/books/routing.yaml"])
    return path


@pytest.fixture
def sheet(book: Path) -> Path:
    path = book.with_suffix(".xlsx")
    assert run(app, ["export", "routing", "--out", str(path)]).exit_code == 0
    return path


def change(sheet: Path, cell: str, value: str) -> None:
    workbook = openpyxl.load_workbook(sheet)
    workbook["local-hands"][cell] = value
    workbook.save(sheet)


def test_a_changed_cell_comes_back_and_the_book_is_in_order(book: Path, sheet: Path) -> None:
    before = book.read_text()
    change(sheet, "E10", "at least executive")
    dry = run(app, ["import", str(sheet), "--into", str(book), "--dry-run"])
    assert dry.stdout == "local-hands: 1 changed (not written)\n"
    assert book.read_text() == before
    assert run(app, ["import", str(sheet), "--into", str(book)]).exit_code == 0
    row = "region/us-ny, true, true, at least "
    assert book.read_text() == before.replace(f"{row}crisis-team", f"{row}executive")
    assert run(app, ["check", str(book)]).exit_code == 0


def test_a_bad_cell_is_told_marked_and_changes_nothing(book: Path, sheet: Path) -> None:
    before, errors = book.read_text(), sheet.with_name("errors.xlsx")
    change(sheet, "E10", "at least exekutive")
    found = run(app, ["import", str(sheet), "--into", str(book), "--errors", str(errors)])
    assert found.exit_code == 2
    assert "routing.xlsx!local-hands!E10: " in found.stderr
    assert "did you mean" in found.stderr
    assert book.read_text() == before
    assert "executive" in openpyxl.load_workbook(errors)["local-hands"]["E10"].comment.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "routing", "--format", "odt"], "'odt' is none of"),
        (["export", "nix", "--format", "xlsx"], "nix: cannot be read"),
        (["export", "routing", "--format", "xlsx", "--table", "x"], "it has local-hands"),
        (["export", "escalation", "--format", "xlsx"], "it has no tables"),
        (["export", "routing", "--out", "/nowhere/x.xlsx"], "cannot be written"),
        (["import", "x.csv", "--into", "routing.yaml"], "ends in none of"),
        (["import", "x.xlsx", "--into", "routing.yaml"], "x.xlsx: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], said: str) -> None:
    found = run(app, words)
    assert found.exit_code == 2
    assert said in found.stderr


def test_a_book_that_is_not_in_order_is_not_touched(book: Path, sheet: Path) -> None:
    book.write_text(book.read_text() + "\nmore: 1\n")
    found = run(app, ["import", str(sheet), "--into", str(book)])
    assert found.exit_code == 2
    assert "itself is not in order" in found.stderr
    book.write_bytes(b"\xff")
    assert "is no UTF-8" in run(app, ["import", str(sheet), "--into", str(book)]).stderr
