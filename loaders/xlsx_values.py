"""What a cell of a spreadsheet says in a table, and what spreadsheets do to what people type."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from loaders.xlsx_cells import Cell
from loaders.xlsx_package import named
from ontology.values import Datatype
from rules.diagnostics import MOST_QUOTED
from rules.table_text import WrittenColumn

_NUMBERS: Final = frozenset({Datatype.DECIMAL, Datatype.INTEGER})
_QUOTES: Final = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"')
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_NEVER: Final[Mapping[str, str]] = {
    "formula": "is a formula, whose value changes though nobody changes a rule; write the value",
    "error": "is an error of the spreadsheet; write a value",
}
_COMMA: Final = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A mistake in a cell; `nearest` is what was likely meant, `example` a valid form."""

    offending: str
    reason: str
    nearest: str | None = None
    example: str | None = None
    sheet: str = ""
    row: int = 1
    column: int = 1

    def at(self, sheet: str, row: int, column: int) -> "Fault":
        """The same at a cell."""
        return replace(self, sheet=sheet, row=row, column=column)

    @property
    def words(self) -> str:
        """What is wrong, quoting the value, and what would be right."""
        meant = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        shown = f"; for example {self.example}" if self.example else ""
        return f"{self.offending[:MOST_QUOTED]!r}: {self.reason}{meant}{shown}"

    @property
    def cell(self) -> str:
        """The name of the cell."""
        return named(self.row, self.column)

    def __str__(self) -> str:
        """`Sheet!B7: …`."""
        return f"{self.sheet}!{self.cell}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A cell that was read: as a book would write it, with what is wrong or worth knowing."""

    text: str
    fault: Fault | None = None
    notice: str = ""


def value_of(cell: Cell | None, column: WrittenColumn, was: str | None) -> Read:
    """What a cell says; what it said before is never doubted.

    Numbers count as they are stored, dates as ISO 8601 in columns of dates.
    """
    if cell is None or not cell.text.strip():
        what = f"write {column.absent} for {'nothing' if column.output else 'anything'}"
        return _refused("", f"is empty; {what}", column.absent, column)
    text = cell.text.strip()
    if cell.kind == "text" and was is not None and text == was.strip():
        return Read(text=was)
    if cell.kind in _NEVER:
        return _refused(text, _NEVER[cell.kind], None, column)
    if cell.kind == "date":
        return _dated(text, column)
    if cell.kind == "percent":
        return Read(text=text, notice=f"is shown as per cent and read as {text}")
    return Read(text=text) if cell.kind != "text" else _typed(text, column)


def _refused(text: str, reason: str, nearest: str | None, column: WrittenColumn) -> Read:
    example = f"{column.name}: {column.field.example}"
    fault = Fault(offending=text, reason=reason, nearest=nearest, example=example)
    return Read(text=column.absent, fault=fault)


def _dated(text: str, column: WrittenColumn) -> Read:
    kind = Datatype.TIME if ":" in text and "T" not in text else Datatype.DATE
    if column.field.datatype is (Datatype.DATETIME if "T" in text else kind):
        if "T" not in text:
            return Read(text=text)
        return _refused(text, "a date and time needs its offset", f"{text}+00:00", column)
    reason = (
        "is a date that the spreadsheet made of what was typed; format the cell as text, and "
        "write it again"
    )
    return _refused(text, reason, None, column)


def _typed(text: str, column: WrittenColumn) -> Read:
    """A text that somebody typed, perhaps with signs that the spreadsheet put in by itself."""
    clean = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
    straight = _straight(clean)
    free = column.field.datatype is Datatype.STRING and not column.field.refers
    if straight != clean and not (free and straight[:1] + straight[-1:] != '""'):
        reason = "has signs that the spreadsheet put in by itself; switch its autocorrection off"
        return _refused(text, reason, straight, column)
    if column.field.datatype in _NUMBERS and _COMMA.search(clean):
        reason = "a comma between digits; the decimal sign is a point, alternatives take a space"
        return _refused(text, reason, _COMMA.sub(".", clean), column)
    return Read(text=clean)


def _straight(text: str) -> str:
    plain = text.translate(_QUOTES).translate(_DASHES).replace("\u2026", "...")
    plain = plain.replace("\u2018", "'").replace("\u2019", "'")
    return plain.replace("\u2264", "<=").replace("\u2265", ">=").replace("...", "..")
