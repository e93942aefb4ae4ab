"""Decision tables as rows of text: what a spreadsheet shows, and where each cell stands.

Both kinds are read, the tables of a book and calculations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ontology.facts import Catalogue
from ontology.kinds import Field
from ontology.marked_yaml import Entry, Node
from ontology.marked_yaml import parse as parse_yaml
from rules.columns import Columns
from rules.diagnostics import Problems
from rules.literal_decisions import read_decision
from rules.rule_columns import NOTHING, Column, RuleColumns
from rules.rule_parts import Parts
from rules.rulebook import parse as parse_book
from rules.unary import ORDER, TestInvalid, parse
from rules.worded import entries, items, read_test, shown
from rules.yaml_text import flow

NULL: Final = "null"
_Parts = Mapping[str, Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenColumn:
    """A column as its file writes it; `allowed` is in the order of the file where it has one.

    `absent` is what a cell says that is left out, `expression` how an input is reckoned.
    """

    name: str
    output: bool
    field: Field
    allowed: tuple[str, ...]
    absent: str
    expression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRow:
    """A row: its key is the id of its rule, or its number in a calculation.

    `nodes` has None where the file leaves a cell out.
    """

    key: str
    cells: tuple[str, ...]
    note: str
    node: Node
    nodes: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTable:
    """A table of a file; `of_book` tells it from a calculation, `node` is the list of rows."""

    id: str
    of_book: bool
    hit: str
    reason: str
    columns: tuple[WrittenColumn, ...]
    rows: tuple[WrittenRow, ...]
    node: Node

    def fingerprint(self) -> str:
        """A digest of all that a spreadsheet shows of the table; 16 hex digits."""
        columns = [(one.name, one.output, one.allowed) for one in self.columns]
        rows = [(row.key, row.cells, row.note) for row in self.rows]
        return sha256(repr((self.id, self.hit, columns, rows)).encode()).hexdigest()[:16]


def check(text: str, *, file: str, catalogue: Catalogue) -> None:
    """Read a file by the reader of its kind.

    Raises:
        Invalid: all that is wrong, each with line and column.
    """
    if read_decision(text, file=file) is None:
        parse_book(text, file=file, catalogue=catalogue)


def tables_of(text: str, *, file: str, catalogue: Catalogue) -> tuple[WrittenTable, ...]:
    """The tables of a book or a calculation, in the order of the file.

    Raises:
        Invalid: the file is not in order; all that is wrong, each with line and column.
    """
    check(text, file=file, catalogue=catalogue)
    walk = _Walk(catalogue=catalogue, problems=Problems(file))
    return tuple(walk.table(parts) for parts in _tables(parse_yaml(text)))


def rows_in(text: str, table: str) -> Sequence[Node]:
    """The rows of a table, in a text that need not be in order otherwise."""
    for parts in _tables(parse_yaml(text)):
        if _id(parts) == table and "rows" in parts:
            return items(parts["rows"].value)
    return ()


def cells_in(row: Node, columns: Sequence[WrittenColumn]) -> tuple[Node | None, ...]:
    """The cells of a row in the order of the columns, None where one is left out."""
    parts = parts_of(row)
    inputs = [column.name for column in columns if not column.output]
    outputs = [column.name for column in columns if column.output]
    return (*_cells(parts.get("when"), inputs), *_cells(parts.get("then"), outputs))


def parts_of(node: Node) -> _Parts:
    """The entries of a mapping by key."""
    return {entry.key: entry for entry in entries(node)} if node.kind == "mapping" else {}


def said(node: Node, column: WrittenColumn) -> str:
    """A cell on one line, as S-FEEL says it where it can, in YAML's own form otherwise."""
    if node.value is None:
        return NULL
    if column.output or node.kind not in {"list", "mapping"}:
        return flow(node) if node.kind in {"list", "mapping"} else shown(node)
    text = _in_words(node)
    try:
        same = parse(text, column.field) == read_test(node, column.field)
    except TestInvalid:
        same = False
    return text if same else flow(node)


def _in_words(node: Node) -> str:
    if node.kind == "list":
        return ", ".join(map(_in_words, items(node)))
    if node.kind != "mapping" or len(entries(node)) != 1:
        return shown(node)
    (entry,) = entries(node)
    words = _in_words(entry.value)
    return f"{entry.key} {words}" if entry.key in ORDER else f"{entry.key}({words})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Walks the tables of a file that is in order."""

    catalogue: Catalogue
    problems: Problems

    def table(self, parts: _Parts) -> WrittenTable:
        of_book = "id" in parts
        columns = tuple(self._of_book(parts) if of_book else self._of_calculation(parts))
        rows = enumerate(items(parts["rows"].value), 1)
        return WrittenTable(
            id=_id(parts),
            of_book=of_book,
            hit=_text(parts, "hit") or "U",
            reason=" ".join(_text(parts, "reason").split()),
            columns=columns,
            rows=tuple(self._row(row, _id(parts), at, columns) for at, row in rows),
            node=parts["rows"].value,
        )

    def _row(
        self, node: Node, table: str, at: int, columns: Sequence[WrittenColumn]
    ) -> WrittenRow:
        parts = parts_of(node)
        nodes = cells_in(node, columns)
        return WrittenRow(
            key=_text(parts, "id") or f"{table}-{at}",
            cells=tuple(
                column.absent if cell is None else said(cell, column)
                for cell, column in zip(nodes, columns, strict=True)
            ),
            note=_text(parts, "note"),
            node=node,
            nodes=nodes,
        )

    def _of_book(self, parts: _Parts) -> Iterator[WrittenColumn]:
        reader = RuleColumns(
            catalogue=self.catalogue, problems=self.problems, parts=Parts(problems=self.problems)
        )
        for output, name in ((False, "inputs"), (True, "outputs")):
            kinds = self.catalogue.verbs() if output else self.catalogue.kinds
            for one in reader.columns(parts.get(name), output=output):
                yield _column(one, kinds[one.group].fields[one.field], output=output)

    def _of_calculation(self, parts: _Parts) -> Iterator[WrittenColumn]:
        reader = Columns(problems=self.problems)
        for output, name in ((False, "inputs"), (True, "outputs")):
            for node in items(parts[name].value):
                field = reader.field(node, ("expression",))
                yield WrittenColumn(
                    name=field.name,
                    output=output,
                    field=field,
                    allowed=field.allowed,
                    absent=NULL if output else NOTHING,
                    expression=_text(parts_of(node), "expression"),
                )


def _column(column: Column, field: Field, *, output: bool) -> WrittenColumn:
    return WrittenColumn(
        name=column.name,
        output=output,
        field=field,
        allowed=column.allowed or field.allowed,
        absent=NOTHING,
    )


def _tables(root: Node) -> Iterator[_Parts]:
    parts = parts_of(root)
    if "table" in parts:
        yield parts
    elif "tables" in parts:
        yield from map(parts_of, items(parts["tables"].value))


def _id(parts: _Parts) -> str:
    return _text(parts, "id") or _text(parts, "table")


def _text(parts: _Parts, name: str) -> str:
    return shown(parts[name].value) if name in parts else ""


def _cells(entry: Entry | None, names: Sequence[str]) -> tuple[Node | None, ...]:
    if entry is not None and entry.value.kind == "mapping":
        named = parts_of(entry.value)
        return tuple(named[name].value if name in named else None for name in names)
    cells = items(entry.value) if entry is not None else ()
    return tuple(cells) if len(cells) == len(names) else (None,) * len(names)
