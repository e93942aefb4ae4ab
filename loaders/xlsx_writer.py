"""Workbooks as they are written: every text stays a text, whatever it begins with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, Final, Self

import xlsxwriter  # type: ignore[import-untyped] # ships no types

from loaders.xlsx_package import named
from ontology.values import Datatype
from rules.table_text import WrittenColumn, WrittenTable

GUIDE, VALUES = "How to read this", "Values"
LONGEST: Final = 32_767
"""Characters that a cell holds; nothing of a table that can be read is longer."""
_UNWRITABLE: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SPARE: Final = 500
_WIDEST, _NARROWEST = 48, 11
_MADE: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - no zone in there; equal tables, equal bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Where the parts of a table stand on a sheet: the row of names, the columns in their order.

    `id` and `note` are columns, too; all are counted from 1.
    """

    header: int
    columns: tuple[int, ...]
    id: int
    note: int | None


@dataclass(slots=True)
class Book:
    """A workbook that is being written; every text stays a text, whatever it begins with."""

    content: bytes = b""
    names: set[str] = field(default_factory=set)
    _file: BytesIO = field(default_factory=BytesIO)
    _book: Any = None
    _styles: dict[str, Any] = field(default_factory=dict)
    _widths: dict[tuple[str, int], int] = field(default_factory=dict)
    _lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begin."""
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(self._file, options)
        self._book.set_properties({"author": "attune", "created": _MADE})
        plain = {"num_format": "@", "valign": "top", "text_wrap": True}
        for name, more in _STYLES.items():
            self._styles[name] = self._book.add_format({**plain, **more})
        self._styles["inert"] = self._book.add_format({**plain, "quote_prefix": True})
        return self

    def __exit__(self, *_: object) -> None:
        """Set the widths, and keep the bytes."""
        for (name, column), width in self._widths.items():
            wide = min(max(width + 2, _NARROWEST), _WIDEST)
            sheet = self._book.get_worksheet_by_name(name)
            sheet.set_column(column - 1, column - 1, wide, self._styles["cell"])
        self._book.close()
        self.content = self._file.getvalue()

    def sheet(self, name: str) -> Any:  # noqa: ANN401 - xlsxwriter ships no types
        """A new sheet."""
        self.names.add(name.lower())
        return self._book.add_worksheet(name)

    def put(self, sheet: Any, row: int, column: int, text: str, style: str) -> None:  # noqa: ANN401
        """Write a text into a cell, which is counted from 1."""
        text = _UNWRITABLE.sub("\ufffd", text)[:LONGEST]
        inert = style == "cell" and text[:1] in {"=", "+", "-", "@"} and text != "-"
        sheet.write_string(row - 1, column - 1, text, self._styles["inert" if inert else style])
        if style != "wrong":
            at = (sheet.get_name(), column)
            longest = max(map(len, text.split(" ")), default=0) if style == "aside" else len(text)
            self._widths[at] = max(self._widths.get(at, 0), min(longest, _WIDEST))

    def guide(self, lines: Sequence[str]) -> None:
        """The sheet that says how to read the others."""
        sheet = self.sheet(GUIDE)
        for row, line in enumerate(lines, 1):
            sheet.write_string(row - 1, 0, line, self._styles["words"])
        sheet.set_column(0, 0, 110)

    def dress(self, sheet: Any, table: WrittenTable, laid: Laid) -> None:  # noqa: ANN401
        """Freeze the header; offer what is allowed; keep ids and header from slips."""
        sheet.freeze_panes(laid.header + 1, laid.id)
        first, last = laid.header + 1, laid.header + 1 + len(table.rows) + _SPARE
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_letters(laid)}{last + 1}"})
        sheet.data_validation(first, laid.id - 1, last, laid.id - 1, _ID_KEPT)
        for row in range(laid.header):
            for place in (laid.id, *laid.columns):
                sheet.data_validation(row, place - 1, row, place - 1, _HEAD_KEPT)
        for at, column in zip(laid.columns, table.columns, strict=True):
            offered = tuple(_offered(column))
            if offered:
                rule = {**_rule(column), "source": self._source(offered)}
                sheet.data_validation(first, at - 1, last, at - 1, rule)

    def values(self, tables: Sequence[WrittenTable]) -> None:
        """The sheet from which cells offer what is allowed; one column a list."""
        sheet = self.sheet(VALUES)
        for one in (column for table in tables for column in table.columns):
            self._source(tuple(_offered(one)))
        for at, values in enumerate(self._lists):
            for row, value in enumerate(values):
                sheet.write_string(row, at, value, self._styles["cell"])

    def _source(self, offered: tuple[str, ...]) -> str:
        """The range of the sheet of values that lists what is offered."""
        if offered and offered not in self._lists:
            letter = _letter(len(self._lists) + 1)
            self._lists[offered] = f"={VALUES}!${letter}$1:${letter}${len(offered)}"
        return self._lists.get(offered, "")


def _offered(column: WrittenColumn) -> Iterator[str]:
    values = column.allowed
    if column.field.datatype is Datatype.BOOLEAN:
        values = ("true", "false")
    if values:
        yield from (*values, column.absent)


def _rule(column: WrittenColumn) -> dict[str, Any]:
    """What is not in a list of tests is asked about, of an output it is refused."""
    return {
        "validate": "list",
        "error_type": "stop" if column.output and column.absent == "-" else "warning",
        "error_title": "Not in the list",
        "error_message": f"{column.name[:60]} offers the listed values. Tests may also be several"
        " values with commas, or not(…).",
    }


_KEPT: Final = {"validate": "length", "criteria": "==", "value": 0, "error_type": "stop"}
_ID_KEPT: Final = {
    **_KEPT,
    "error_title": "The id stays",
    "error_message": "The id belongs to its row. Leave it empty in a row that is new.",
}
_HEAD_KEPT: Final = {
    **_KEPT,
    "error_title": "Changed in the file",
    "error_message": "Columns, names and the hit policy are changed in the file, not here.",
}
_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "cell": {},
    "words": {"num_format": "@"},
    "id": {"font_color": "#555555", "bg_color": "#F2F2F2"},
    "head": {"bold": True, "bg_color": "#DCE6F1", "bottom": 1},
    "aside": {"italic": True, "font_color": "#444444", "bg_color": "#F2F2F2"},
    "wrong": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 2},
}


def _letter(column: int) -> str:
    return named(1, column)[:-1]


def _letters(laid: Laid) -> str:
    return _letter(max([*laid.columns, laid.note or 1]))
