"""Reads the decision tables of DMN into the tables that attune has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.diagnostics import Problems
from rules.dmn_types import (
    ANY,
    Listing,
    Names,
    Simple,
    Structure,
    Type,
    Types,
    field_of,
    of_sort,
)
from rules.expression_reader import SORTS, Function, Read, read_expression
from rules.expressions import EXPRESSIONS, Expression, Name, names_in
from rules.sfeel import ANYTHING, Compare, Test
from rules.tables import HITS, Outputs, Row, Table
from rules.unary import TestInvalid
from rules.unary_expressions import Cell, constant, read_cell
from rules.xml_reader import Element

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
_SUMS: Final[Mapping[str, str]] = {"SUM": "C+", "MIN": "C<", "MAX": "C>", "COUNT": "C#"}
_HITS: Final = {word.upper(): sign for sign, word in HITS.items() if len(sign) == 1}
_NAME: Final = re.compile(r"[^\W\d][\w .'/+*-]*")


@dataclass(slots=True, kw_only=True)
class _Column:
    """An input while it is read: what is tested, and how its cells were read so far."""

    tested: Read
    shape: Field
    given: bool
    cells: dict[str, Test | Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """Reads one table; mistakes go to `problems`."""

    problems: Problems
    types: Types
    names: Names
    functions: Mapping[str, Function]
    implied: dict[str, Simple] | None = None
    """Inputs that the model does not declare; None where it has to."""

    def read(self, element: Element, name: str, kind: Type) -> tuple[Table, Type]:
        """A table under the name of its decision, and the type of what it gives."""
        inputs = [*element.all("input")]
        if len(inputs) > MOST_COLUMNS or len([*element.all("rule")]) > MOST_ROWS:
            reason = f"has more than {MOST_COLUMNS} inputs or {MOST_ROWS} rules; split it"
            self.problems.add(element, "decisionTable", reason)
            inputs = []
        columns = self._columns(inputs, element)
        outputs = self._outputs(element, name, kind)
        hit = self._hit(element, outputs)
        table = self._table(element, name, hit, (columns, outputs))
        return table, _gives(hit, outputs)

    def _table(
        self,
        element: Element,
        name: str,
        hit: str,
        fields: tuple[Sequence[_Column], Sequence[Field]],
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
        for row in rows:
            for cell in row.row.outputs:
                needed |= names_in(cell) if isinstance(cell, EXPRESSIONS) else frozenset()
        others = needed - {f.name for f in fields_of}
        also = [one for key, one in self.names.fields.items() if key in others]
        return Table(
            name=name,
            hit=hit,
            inputs=(*fields_of, *added, *also),
            outputs=tuple(outputs),
            rows=tuple(_widened(row, [*asked], len(also)) for row in rows),
            reckoned=reckoned,
            defaults=self._defaults(element, outputs, hit),
        )

    def _columns(self, inputs: Sequence[Element], table: Element) -> list[_Column]:
        columns: list[_Column] = []
        for at, clause in enumerate(inputs):
            column = self._column(clause, at, table, {one.shape.name for one in columns})
            if column is not None:
                columns.append(column)
        return columns

    def _column(self, clause: Element, at: int, table: Element, taken: set[str]) -> _Column | None:
        asked = clause.one("inputExpression")
        text = " ".join((asked or clause).words("text").split())
        place = (asked.one("text") if asked is not None else None) or clause
        if not text:
            reason = "input: has no inputExpression; name an input"
            self.problems.add(clause, clause.attributes.get("label", "input"), reason)
            return None
        kind = self._clause_type(clause, asked)
        found = self._tested(text, place, kind, (table, at))
        if found is None:
            return None
        tested, datatype, given = found
        allowed = kind.allowed or self._allowed(text, given=given)
        again = text in taken
        name = (
            text
            if given and not again
            else _apart(clause.attributes.get("label") or text, taken | {*self.names.fields})
        )
        said = " ".join(clause.attributes.get("label", "").split())
        shape = replace(field_of(name, datatype, allowed), label="" if said == name else said)
        return _Column(tested=tested, shape=shape, given=given and not again)

    def _clause_type(self, clause: Element, asked: Element | None) -> Simple:
        reference = asked.attributes.get("typeRef") if asked is not None else None
        kind = self.types.of(reference, asked or clause)
        if not isinstance(kind, Simple):
            reason = "input: a test is of one value; name a part of the structure"
            self.problems.add(clause, reference or "", reason)
            return ANY
        values = clause.one("inputValues")
        if values is not None and kind.datatype is not None:
            kind = self.types.constrained(kind, values)
        return kind

    def _allowed(self, text: str, *, given: bool) -> tuple[str, ...]:
        known = self.names.fields.get(text)
        return known.allowed if given and known is not None else ()

    def _tested(
        self, text: str, place: Element, kind: Simple, at: tuple[Element, int]
    ) -> tuple[Read, Datatype, bool] | None:
        """What a column tests, its datatype, and whether it is an input as it is given."""
        known = self.names.fields.get(text)
        if known is not None:
            self._agree(kind, known.datatype, place)
            return (Name(text), SORTS[known.datatype]), known.datatype, True
        if text in self.names.barred:
            self.problems.add(place, text, self.names.barred[text])
            return None
        if text in self.names.untyped:
            datatype = kind.datatype or self._seen(*at)
            return (Name(text), SORTS[datatype]), datatype, True
        if self.implied is not None and kind.datatype is not None and _NAME.fullmatch(text):
            self.implied[text] = Simple(datatype=kind.datatype)
            return (Name(text), SORTS[kind.datatype]), kind.datatype, True
        read = self.expression(text, place)
        if read is None:
            return None
        sort = of_sort(read[1]) or kind.datatype or Datatype.STRING
        self._agree(kind, sort, place)
        return read, sort, False

    def _agree(self, kind: Simple, datatype: Datatype, place: Element) -> None:
        if kind.datatype is not None and SORTS[kind.datatype] != SORTS[datatype]:
            reason = f"is a {SORTS[datatype]}, but typeRef says {SORTS[kind.datatype]}"
            self.problems.add(place, place.text.strip(), reason)

    def _seen(self, table: Element, at: int) -> Datatype:
        """The datatype that the cells of a column speak of; a text where they say nothing."""
        for rule in table.all("rule"):
            entries = [*rule.all("inputEntry")]
            try:
                cell = read_cell(entries[at].words("text"), {}) if at < len(entries) else None
            except TestInvalid:
                continue
            found = of_sort(cell.sort) if cell is not None else None
            if found is not None:
                return found
        return Datatype.STRING

    def expression(self, text: str, place: Element) -> Read | None:
        """An expression over the names; None where it is refused."""
        try:
            return read_expression(text, self.names.fields, self.functions)
        except TestInvalid as error:
            self.refuse(error, place)
            return None

    def refuse(self, error: TestInvalid, place: Element, within: str = "") -> None:
        """Note what is wrong with a text, by why the name in it may not be used, if so."""
        barred = next(
            (
                f"{name} {why}"
                for name, why in self.names.barred.items()
                if error.offending.startswith(name) or name.startswith(error.offending or "\0")
            ),
            None,
        )
        untyped = next(
            (n for n in self.names.untyped if n.startswith(error.offending or "\0")), None
        )
        if untyped is not None:
            barred = f"{untyped} has no type; give its variable a typeRef"
        reason = f"{within}{barred or error.reason}"
        self.problems.add(
            place, error.offending, reason, nearest=None if barred else error.nearest
        )

    def _outputs(self, element: Element, name: str, kind: Type) -> list[Field]:
        clauses = [*element.all("output")]
        if not clauses:
            self.problems.add(element, "decisionTable", "has no output")
        fields: list[Field] = []
        for clause in clauses:
            called = " ".join(clause.attributes.get("name", "").split())
            if len(clauses) == 1:
                called = called or name
            if not called or called in {one.name for one in fields}:
                reason = "output: each of several has a name of its own"
                self.problems.add(clause, called, reason, example='<output name="share">')
            declared = _declared(kind, called, len(clauses))
            fields.append(
                self._output(clause, called, declared, self._cells(element, len(fields)))
            )
        return fields

    def _cells(self, element: Element, at: int) -> Iterator[str]:
        """What the rules write as an output."""
        for rule in element.all("rule"):
            entries = [*rule.all("outputEntry")]
            if at < len(entries):
                yield entries[at].words("text")

    def _output(self, clause: Element, name: str, declared: Type, cells: Iterator[str]) -> Field:
        reference = clause.attributes.get("typeRef")
        kind = self.types.of(reference, clause) if reference is not None else declared
        if isinstance(declared, Simple) and kind == ANY:
            kind = declared
        if not isinstance(kind, Simple):
            reason = "output: one value stands there; give each part an output of its own"
            self.problems.add(clause, name, reason)
            kind = ANY
        if kind.datatype is None:
            kind = Simple(datatype=self._written(clause, name, cells))
        values = clause.one("outputValues")
        if values is not None:
            kind = self.types.constrained(kind, values)
        said = " ".join(clause.attributes.get("label", "").split())
        return replace(kind.field(name), label="" if said == name else said)

    def _written(self, clause: Element, name: str, cells: Iterator[str]) -> Datatype:
        """The datatype of an output that says none: that of the first value in it."""
        values = clause.one("outputValues")
        for text in chain([values.words("text")] if values is not None else [], cells):
            try:
                found = of_sort(read_cell(text, self.names.fields, self.functions).sort)
            except TestInvalid:
                continue
            if found is not None:
                return found
        self.problems.add(clause, name, "output: has no typeRef", example='typeRef="string"')
        return Datatype.STRING

    def _hit(self, element: Element, outputs: Sequence[Field]) -> str:
        written = element.attributes.get("hitPolicy", "UNIQUE").upper()
        hit = _HITS.get(written, "")
        sum_ = element.attributes.get("aggregation", "")
        if hit == "C" and sum_:
            hit = _SUMS.get(sum_, "")
        if not hit:
            reason = f"is none of {', '.join(_HITS)}, with {', '.join(_SUMS)} for COLLECT"
            self.problems.add(element, sum_ or written, f"decisionTable: hitPolicy {reason}")
            return "U"
        if hit in {"C+", "C<", "C>"} and [f.datatype for f in outputs] != [Datatype.DECIMAL]:
            reason = f"decisionTable: aggregation {sum_} needs one output, a number"
            self.problems.add(element, sum_, reason)
        if hit in {"P", "O"} and not any(f.allowed for f in outputs):
            reason = f"decisionTable: {written} needs outputValues: texts, the first counts most"
            self.problems.add(element, written, reason, example='<text>"warm", "plain"</text>')
        return hit

    def _defaults(self, element: Element, outputs: Sequence[Field], hit: str) -> Outputs:
        clauses = [clause.one("defaultOutputEntry") for clause in element.all("output")]
        if not any(clause is not None for clause in clauses):
            return ()
        if hit == "C#":
            reason = "defaultOutputEntry: a table that counts gives 0 where no rule holds"
            self.problems.add(element, "COUNT", reason)
        pairs = zip(clauses, outputs, strict=True)
        return tuple(None if e is None else self._value(e, shape) for e, shape in pairs)

    def _row(
        self,
        rule: Element,
        columns: Sequence[_Column],
        outputs: Sequence[Field],
        asked: dict[str, Expression],
    ) -> "_Read":
        entries, values = [*rule.all("inputEntry")], [*rule.all("outputEntry")]
        if len(entries) != len(columns) or len(values) != len(outputs):
            reason = (
                f"rule: {len(entries)} inputEntry and {len(values)} outputEntry stand where "
                f"{len(columns)} inputs and {len(outputs)} outputs are"
            )
            if not self.problems.found:
                self.problems.add(rule, rule.attributes.get("id", "rule"), reason)
            return _Read(row=Row(tests=(), outputs=(), line=rule.line), asked=())
        tests: list[Test] = []
        also: list[str] = []
        for entry, column in zip(entries, columns, strict=True):
            found = self._cell(entry, column)
            if isinstance(found, EXPRESSIONS):
                words = f"{column.shape.name}: {' '.join(entry.words('text').split())}"
                asked[words] = found
                also.append(words)
                found = ANYTHING
            tests.append(found)
        cells = zip(values, outputs, strict=True)
        row = Row(
            tests=tuple(tests),
            outputs=tuple(self._value(entry, shape) for entry, shape in cells),
            line=rule.line,
            note=_noted(rule),
        )
        return _Read(row=row, asked=tuple(also))

    def _cell(self, entry: Element, column: _Column) -> Test | Expression:
        text = entry.words("text")
        if text not in column.cells:
            column.cells[text] = self._tests(text, entry, column)
        return column.cells[text]

    def _tests(self, text: str, entry: Element, column: _Column) -> Test | Expression:
        try:
            cell: Cell = read_cell(text, self.names.fields, self.functions)
            if not cell.names:
                return cell.test(column.shape)
            return cell.expression(column.tested)
        except TestInvalid as error:
            self.refuse(error, entry.one("text") or entry, "inputEntry: ")
            return ANYTHING

    def _value(self, entry: Element, shape: Field) -> Value | Expression | None:
        text, place = entry.words("text"), entry.one("text") or entry
        if text in {"", "-", "null"}:
            return None
        try:
            read = read_expression(text, self.names.fields, self.functions)
            if not names_in(read[0]):
                return constant(read, shape)
        except TestInvalid as error:
            self.refuse(error, place, f"{entry.name}: ")
            return None
        wanted = SORTS[shape.datatype]
        if read[1] not in {wanted, "null"}:
            reason = f"{entry.name}: gives a {read[1]}, but {shape.name} holds a {wanted}"
            self.problems.add(place, text, reason)
        return read[0]


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


def _declared(kind: Type, name: str, outputs: int) -> Type:
    if isinstance(kind, Listing):
        return ANY if kind.of is None else _declared(kind.of, name, outputs)
    if isinstance(kind, Structure):
        return kind.parts.get(name, ANY)
    return kind if outputs == 1 and isinstance(kind, Simple) else ANY


def _gives(hit: str, outputs: Sequence[Field]) -> Type:
    if hit == "C#":
        return Simple(datatype=Datatype.DECIMAL)
    if hit in {"R", "O", "C"}:
        return Listing()
    kinds = {f.name: Simple(datatype=f.datatype, allowed=f.allowed) for f in outputs}
    return Structure(parts=kinds) if len(kinds) > 1 else next(iter(kinds.values()), ANY)


def _apart(words: str, taken: set[str]) -> str:
    """A name that is not taken yet."""
    numbers: Iterator[str] = (f"{words} ({n})" for n in range(2, len(taken) + 3))
    return words if words not in taken else next(one for one in numbers if one not in taken)


def _noted(rule: Element) -> str:
    """What a rule says for readers: its description and its annotations."""
    said = [rule.words("description"), *(one.words("text") for one in rule.all("annotationEntry"))]
    return " ".join(" ".join(one for one in said if one).split())
