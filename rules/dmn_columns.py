"""Reads the inputs of a decision table of DMN: what each column tests, and of which type."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype
from rules.dmn_scope import Scope
from rules.dmn_types import ANY, Simple, field_of, of_sort
from rules.expression_reader import SORTS, Read
from rules.expressions import Expression, Name
from rules.sfeel import Test
from rules.unary import TestInvalid
from rules.unary_expressions import read_cell
from rules.xml_reader import Element

_NAME: Final = re.compile(r"[^\W\d][\w .'/+*-]*")


@dataclass(slots=True, kw_only=True)
class InputColumn:
    """An input while it is read: what is tested, and how its cells were read so far."""

    tested: Read
    shape: Field
    given: bool
    cells: dict[str, Test | Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputColumns:
    """Reads the inputs of one table."""

    scope: Scope

    def read(self, inputs: Sequence[Element], table: Element) -> list[InputColumn]:
        """The inputs that can be read."""
        columns: list[InputColumn] = []
        for at, clause in enumerate(inputs):
            column = self._column(clause, at, table, {one.shape.name for one in columns})
            if column is not None:
                columns.append(column)
        return columns

    def _column(
        self, clause: Element, at: int, table: Element, taken: set[str]
    ) -> InputColumn | None:
        asked = clause.one("inputExpression")
        text = " ".join((asked or clause).words("text").split())
        place = (asked.one("text") if asked is not None else None) or clause
        if not text:
            reason = "input: has no inputExpression; name an input"
            self.scope.problems.add(clause, clause.attributes.get("label", "input"), reason)
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
            else apart(clause.attributes.get("label") or text, taken | {*self.scope.names.fields})
        )
        said = " ".join(clause.attributes.get("label", "").split())
        shape = replace(field_of(name, datatype, allowed), label="" if said == name else said)
        return InputColumn(tested=tested, shape=shape, given=given and not again)

    def _clause_type(self, clause: Element, asked: Element | None) -> Simple:
        reference = asked.attributes.get("typeRef") if asked is not None else None
        kind = self.scope.types.of(reference, asked or clause)
        if not isinstance(kind, Simple):
            reason = "input: a test is of one value; name a part of the structure"
            self.scope.problems.add(clause, reference or "", reason)
            return ANY
        values = clause.one("inputValues")
        if values is not None and kind.datatype is not None:
            kind = self.scope.types.constrained(kind, values)
        return kind

    def _allowed(self, text: str, *, given: bool) -> tuple[str, ...]:
        known = self.scope.names.fields.get(text)
        return known.allowed if given and known is not None else ()

    def _tested(
        self, text: str, place: Element, kind: Simple, at: tuple[Element, int]
    ) -> tuple[Read, Datatype, bool] | None:
        """What a column tests, its datatype, and whether it is an input as it is given."""
        known = self.scope.names.fields.get(text)
        if known is not None:
            self._agree(kind, known.datatype, place)
            return (Name(text), SORTS[known.datatype]), known.datatype, True
        if text in self.scope.names.barred:
            self.scope.problems.add(place, text, self.scope.names.barred[text])
            return None
        if text in self.scope.names.untyped:
            datatype = kind.datatype or self._seen(*at)
            return (Name(text), SORTS[datatype]), datatype, True
        if self.scope.implied is not None and kind.datatype is not None and _NAME.fullmatch(text):
            self.scope.implied[text] = Simple(datatype=kind.datatype)
            return (Name(text), SORTS[kind.datatype]), kind.datatype, True
        read = self.scope.expression(text, place)
        if read is None:
            return None
        sort = of_sort(read[1]) or kind.datatype or Datatype.STRING
        self._agree(kind, sort, place)
        return read, sort, False

    def _agree(self, kind: Simple, datatype: Datatype, place: Element) -> None:
        if kind.datatype is not None and SORTS[kind.datatype] != SORTS[datatype]:
            reason = f"is a {SORTS[datatype]}, but typeRef says {SORTS[kind.datatype]}"
            self.scope.problems.add(place, place.text.strip(), reason)

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


def apart(words: str, taken: set[str]) -> str:
    """A name that is not taken yet."""
    numbers: Iterator[str] = (f"{words} ({n})" for n in range(2, len(taken) + 3))
    return words if words not in taken else next(one for one in numbers if one not in taken)
