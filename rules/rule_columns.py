"""Reads the columns and cells of a decision table in a book, as a rule would say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ontology.facts import Catalogue
from ontology.marked_yaml import Entry, Node
from rules.diagnostics import Problems, near
from rules.rule_parts import Parts
from rules.worded import entries, items, shown
from rules.yaml_cures import EXAMPLES

NOTHING: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `spread.excess` is a field of a kind, `escalate.tier` one of an action.

    `allowed` lists the values of an output, the first one counts most; `node` is its place.
    """

    group: str
    field: str
    allowed: tuple[str, ...]
    node: Node

    @property
    def name(self) -> str:
        """The column as it is written."""
        return f"{self.group}.{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleColumns:
    """Reads columns and cells; mistakes go to `problems`."""

    catalogue: Catalogue
    problems: Problems
    parts: Parts

    def columns(self, entry: Entry | None, *, output: bool = False) -> tuple[Column, ...]:
        """The columns of the inputs or the outputs; none stands twice."""
        found: list[Column] = []
        for node in items(entry.value) if entry is not None else ():
            column = self._column(node, output=output)
            if column.name in [one.name for one in found]:
                self.problems.add(node, column.name, "names two columns; keep one")
            found.append(column)
        return tuple(found)

    def _column(self, node: Node, *, output: bool) -> Column:
        allowed: tuple[str, ...] = ()
        place = node
        if node.kind == "mapping" and output:
            parts = self.parts.of(node, "an output", ("name", "allowed"), required=())
            place = parts["name"].value if "name" in parts else node
            if "allowed" in parts:
                allowed = tuple(shown(one) for one in items(parts["allowed"].value))
        group, _, field = shown(place).partition(".")
        if output and not field and group in self.catalogue.verbs():
            field = str(self.catalogue.verbs()[group].main)
        if not field:
            what = "an action and its field" if output else "a kind of fact and its field"
            example = EXAMPLES["outputs" if output else "inputs"]
            self.problems.add(place, shown(place), f"a column is {what}", example=example)
        return Column(group=group, field=field, allowed=allowed, node=place)

    def cells(self, entry: Entry | None, columns: Sequence[Column]) -> list[tuple[Column, Node]]:
        """The cells of a row that say something, by position or by the names of the columns."""
        if entry is None:
            return []
        if entry.value.kind == "mapping":
            named = {one.key: one for one in entries(entry.value)}
            known = [column.name for column in columns]
            for name, one in named.items():
                if name not in known:
                    self.problems.add(one, name, "names no column", nearest=near(name, known))
            return [(c, named[c.name].value) for c in columns if c.name in named]
        cells = items(entry.value)
        if len(cells) != len(columns):
            reason = f"cells: {len(cells)}, columns: {len(columns)}; write one for each"
            self.problems.add(entry, entry.key, reason, example=_example(columns))
            return []
        return [*zip(columns, cells, strict=True)]


def grouped(row: Node, cells: Sequence[tuple[Column, Node]]) -> Node:
    """Cells as the `when` or `then` that says the same; groups of `-` alone are left out."""
    groups: dict[str, list[tuple[Column, Node]]] = {}
    for column, cell in cells:
        groups.setdefault(column.group, []).append((column, cell))
    members = tuple(
        _entry(some[0][0].node, group, _mapping(row, some))
        for group, some in groups.items()
        if any(shown(cell) != NOTHING for _, cell in some)
    )
    return Node(value=members, kind="mapping", line=row.line, column=row.column)


def _mapping(row: Node, cells: Sequence[tuple[Column, Node]]) -> Node:
    fields = tuple(_entry(column.node, column.field, cell) for column, cell in cells)
    return Node(value=fields, kind="mapping", line=row.line, column=row.column)


def _entry(place: Node, key: str, value: Node) -> Entry:
    return Entry(key=key, line=place.line, column=place.column, value=value)


def _example(columns: Sequence[Column]) -> str:
    return f"[{', '.join(f'<{column.name}>' for column in columns)}]"
