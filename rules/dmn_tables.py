"""Reads the decision tables of DMN into the tables that attune has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype
from rules.dmn_columns import InputColumn, InputColumns, apart
from rules.dmn_outputs import OutputColumns, gives
from rules.dmn_scope import Scope
from rules.dmn_types import Type, field_of
from rules.expressions import EXPRESSIONS, Expression, names_in
from rules.sfeel import ANYTHING, Compare, Test
from rules.tables import Row, Table
from rules.unary import TestInvalid
from rules.unary_expressions import read_cell
from rules.xml_reader import Element

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """Reads one table; mistakes go to `problems`."""

    scope: Scope

    @property
    def _outputs(self) -> OutputColumns:
        return OutputColumns(scope=self.scope)

    def read(self, element: Element, name: str, kind: Type) -> tuple[Table, Type]:
        """A table under the name of its decision, and the type of what it gives."""
        inputs = [*element.all("input")]
        if len(inputs) > MOST_COLUMNS or len([*element.all("rule")]) > MOST_ROWS:
            reason = f"has more than {MOST_COLUMNS} inputs or {MOST_ROWS} rules; split it"
            self.scope.problems.add(element, "decisionTable", reason)
            inputs = []
        columns = InputColumns(scope=self.scope).read(inputs, element)
        outputs = self._outputs.read(element, name, kind)
        hit = self._outputs.hit(element, outputs)
        table = self._table(element, name, hit, (columns, outputs))
        return table, gives(hit, outputs)

    def _table(
        self,
        element: Element,
        name: str,
        hit: str,
        fields: tuple[Sequence[InputColumn], Sequence[Field]],
    ) -> Table:
        columns, outputs = fields
        asked: dict[str, Expression] = {}
        rules = [*element.all("rule")][:MOST_ROWS]
        rows = [self._row(rule, columns, outputs, asked) for rule in rules]
        fields_of = [column.shape for column in columns]
        reckoned = {c.shape.name: c.tested[0] for c in columns if not c.given}
        added = [field_of(words, Datatype.BOOLEAN) for words in asked]
        reckoned.update(asked)
        needed = {one for expression in reckoned.values() for one in names_in(expression)}
        defaults = self._outputs.defaults(element, outputs, hit)
        for cells in (defaults, *(row.row.outputs for row in rows)):
            for cell in cells:
                needed |= names_in(cell) if isinstance(cell, EXPRESSIONS) else frozenset()
        others = needed - {f.name for f in fields_of}
        also = [one for key, one in self.scope.names.fields.items() if key in others]
        return Table(
            name=name,
            hit=hit,
            inputs=(*fields_of, *added, *also),
            outputs=tuple(outputs),
            rows=tuple(_widened(row, [*asked], len(also)) for row in rows),
            reckoned=reckoned,
            defaults=defaults,
        )

    def _row(
        self,
        rule: Element,
        columns: Sequence[InputColumn],
        outputs: Sequence[Field],
        asked: dict[str, Expression],
    ) -> "_Read":
        entries, values = [*rule.all("inputEntry")], [*rule.all("outputEntry")]
        if len(entries) != len(columns) or len(values) != len(outputs):
            reason = (
                f"rule: {len(entries)} inputEntry and {len(values)} outputEntry stand where "
                f"{len(columns)} inputs and {len(outputs)} outputs are"
            )
            if not self.scope.problems.found:
                self.scope.problems.add(rule, rule.attributes.get("id", "rule"), reason)
            return _Read(row=Row(tests=(), outputs=(), line=rule.line), asked=())
        tests: list[Test] = []
        also: list[str] = []
        for entry, column in zip(entries, columns, strict=True):
            found = self._cell(entry, column)
            if isinstance(found, EXPRESSIONS):
                said = f"{column.shape.name}: {' '.join(entry.words('text').split())}"
                words = apart(said, {one.shape.name for one in columns})
                asked[words] = found
                also.append(words)
                found = ANYTHING
            tests.append(found)
        cells = zip(values, outputs, strict=True)
        row = Row(
            tests=tuple(tests),
            outputs=tuple(self._outputs.value(entry, shape) for entry, shape in cells),
            line=rule.line,
            note=_noted(rule),
        )
        return _Read(row=row, asked=tuple(also))

    def _cell(self, entry: Element, column: InputColumn) -> Test | Expression:
        text = entry.words("text")
        if text not in column.cells:
            column.cells[text] = self._tests(text, entry, column)
        return column.cells[text]

    def _tests(self, text: str, entry: Element, column: InputColumn) -> Test | Expression:
        try:
            cell = read_cell(text, self.scope.names.fields, self.scope.functions)
            if not cell.names:
                return cell.test(column.shape)
            return cell.expression(column.tested)
        except TestInvalid as error:
            self.scope.refuse(error, entry.one("text") or entry, "inputEntry: ")
            return ANYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A row, and the tests in it that compare inputs with each other, by their words."""

    row: Row
    asked: tuple[str, ...]


_TRUE: Final = Compare("=", value=True)


def _widened(read: _Read, asked: Sequence[str], others: int) -> Row:
    """A row with a test of each question of its table, and none of the inputs that follow."""
    more = tuple(_TRUE if words in read.asked else ANYTHING for words in asked)
    return replace(read.row, tests=(*read.row.tests, *more, *(ANYTHING,) * others))


def _noted(rule: Element) -> str:
    """What a rule says for readers: its description and its annotations."""
    said = [rule.words("description"), *(one.words("text") for one in rule.all("annotationEntry"))]
    return " ".join(" ".join(one for one in said if one).split())
