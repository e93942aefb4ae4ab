"""The rows of a table put back into the text of its file: what did not change stays as it is.

A row that stays keeps its text, its comments and its id; of a row with one new cell only that
cell is written anew. Everything outside of the rows is left alone, byte by byte.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.marked_yaml import Node
from rules.literals import TEXTS
from rules.table_text import (
    WrittenColumn,
    WrittenRow,
    WrittenTable,
    cells_in,
    parts_of,
    rows_in,
)
from rules.yaml_spans import Spans, within
from rules.yaml_text import flow, scalar, structure

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedRow:
    """A row as a person left it; `origin` is the row that it was, None where it is new.

    `key` names a new row of a book, and may be empty.
    """

    origin: WrittenRow | None
    key: str
    cells: tuple[str, ...]
    note: str

    @property
    def same(self) -> bool:
        """Whether nothing of it changed."""
        one = self.origin
        return one is not None and (one.cells, one.note) == (self.cells, self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a table: a row counted from 0, and a column or None for the row itself."""

    row: int
    column: int | None


def rewritten(text: str, edits: Sequence[tuple[WrittenTable, Sequence[EditedRow]]]) -> str:
    r"""The text with other rows; the same text where nothing changed.

    >>> from ontology.facts import catalogue
    >>> from rules.table_text import tables_of
    >>> text = "table: t\ninputs: []\noutputs: [{name: n, type: number}]\nrows: [{then: [1]}]"
    >>> table, = tables_of(text, file="t.yaml", catalogue=catalogue())
    >>> row = EditedRow(origin=table.rows[0], key="", cells=("2",), note="")
    >>> rewritten(text, [(table, [row])]).rpartition("rows: ")[2]
    '[{then: [2]}]'
    """
    source = _Source(text, Spans(text))
    changes = [change for table, rows in edits for change in source.changes(table, rows)]
    for start, end, new in sorted(changes, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def spots(text: str, table: WrittenTable) -> Mapping[_Place, Spot]:
    """Which row and cell of a table stand at a line and column of a rewritten text."""
    found: dict[_Place, Spot] = {}
    for at, row in enumerate(rows_in(text, table.id)):
        for node in within(row):
            found.setdefault((node.line, node.column), Spot(row=at, column=None))
        for column, cell in enumerate(cells_in(row, table.columns)):
            for node in within(cell) if cell is not None else ():
                found[node.line, node.column] = Spot(row=at, column=column)
    return found


@dataclass(frozen=True, slots=True)
class _Source:
    """A text and where everything in it begins and ends."""

    text: str
    spans: Spans

    def begin(self, node: Node) -> int:
        return self.spans.begin(node)

    def end(self, node: Node) -> int:
        return self.spans.end(node)

    def changes(
        self, table: WrittenTable, rows: Sequence[EditedRow]
    ) -> Iterator[tuple[int, int, str]]:
        """What to replace, each with where it begins and ends."""
        keys = [*_keys(table, rows)]
        stays = [one.origin for one in rows] == [*table.rows]
        if stays:
            for row in rows:
                yield from self._cells(row, table)
            return
        made = [self._row(row, key, table) for row, key in zip(rows, keys, strict=True)]
        if self.text[self.begin(table.node)] == "[":
            yield self.begin(table.node), self.end(table.node), f"[{', '.join(made)}]"
        else:
            yield self._block(table, rows, made)

    def _cells(self, row: EditedRow, table: WrittenTable) -> Iterator[tuple[int, int, str]]:
        """The new cells of a row that stays where it is, or the whole row anew."""
        one = row.origin
        if one is None or row.same:
            return
        whole = self._whole(row, one)
        if whole:
            made = _fresh(row, table, one.key if "id" in parts_of(one.node) else "")
            yield self.begin(one.node), self.end(one.node), made
            return
        for node, was, new, column in zip(
            one.nodes, one.cells, row.cells, table.columns, strict=True
        ):
            if node is not None and was != new:
                yield self.begin(node), self.end(node), _cell(new, column)
        if one.note != row.note:
            node = parts_of(one.node)["note"].value
            yield self.begin(node), self.end(node), scalar(row.note, textual=True)

    def _whole(self, row: EditedRow, one: WrittenRow) -> bool:
        """Whether a change has no place of its own in the row as it is written."""
        pairs = zip(one.nodes, one.cells, row.cells, strict=True)
        noted = one.note != row.note and not (one.note and row.note)
        return noted or any(node is None and was != new for node, was, new in pairs)

    def _row(self, row: EditedRow, key: str, table: WrittenTable) -> str:
        """The text of a row without its dash."""
        one = row.origin
        if one is None:
            return _fresh(row, table, key)
        begin, end = self.begin(one.node), self.end(one.node)
        text = self.text[begin:end]
        changes = sorted(self._cells(row, table), reverse=True)
        for start, stop, new in changes:
            text = f"{text[: start - begin]}{new}{text[stop - begin :]}"
        if not key or "id" in parts_of(one.node):
            return text
        if [change[:2] for change in changes] == [(begin, end)]:
            return _fresh(row, table, key)
        if text[0] == "{":
            return f"{{id: {key}, {text[1:].lstrip()}"
        return f"id: {key}{self._line_end}{' ' * (one.node.column - 1)}{text}"

    @property
    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _block(
        self, table: WrittenTable, rows: Sequence[EditedRow], made: Sequence[str]
    ) -> tuple[int, int, str]:
        """All rows of a list that is written with dashes, with the comments of each."""
        column = table.node.column - 1
        heads, tails, bounds = {}, {}, []
        start = first = self._commented(self._line(self.begin(table.node)))
        for old in table.rows:
            begin, end = self.begin(old.node), self.end(old.node)
            stop = self.text.find("\n", end) + 1 or len(self.text)
            heads[old.key] = self.text[start:begin]
            tails[old.key] = self.text[end:stop].rstrip("\r\n")
            bounds.append(stop)
            start = stop
        lines = []
        for row, text in zip(rows, made, strict=True):
            key = row.origin.key if row.origin is not None else None
            head = heads[key] if key is not None else f"{' ' * column}- "
            lines.append(f"{head}{text}{tails.get(key, '') if key is not None else ''}")
        end = bounds[-1]
        last = self._line_end if self.text[first:end].endswith("\n") else ""
        return first, end, self._line_end.join(lines) + last

    def _commented(self, at: int) -> int:
        """Where the comments begin that stand right above a line."""
        above = self._line(at - 1) if at else 0
        return self._commented(above) if self.text[above:at].lstrip()[:1] == "#" else at

    def _line(self, at: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, at) + 1


_NUMBER: Final = re.compile(r"-([0-9]+)$")


def _keys(table: WrittenTable, rows: Sequence[EditedRow]) -> Iterator[str]:
    """The id to write for each row, empty where its place in the table says the same."""
    taken = {row.origin.key for row in rows if row.origin is not None} | {r.key for r in rows}
    taken |= {row.key for row in table.rows}
    numbers = [int(hit[1]) for key in taken if (hit := _NUMBER.search(key)) is not None]
    fresh = max([*numbers, len(table.rows)])
    for at, row in enumerate(rows, 1):
        natural = f"{table.id}-{at}"
        key = row.origin.key if row.origin is not None else row.key
        if not table.of_book:
            yield ""
        elif key:
            yield "" if key == natural else key
        elif natural in taken:
            fresh += 1
            yield f"{table.id}-{fresh}"
        else:
            yield ""


def _fresh(row: EditedRow, table: WrittenTable, key: str) -> str:
    pairs = [*zip(row.cells, table.columns, strict=True)]
    parts = [f"id: {key}"] if key else []
    for name, output in (("when", False), ("then", True)):
        cells = [_cell(text, column) for text, column in pairs if column.output is output]
        parts += [f"{name}: [{', '.join(cells)}]"] if cells or output or table.of_book else []
    parts += [f"note: {scalar(row.note, textual=True)}"] if row.note else []
    return f"{{{', '.join(parts)}}}"


def _cell(text: str, column: WrittenColumn) -> str:
    node = structure(text)
    if node is not None and (column.output or node.kind == "list" or ":" in text):
        return flow(node)
    return scalar(text, textual=column.field.datatype in TEXTS)
