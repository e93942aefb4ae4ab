"""Reads the typed inputs and outputs of tables and literal decisions, and their expressions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ontology.kinds import Field
from ontology.marked_yaml import Entry, Node
from ontology.values import Datatype
from rules.diagnostics import Problems, near
from rules.expression_reader import SORTS, read_expression
from rules.expressions import Constant, Expression
from rules.parts import COLUMN
from rules.unary import TestInvalid
from rules.worded import entries, items, shown

TYPES: Final[Mapping[str, tuple[Datatype, str]]] = MappingProxyType(
    {
        "number": (Datatype.DECIMAL, "4.5"),
        "string": (Datatype.STRING, "gold"),
        "boolean": (Datatype.BOOLEAN, "true"),
        "date": (Datatype.DATE, "2026-11-22"),
        "time": (Datatype.TIME, "08:30:00"),
        "date and time": (Datatype.DATETIME, "2026-11-22T08:30:00+00:00"),
        "duration": (Datatype.DURATION, "PT15M"),
        "days and time duration": (Datatype.DURATION, "PT15M"),
        "years and months duration": (Datatype.MONTHS, "P6M"),
    }
)
EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "table": "table: compensation",
        "decision": "decision: refund",
        "expression": 'expression: "fare * 0.5"',
        "inputs": "inputs: [{name: delay, type: duration}]",
        "outputs": "outputs: [{name: share, type: number}]",
        "rows": 'rows: [{when: [">= 60 minutes"], then: [0.5]}]',
        "name": "{name: delay, type: duration}",
        "type": "{name: delay, type: duration}",
        "then": "then: [0.5]",
    }
)
PLACES: Final = 12
"""To how many places tables keep numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Reads columns; mistakes go to `problems`."""

    problems: Problems

    def parts(
        self, node: Node, known: Iterable[str], optional: Sequence[str]
    ) -> Mapping[str, Entry]:
        """The entries of a mapping by name; unknown, double and missing ones are mistakes."""
        names = [*known]
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key not in names:
                reason = f"is none of {', '.join(names)}"
                self.problems.add(entry, entry.key, reason, nearest=near(entry.key, names))
            elif entry.key in found:
                self.problems.add(entry, entry.key, "stands twice; keep one")
            found.setdefault(entry.key, entry)
        for name in names:
            if name not in found and name not in optional:
                self.problems.add(node, shown(node), f"has no {name}", example=EXAMPLES[name])
        return found

    def inputs(self, entry: Entry | None) -> tuple[tuple[Field, ...], Mapping[str, Expression]]:
        """The inputs, and the expressions of those that are reckoned from the others."""
        nodes = items(entry.value) if entry is not None else ()
        fields = [self.field(node, ("expression",)) for node in nodes]
        self._once(entry, fields)
        written = {
            field.name: part
            for node, field in zip(nodes, fields, strict=True)
            for part in entries(node)
            if part.key == "expression"
        }
        given = {f.name: f for f in fields if f.name not in written}
        reckoned = {
            field.name: self.expression(written[field.name].value, given, field)
            for field in fields
            if field.name in written
        }
        return tuple(fields), MappingProxyType(reckoned)

    def outputs(self, entry: Entry | None) -> tuple[Field, ...]:
        """The outputs."""
        nodes = items(entry.value) if entry is not None else ()
        fields = [self.field(node, ("default",)) for node in nodes]
        self._once(entry, fields)
        return tuple(fields)

    def _once(self, entry: Entry | None, fields: Sequence[Field]) -> None:
        names = [field.name for field in fields]
        for name in sorted({name for name in names if names.count(name) > 1}):
            if entry is not None:
                self.problems.add(entry, name, "names two columns")

    def field(self, node: Node, more: tuple[str, ...] = (), *, named: str = "") -> Field:
        """One column: its name (`named` where it stands elsewhere), its type, what it allows."""
        optional = ("allowed", "label", *more, *(("name",) if named else ()))
        names = [name for name in COLUMN if name in {"name", "type", *optional}]
        parts = self.parts(node, names, optional)
        written = shown(parts["type"].value) if "type" in parts else "string"
        if written not in TYPES:
            reason = f"is none of {', '.join(TYPES)}"
            self.problems.add(parts["type"].value, written, reason, nearest=near(written, TYPES))
        datatype, example = TYPES.get(written, TYPES["string"])
        allowed = (
            tuple(shown(one) for one in items(parts["allowed"].value))
            if "allowed" in parts
            else ()
        )
        if allowed and datatype is not Datatype.STRING:
            self.problems.add(parts["allowed"], written, "only strings list what is allowed")
        return Field(
            name=shown(parts["name"].value) if "name" in parts else named,
            datatype=Datatype.TOKEN if allowed else datatype,
            allowed=allowed,
            decimals=PLACES,
            label=shown(parts["label"].value) if "label" in parts else "",
            example=allowed[0] if allowed else example,
        )

    def expression(self, node: Node, names: Mapping[str, Field], shape: Field) -> Expression:
        """An expression over inputs, of the type of a field."""
        text = shown(node).removeprefix("=").strip()
        try:
            found, sort = read_expression(text, names)
        except TestInvalid as error:
            self.problems.add(node, error.offending, error.reason, nearest=error.nearest)
            return Constant(None)
        if sort not in {SORTS[shape.datatype], "null"}:
            reason = f"gives a {sort}, but {shape.name} holds a {SORTS[shape.datatype]}"
            self.problems.add(node, text, reason, example=f"{shape.name}: {shape.example}")
        return found
