"""Rows of a source that a map names the fields of: CSV, JSON Lines or the first sheet of XLSX."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from loaders.rows import Row, is_utf8, lines, open_text, rows

SHOWN: Final = 20
"""Characters of a broken line that its reject quotes: enough to find it, no one's address."""
_ZIP: Final = b"PK\x03\x04"


class SourceInvalid(ValueError):
    """A whole source can't be taken in; the message says where, why, and what would do."""


class CellInvalid(ValueError):
    """One cell, or a whole row where `name` is empty, can't be taken."""

    def __init__(self, name: str, reason: str, value: object, example: str = "") -> None:
        """Keep what a reject says."""
        super().__init__(reason)
        self.name, self.reason, self.value, self.example = name, reason, value, example


Cells: TypeAlias = Mapping[str, str]
Fields: TypeAlias = Callable[[tuple[str, ...]], Mapping[str, str]]
"""Which field each header means; it raises SourceInvalid where a needed one is missing."""


def read_rows(path: Path, fields: Fields, shown: str) -> Iterator[tuple[int, Cells | CellInvalid]]:
    """Stream (line, cells by field) of a source in its order; a broken row is what is wrong.

    A first line that begins with `{` makes it JSON Lines, whose members are read like columns.
    `shown` is how a source begins, for errors.

    Raises:
        SourceInvalid: the source is empty, or `fields` refuses its header.
        OSError: it can't be read.
    """
    with path.open("rb") as raw:
        if raw.read(len(_ZIP)) == _ZIP:
            yield from _sheet_rows(path, fields, shown)
            return
    with open_text(path) as stream:
        first = next((text for _, text in lines(stream) if text.strip()), None)
    if first is None:
        raise SourceInvalid(f"{path.name}:1: is empty; it begins with {shown}")
    json_lines = first.lstrip("\ufeff \t").startswith("{")
    yield from _json_rows(path, fields) if json_lines else _csv_rows(path, fields)


def members(said: Mapping[str, object], fields: Fields) -> Cells:
    """The members of an object as cells.

    Raises:
        CellInvalid: a needed one is missing, or one is a list or an object.
    """
    try:
        found = fields(tuple(said))
    except SourceInvalid as error:
        raise CellInvalid("", str(error), ", ".join(said)) from error
    return {name: _cell(name, said[title]) for title, name in found.items()}


def _csv_rows(path: Path, fields: Fields) -> Iterator[tuple[int, Cells | CellInvalid]]:
    with open_text(path) as stream:
        table = rows(stream)
        header = next(table)
        found = _header(path, fields, header)
        places = [(found[title], n) for n, title in enumerate(header.cells) if title in found]
        width = len(header.cells)
        for row in table:
            cells = row.cells
            if row.broken is not None:
                words = f"the line {row.broken}"
                yield row.line, CellInvalid("", words, cells[0][:SHOWN])
            elif len(cells) != width:
                words = f"the line has {len(cells)} cells where the header has {width}"
                yield row.line, CellInvalid("", words, cells[0][:SHOWN])
            else:
                yield row.line, {name: cells[place] for name, place in places}


def _header(path: Path, fields: Fields, header: Row) -> Mapping[str, str]:
    where = f"{path.name}:{header.line}"
    if header.broken is not None:
        raise SourceInvalid(f"{where}: the header {header.broken}")
    try:
        return fields(header.cells)
    except SourceInvalid as error:
        raise type(error)(f"{where}: {error}") from error


def _json_rows(path: Path, fields: Fields) -> Iterator[tuple[int, Cells | CellInvalid]]:
    with open_text(path) as stream:
        for number, text in lines(stream):
            if text.strip():
                try:
                    yield number, members(_object(text), fields)
                except CellInvalid as error:
                    yield number, error


def _object(text: str) -> Mapping[str, object]:
    if not is_utf8(text):
        raise CellInvalid("", "the line is not UTF-8", text[:SHOWN])
    try:
        said = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CellInvalid("", "the line is no JSON", text[:SHOWN]) from error
    if not isinstance(said, dict):
        raise CellInvalid("", "the line is no JSON object", text[:SHOWN])
    return said


def _cell(name: str, value: object) -> str:
    """A member of an object as the text that a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int | float):
        return str(value)
    raise CellInvalid(name, "it is a list or an object", value)


def _sheet_rows(
    path: Path, fields: Fields, shown: str
) -> Iterator[tuple[int, Cells | CellInvalid]]:
    from loaders.xlsx_cells import sheets_of  # noqa: PLC0415 - few sources are workbooks
    from loaders.xlsx_package import WorkbookInvalid  # noqa: PLC0415 - few sources are workbooks

    try:
        sheet = next((one for one in sheets_of(path.read_bytes()) if not one.hidden), None)
    except WorkbookInvalid as error:
        raise SourceInvalid(f"{path.name}: {error}") from error
    filled = sorted({row for row, _ in sheet.cells}) if sheet is not None else []
    if sheet is None or not filled:
        raise SourceInvalid(f"{path.name}: its first sheet is empty; it begins with {shown}")
    width = max(column for _, column in sheet.cells)
    titles = tuple(sheet.said(filled[0], column) for column in range(1, width + 1))
    found = _header(path, fields, Row(line=filled[0], cells=titles))
    places = [(found[title], n) for n, title in enumerate(titles, 1) if title in found]
    for row in filled[1:]:
        yield row, {name: sheet.said(row, place) for name, place in places}
