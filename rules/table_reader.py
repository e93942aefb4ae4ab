"""Reads decision tables from YAML, collecting every mistake."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ontology.kinds import Field
from ontology.marked_yaml import Entry, Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from ontology.values import Datatype, Value
from rules.diagnostics import Diagnostic, Invalid, Problems, near
from rules.sfeel import ANYTHING, Test
from rules.tables import HITS, Row, Table, known, unfit
from rules.unary import TestInvalid, value
from rules.worded import entries, items, read_test, shown

TYPES: Final[Mapping[str, tuple[Datatype, str]]] = MappingProxyType(
    {
        "number": (Datatype.DECIMAL, "4.5"),
        "string": (Datatype.STRING, "gold"),
        "boolean": (Datatype.BOOLEAN, "true"),
        "date": (Datatype.DATE, "2026-11-22"),
        "time": (Datatype.TIME, "08:30:00"),
        "date and time": (Datatype.DATETIME, "2026-11-22T08:30:00+00:00"),
        "duration": (Datatype.DURATION, "PT15M"),
    }
)
_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "table": "table: compensation",
        "inputs": "inputs: [{name: delay, type: duration}]",
        "outputs": "outputs: [{name: share, type: number}]",
        "rows": 'rows: [{when: [">= 60 minutes"], then: [0.5]}]',
        "name": "{name: delay, type: duration}",
        "type": "{name: delay, type: duration}",
        "then": "then: [0.5]",
    }
)
_NUMBERS: Final = frozenset({"C+", "C<", "C>"})
PLACES: Final = 12
"""To how many places tables keep numbers."""


class TableInvalid(Invalid):
    """A decision table cannot be read."""


def is_table(text: str) -> bool:
    """Whether a YAML text is a decision table rather than a book; broken YAML is neither."""
    try:
        return any(entry.key == "table" for entry in entries(parse_yaml(text)))
    except YamlInvalid:
        return False


def read_table(text: str, *, file: str) -> Table:
    """Read one decision table.

    Raises:
        TableInvalid: all that is wrong, each with line and column.
    """
    problems = Problems(file)
    try:
        root = parse_yaml(text)
    except YamlInvalid as error:
        place = Diagnostic(
            file=file, line=error.line, column=error.column, offending="", reason=str(error)
        )
        raise TableInvalid([place]) from error
    table = _Reader(problems).table(root)
    if problems.found:
        raise TableInvalid(problems.found)
    return table


class _Reader:
    """Reads one table; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def table(self, root: Node) -> Table:
        parts = self._parts(root, ("table", "hit", "inputs", "outputs", "rows"), ("hit",))
        inputs = self._fields(parts.get("inputs"))
        outputs = self._fields(parts.get("outputs"))
        hit = self._hit(parts.get("hit"), outputs)
        rows = items(parts["rows"].value) if "rows" in parts else ()
        return Table(
            name=shown(parts["table"].value) if "table" in parts else "",
            hit=hit,
            inputs=inputs,
            outputs=outputs,
            rows=tuple(self._row(node, inputs, outputs) for node in rows),
        )

    def _parts(
        self, node: Node, names: Sequence[str], optional: Sequence[str]
    ) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key not in names:
                reason = f"is none of {', '.join(names)}"
                self._problems.add(entry, entry.key, reason, nearest=near(entry.key, names))
            elif entry.key in found:
                self._problems.add(entry, entry.key, "stands twice; keep one")
            found.setdefault(entry.key, entry)
        for name in names:
            if name not in found and name not in optional:
                self._problems.add(node, shown(node), f"has no {name}", example=_EXAMPLES[name])
        return found

    def _hit(self, entry: Entry | None, outputs: Sequence[Field]) -> str:
        if entry is None:
            return "U"
        written = shown(entry.value)
        hit = known(written)
        if hit is None:
            self._problems.add(
                entry.value, written, unfit(written), nearest=near(written, HITS.values())
            )
            return "U"
        if hit in _NUMBERS and [f.datatype for f in outputs] != [Datatype.DECIMAL]:
            self._problems.add(entry.value, written, "needs one output, a number")
        if hit in {"P", "O"} and not all(f.allowed for f in outputs):
            example = "{name: tone, type: string, allowed: [warm, plain]}"
            reason = "needs outputs whose allowed values say what comes first"
            self._problems.add(entry.value, written, reason, example=example)
        return hit

    def _fields(self, entry: Entry | None) -> tuple[Field, ...]:
        fields = [self._field(node) for node in items(entry.value)] if entry is not None else []
        names = [field.name for field in fields]
        for name in {name for name in names if names.count(name) > 1}:
            if entry is not None:
                self._problems.add(entry, name, "names two columns")
        return tuple(fields)

    def _field(self, node: Node) -> Field:
        parts = self._parts(node, ("name", "type", "allowed", "label"), ("allowed", "label"))
        written = shown(parts["type"].value) if "type" in parts else "string"
        if written not in TYPES:
            reason = f"is none of {', '.join(TYPES)}"
            self._problems.add(parts["type"].value, written, reason, nearest=near(written, TYPES))
        datatype, example = TYPES.get(written, TYPES["string"])
        allowed = (
            tuple(shown(one) for one in items(parts["allowed"].value))
            if ("allowed" in parts)
            else ()
        )
        if allowed and datatype is not Datatype.STRING:
            self._problems.add(parts["allowed"], written, "only strings list what is allowed")
        return Field(
            name=shown(parts["name"].value) if "name" in parts else "",
            datatype=Datatype.TOKEN if allowed else datatype,
            allowed=allowed,
            decimals=PLACES,
            example=allowed[0] if allowed else example,
        )

    def _row(self, node: Node, inputs: Sequence[Field], outputs: Sequence[Field]) -> Row:
        parts = self._parts(node, ("when", "then", "note"), ("when", "note"))
        return Row(
            tests=tuple(
                ANYTHING if cell is None else self._test(cell, shape)
                for cell, shape in self._cells(parts.get("when"), inputs)
            ),
            outputs=tuple(
                self._value(cell, shape) for cell, shape in self._cells(parts.get("then"), outputs)
            ),
            line=node.line,
        )

    def _cells(
        self, entry: Entry | None, fields: Sequence[Field]
    ) -> list[tuple[Node | None, Field]]:
        """The cells of a row, by position or by name; None where one is left out."""
        if entry is None:
            return [(None, field) for field in fields]
        if entry.value.kind == "mapping":
            named = {one.key: one for one in entries(entry.value)}
            for name, one in named.items():
                if name not in [field.name for field in fields]:
                    nearest = near(name, [field.name for field in fields])
                    self._problems.add(one, name, "names no column", nearest=nearest)
            return [(named[f.name].value if f.name in named else None, f) for f in fields]
        cells = items(entry.value)
        if len(cells) != len(fields):
            reason = f"has {len(cells)} cells for {len(fields)} columns"
            self._problems.add(entry, entry.key, reason)
            return []
        return [*zip(cells, fields, strict=True)]

    def _test(self, node: Node, shape: Field) -> Test:
        try:
            return read_test(node, shape)
        except TestInvalid as error:
            self._refuse(node, shape, error)
            return ANYTHING

    def _value(self, node: Node | None, shape: Field) -> Value:
        if node is None or not isinstance(node.value, str | int | bool):
            if node is not None:
                self._problems.add(node, shown(node), f"{shape.name} takes one value")
            return ""
        try:
            return value(node.value, shape)
        except TestInvalid as error:
            self._refuse(node, shape, error)
            return ""

    def _refuse(self, node: Node, shape: Field, error: TestInvalid) -> None:
        self._problems.add(
            error.node or node,
            error.offending,
            error.reason,
            nearest=error.nearest,
            example=f"{shape.name}: {shape.example}",
        )
