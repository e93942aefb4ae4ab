"""Reads decision tables from YAML, collecting every mistake."""

from collections.abc import Sequence
from typing import Final

from ontology.kinds import Field
from ontology.marked_yaml import Entry, Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from ontology.values import Datatype, Value
from rules.columns import Columns
from rules.diagnostics import Diagnostic, Invalid, Problems, near
from rules.expressions import Expression
from rules.parts import CALCULATION, CALCULATION_MAY, CALCULATION_ROW, CALCULATION_ROW_MAY
from rules.sfeel import ANYTHING, Test
from rules.tables import HITS, Outputs, Row, Table, known, unfit
from rules.unary import TestInvalid, value
from rules.worded import entries, items, read_test, shown

_NUMBERS: Final = frozenset({"C+", "C<", "C>"})


class TableInvalid(Invalid):
    """A decision table cannot be read."""


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
        self._columns = Columns(problems=problems)

    def table(self, root: Node) -> Table:
        parts = self._columns.parts(root, CALCULATION, CALCULATION_MAY)
        inputs, reckoned = self._columns.inputs(parts.get("inputs"))
        outputs = self._columns.outputs(parts.get("outputs"))
        hit = self._hit(parts.get("hit"), outputs)
        rows = items(parts["rows"].value) if "rows" in parts else ()
        return Table(
            name=shown(parts["table"].value) if "table" in parts else "",
            hit=hit,
            inputs=inputs,
            outputs=outputs,
            rows=tuple(self._row(node, inputs, outputs) for node in rows),
            reckoned=reckoned,
            defaults=self._defaults(parts.get("outputs"), outputs, inputs, hit),
        )

    def _defaults(
        self, entry: Entry | None, outputs: Sequence[Field], inputs: Sequence[Field], hit: str
    ) -> Outputs:
        nodes = items(entry.value) if entry is not None else ()
        said = [{one.key: one.value for one in entries(node)}.get("default") for node in nodes]
        if not any(said):
            return ()
        if hit == "C#" and entry is not None:
            self._problems.add(entry, "default", "a table that counts gives 0 where no row holds")
        pairs = zip(said, outputs, strict=True)
        return tuple(self._value(node, shape, inputs) for node, shape in pairs)

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
        if hit in {"P", "O"} and not any(f.allowed for f in outputs):
            example = "{name: tone, type: string, allowed: [warm, plain]}"
            reason = "needs an output whose allowed values say what comes first"
            self._problems.add(entry.value, written, reason, example=example)
        return hit

    def _row(self, node: Node, inputs: Sequence[Field], outputs: Sequence[Field]) -> Row:
        parts = self._columns.parts(node, CALCULATION_ROW, CALCULATION_ROW_MAY)
        return Row(
            tests=tuple(
                ANYTHING if cell is None else self._test(cell, shape)
                for cell, shape in self._cells(parts.get("when"), inputs)
            ),
            outputs=tuple(
                self._value(cell, shape, inputs)
                for cell, shape in self._cells(parts.get("then"), outputs)
            ),
            line=node.line,
            note=shown(parts["note"].value) if "note" in parts else "",
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
            reason = f"cells: {len(cells)}, columns: {len(fields)}; write one for each"
            self._problems.add(entry, entry.key, reason)
            return []
        return [*zip(cells, fields, strict=True)]

    def _test(self, node: Node, shape: Field) -> Test:
        try:
            return read_test(node, shape)
        except TestInvalid as error:
            self._refuse(node, shape, error)
            return ANYTHING

    def _value(
        self, node: Node | None, shape: Field, inputs: Sequence[Field]
    ) -> Value | Expression | None:
        if node is None or node.value is None or node.value == "null":
            return None
        if isinstance(node.value, str) and node.value.startswith("="):
            return self._columns.expression(node, {f.name: f for f in inputs}, shape)
        if not isinstance(node.value, str | int | bool):
            self._problems.add(node, shown(node), f"{shape.name} takes one value")
            return None
        try:
            return value(node.value, shape)
        except TestInvalid as error:
            self._refuse(node, shape, error)
            return None

    def _refuse(self, node: Node, shape: Field, error: TestInvalid) -> None:
        self._problems.add(
            error.node or node,
            error.offending,
            error.reason,
            nearest=error.nearest,
            example=f"{shape.name}: {shape.example}",
        )
