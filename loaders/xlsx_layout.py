"""Workbooks of decision tables: one sheet a table, with what each column holds and may hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from loaders.xlsx_cells import Sheet
from loaders.xlsx_writer import VALUES, Book, Laid
from ontology.values import VALID, Datatype
from rules import forms_of_calculations, forms_of_rules
from rules.table_text import WrittenColumn, WrittenTable

TABLE, FILE, HIT, REASON, PRINT = "table", "file", "hit policy", "why", "fingerprint"
ID, HOLDS, NOTE, WHEN, THEN = "id", "what it holds", "note", "when", "then"
HEADER: Final = 8
"""The row with the names of the columns; their roles stand above, what they hold below."""
FIRST: Final = HEADER + 2
_GUIDE: Final = (
    "Each sheet is one decision table of {file}: one row, one rule.",
    "Columns under `when` are tested; columns under `then` are what follows if all tests hold.",
    "A dash (-) under `when` is anything; under `then` of a rule it is nothing. No cell is empty.",
    "Tests: a value; several of them: a, b; not(a, b); at least 4; less than 4; [4..9]; given.",
    "Write 0.5 with a point, 15 minutes or PT15M, 2026-11-22 for a day, true or false.",
    "The hit policy says what happens where several rows hold; the sheet says it in words.",
    "The id belongs to its row: move rows as you like, leave the id empty in a row that is new.",
    "The note says why a row is there.",
    "Only rows change here: columns, the hit policy and what is allowed change in the file.",
    "No formulas, no merged cells. Hidden rows count like others.",
    "Then: attune rules import FILE.xlsx --into {file} --errors ERRORS.xlsx",
)


def workbook(tables: Sequence[WrittenTable], *, file: str) -> bytes:
    """The tables of a file as a workbook."""
    with Book() as book:
        book.guide([line.format(file=file) for line in _GUIDE])
        for table in tables:
            sheet = book.sheet(_sheet_name(table.id, book.names))
            _fill(book, sheet, table, file)
        book.values(tables)
    return book.content


def marked(
    sheets: Sequence[Sheet],
    tables: Mapping[str, tuple[WrittenTable, Laid]],
    marks: Mapping[tuple[str, int, int], str],
) -> bytes:
    """Sheets as a person left them, with a colour and a comment on each cell that is wrong.

    `tables` has those of the sheets that are tables; formulas come back as their text.
    """
    with Book() as book:
        known = [one for one, _ in tables.values()]
        for old in sheets:
            if old.name == VALUES:
                continue
            sheet = book.sheet(old.name)
            table = tables.get(old.name)
            for (row, column), cell in old.cells.items():
                book.put(sheet, row, column, cell.text, _style(row, table))
            if table is not None:
                book.dress(sheet, *table)
            for (name, row, column), words in marks.items():
                if name == old.name:
                    bad = old.cells.get((row, column))
                    book.put(sheet, row, column, bad.text if bad else "", "wrong")
                    sheet.write_comment(row - 1, column - 1, words, _COMMENT)
        book.values(known)
    return book.content


_COMMENT: Final = {"x_scale": 2.5, "y_scale": 1.5, "author": "attune"}


def _style(row: int, table: tuple[WrittenTable, Laid] | None) -> str:
    if table is None or row < table[1].header - 1:
        return "cell"
    return "head" if row == table[1].header else "aside" if row <= table[1].header + 1 else "cell"


def _fill(book: "Book", sheet: Any, table: WrittenTable, file: str) -> None:  # noqa: ANN401
    settling = (forms_of_rules if table.of_book else forms_of_calculations).SETTLING
    means = settling[table.hit].means if table.hit in settling else ""
    top = ((TABLE, table.id), (FILE, file), (HIT, table.hit), (REASON, table.reason))
    for row, (label, value) in enumerate((*top, (PRINT, table.fingerprint())), 1):
        book.put(sheet, row, 1, label, "head")
        book.put(sheet, row, 2, value, "aside")
    book.put(sheet, 3, 3, means, "aside")
    last = len(table.columns) + 2
    laid = Laid(header=HEADER, columns=tuple(range(2, last)), id=1, note=last)
    book.put(sheet, HEADER, laid.id, ID, "head")
    book.put(sheet, HEADER + 1, laid.id, HOLDS, "aside")
    book.put(sheet, HEADER, last, NOTE, "head")
    book.put(sheet, HEADER + 1, last, "why this row is there", "aside")
    for at, column in zip(laid.columns, table.columns, strict=True):
        book.put(sheet, HEADER - 1, at, THEN if column.output else WHEN, "aside")
        book.put(sheet, HEADER, at, column.name, "head")
        book.put(sheet, HEADER + 1, at, holds(column), "aside")
    for row, one in enumerate(table.rows, FIRST):
        book.put(sheet, row, 1, one.key, "id")
        for at, text in enumerate((*one.cells, one.note), 2):
            book.put(sheet, row, at, text, "cell")
    book.dress(sheet, table, laid)


def holds(column: WrittenColumn) -> str:
    """What a column holds, in words for its authors."""
    one = column.field
    if column.expression:
        return f"reckoned: {column.expression}"
    if one.datatype is Datatype.TOKEN:
        return f"one of {', '.join(column.allowed)}"
    words = (
        f"the id of a {one.refers}" if one.refers else VALID[one.datatype].partition(" like")[0]
    )
    unit = f", in {_UNITS.get(one.unit, one.unit)}" if one.unit and one.unit != "1" else ""
    return f"{words}{unit}, like {one.example}"


_UNITS: Final[Mapping[str, str]] = {"min": "minutes", "a": "years", "/h": "per hour", "h": "hours"}


def _sheet_name(table: str, taken: set[str]) -> str:
    """A name that spreadsheets take: at most 31 characters, none of them twice."""
    name, at = table[:31], 1
    for sign in "[]:*?/\\":
        name = name.replace(sign, "-")
    name = name.strip("'") or "table"
    plain = name
    while name.lower() in taken or name.lower() == "history":
        at += 1
        name = f"{plain[: 30 - len(str(at))]}-{at}"
    return name
