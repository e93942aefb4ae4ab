"""Decisions that are one S-FEEL expression, beside those that are a table.

```yaml
decision: refund               # the name of the decision
type: number
inputs: [{name: fare, type: number}, {name: delay, type: duration}]
expression: fare * 0.5 + delay / duration("PT1H")
```

The answer is null where the expression has none: an input is missing or null, something is
divided by zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ontology.events import Json
from ontology.kinds import Field
from ontology.marked_yaml import Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from rules.columns import Columns
from rules.diagnostics import Problems
from rules.expressions import Constant, Expression
from rules.parts import DECISION, DECISION_MAY
from rules.table_reader import TableInvalid, read_table
from rules.tables import Table, inputs_of, json_of, reckon
from rules.worded import entries, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralDecision:
    """A decision that was read; `output` carries its name and type."""

    inputs: tuple[Field, ...]
    reckoned: Mapping[str, Expression]
    output: Field
    expression: Expression

    def evaluate(self, given: Mapping[str, object]) -> dict[str, Json]:
        """The decision under its name.

        Raises:
            InputInvalid: an input is not of its type, or leads to a value that the output cannot
                hold; all errors of the inputs at once.
        """
        named = inputs_of([f for f in self.inputs if f.name not in self.reckoned], given)
        for shape in self.inputs:
            if shape.name in self.reckoned:
                named[shape.name] = reckon(self.reckoned[shape.name], shape, named)
        return {self.output.name: json_of(reckon(self.expression, self.output, named))}


def read_decision(text: str, *, file: str) -> Table | LiteralDecision | None:
    """Read a decision table or a literal decision; None where the text is neither.

    Raises:
        TableInvalid: all that is wrong, each with line and column.
    """
    try:
        root = parse_yaml(text)
    except YamlInvalid:
        return None
    keys = {entry.key for entry in entries(root)}
    if "table" in keys:
        return read_table(text, file=file)
    return _literal(root, Problems(file)) if "decision" in keys else None


def _literal(root: Node, problems: Problems) -> LiteralDecision:
    columns = Columns(problems=problems)
    parts = columns.parts(root, DECISION, DECISION_MAY)
    inputs, reckoned = columns.inputs(parts.get("inputs"))
    as_output = tuple(parts[name] for name in ("type", "allowed") if name in parts)
    place = {"line": root.line, "column": root.column}
    node = Node(value=as_output, kind="mapping", **place)
    output = columns.field(node, named=shown(parts["decision"].value))
    names = {f.name: f for f in inputs}
    expression: Expression = Constant(None)
    if "expression" in parts:
        expression = columns.expression(parts["expression"].value, names, output)
    if problems.found:
        raise TableInvalid(problems.found)
    return LiteralDecision(inputs=inputs, reckoned=reckoned, output=output, expression=expression)
