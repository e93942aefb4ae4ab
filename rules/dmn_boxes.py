"""Reads the logic of decisions of DMN: tables, expressions, invocations, contexts, lists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ontology.values import Datatype
from rules.diagnostics import near
from rules.dmn_decisions import Boxed, Logic, Part
from rules.dmn_knowledge import Knowledge
from rules.dmn_scope import Scope
from rules.dmn_tables import TableReader
from rules.dmn_types import (
    ANY,
    Listing,
    Simple,
    Structure,
    Type,
    names_of,
    of_sort,
)
from rules.expression_reader import SORTS, Read
from rules.expressions import Constant, names_in
from rules.literal_decisions import LiteralDecision
from rules.unary import TestInvalid
from rules.xml_reader import Element

MOST_PARTS: Final = 1_000
_BEYOND: Final[Mapping[str, str]] = {
    "functionDefinition": "a function; make it a businessKnowledgeModel with an expression",
    "conditional": "a choice; write a decisionTable with two rules",
    "filter": "a filter of a list; attune reckons with single values: filter before you ask",
    "for": "a loop over a list; attune reckons with single values: reckon before you ask",
    "every": "a test of a list; attune reckons with single values: test before you ask",
    "some": "a test of a list; attune reckons with single values: test before you ask",
}
LOGIC: Final = (
    "decisionTable",
    "literalExpression",
    "invocation",
    "context",
    "list",
    "relation",
    *_BEYOND,
)
_NOTHING: Final = Constant(None), "null"


def speaks_feel(element: Element) -> bool:
    """Whether an element says no other expression language than FEEL."""
    language = element.attributes.get("expressionLanguage", "feel")
    return "feel" in language.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Reads the logic of one decision."""

    scope: Scope

    def read(self, element: Element, name: str, kind: Type) -> tuple[Logic, Type]:
        """The logic under a name, and the type of what it gives."""
        reference = element.attributes.get("typeRef")
        if kind == ANY and reference is not None:
            kind = self.scope.types.of(reference, element)
        self._bounded(element)
        if element.name == "decisionTable":
            table, found = TableReader(scope=self.scope).read(element, name, kind)
            return table, self._declared(found, kind, element)
        if element.name == "context":
            return self._context(element, name)
        if element.name in {"list", "relation"}:
            return self._rows(element, name), Listing()
        if element.name == "invocation":
            return self._single(self._invoked(element), name, kind, element)
        if element.name == "literalExpression":
            return self._single(self._literal(element), name, kind, element)
        reason = f"{name}: is {_BEYOND[element.name]}"
        self.scope.problems.add(element, element.name, reason)
        return self._single(_NOTHING, name, kind, element)

    def _declared(self, found: Type, kind: Type, place: Element) -> Type:
        """What a table gives, and only what the type of its decision allows."""
        if not isinstance(found, Simple) or not isinstance(kind, Simple):
            return found
        if found.datatype is None or kind.datatype is None:
            return found
        gives, says = SORTS[found.datatype], SORTS[kind.datatype]
        if gives != says:
            reason = f"decisionTable: gives a {gives}, but the typeRef of its decision says {says}"
            self.scope.problems.add(place, "decisionTable", reason)
            return found
        return replace(found, test=kind.test)

    def _bounded(self, element: Element) -> None:
        """Refuse another language, and a box of too many parts."""
        if not speaks_feel(element):
            reason = f"{element.name}: is in another language than FEEL"
            self.scope.problems.add(element, element.attributes["expressionLanguage"], reason)
        if len(element.children) > MOST_PARTS and element.name in {"context", "list", "relation"}:
            self.scope.problems.add(
                element, element.name, f"has more than {MOST_PARTS} parts; split it"
            )

    def _literal(self, element: Element) -> Read:
        text, place = element.words("text"), element.one("text") or element
        if element.one("importedValues") is not None:
            reason = "literalExpression: values of another file; write them into this one"
            self.scope.problems.add(element, "importedValues", reason)
            return _NOTHING
        if not text:
            self.scope.problems.add(place, "text", "literalExpression: is empty; write null")
            return _NOTHING
        return self.scope.expression(text, place) or _NOTHING

    def _invoked(self, element: Element) -> Read:
        called = element.one("literalExpression")
        name = " ".join(called.words("text").split()) if called is not None else ""
        function = self.scope.functions.get(name)
        if not isinstance(function, Knowledge):
            known = [one for one, f in self.scope.functions.items() if isinstance(f, Knowledge)]
            there = ", ".join(known) or "none"
            reason = f"invocation: no businessKnowledgeModel that is required; there are {there}"
            self.scope.problems.add(called or element, name, reason, nearest=near(name, known))
            return _NOTHING
        given = {}
        for binding in element.all("binding"):
            parameter, value = binding.one("parameter"), binding.one(*LOGIC)
            to = " ".join(parameter.attributes.get("name", "").split()) if parameter else ""
            if to not in function.parameters or to in given:
                reason = f"binding: is no parameter of {name}, or is bound twice"
                self.scope.problems.add(binding, to, reason, nearest=near(to, function.parameters))
            given[to] = self._bound(value) if value is not None else _NOTHING
        try:
            return function.call([given.get(p, _NOTHING) for p in function.parameters], 0)
        except TestInvalid as error:
            self.scope.refuse(error, element, "invocation: ")
            return _NOTHING

    def _bound(self, value: Element) -> Read:
        if value.name == "literalExpression":
            return self._literal(value)
        if value.name == "invocation":
            return self._invoked(value)
        self.scope.problems.add(value, value.name, "binding: takes a literalExpression")
        return _NOTHING

    def _single(self, read: Read, name: str, kind: Type, place: Element) -> tuple[Logic, Type]:
        """One value as a decision, of the type that is declared or of the one that it has."""
        expression, sort = read
        if not isinstance(kind, Simple):
            if not self.scope.problems.found:
                reason = f"{name}: an expression gives one value; write a context for several"
                self.scope.problems.add(place, place.name, reason)
            kind = ANY
        if kind.datatype is None:
            kind = replace(kind, datatype=of_sort(sort) or Datatype.STRING)
        elif sort not in {SORTS[kind.datatype], "null"}:
            reason = f"{name}: gives a {sort}, but its typeRef says {SORTS[kind.datatype]}"
            self.scope.problems.add(place, place.words("text"), reason)
        asked = names_in(expression)
        inputs = tuple(f for key, f in self.scope.names.fields.items() if key in asked)
        logic = LiteralDecision(
            inputs=inputs, reckoned={}, output=kind.field(name), expression=expression
        )
        return logic, kind

    def _context(self, element: Element, name: str) -> tuple[Logic, Type]:
        boxes, parts, gives = self, [], "object"
        for entry in [*element.all("contextEntry")][:MOST_PARTS]:
            variable, logic = entry.one("variable"), entry.one(*LOGIC)
            if logic is None:
                self.scope.problems.add(entry, "contextEntry", "has no expression")
                continue
            called = " ".join(variable.attributes.get("name", "").split()) if variable else ""
            reference = variable.attributes.get("typeRef") if variable else None
            kind = self.scope.types.of(reference, entry)
            called = called or name
            made, found = boxes.read(logic, called, kind)
            parts.append(Part(name=called, kind=found, logic=made))
            names = boxes.scope.names.joined(names_of(called, found))
            boxes = Boxes(scope=replace(boxes.scope, names=names))
            gives = "object" if variable is not None else "last"
        if not parts:
            self.scope.problems.add(element, "context", "has no contextEntry")
            return self._single(_NOTHING, name, ANY, element)
        boxed = Boxed(name=name, parts=tuple(parts), gives=gives)
        whole = Structure(parts={part.name: part.kind for part in parts})
        return boxed, whole if gives == "object" else parts[-1].kind

    def _rows(self, element: Element, name: str) -> Logic:
        """A list of values, or a relation: a list of objects."""
        relation = element.name == "relation"
        columns = [" ".join(c.attributes.get("name", "").split()) for c in element.all("column")]
        parts = []
        for at, one in enumerate([*element.all(*(("row",) if relation else LOGIC))][:MOST_PARTS]):
            called = f"{name}, {at + 1}"
            if not relation:
                made, kind = self.read(one, called, ANY)
            else:
                made, kind = self._row(one, called, columns), Listing()
            parts.append(Part(name=called, kind=kind, logic=made))
        return Boxed(name=name, parts=tuple(parts), gives="list")

    def _row(self, row: Element, name: str, columns: list[str]) -> Logic:
        cells = [*row.all(*LOGIC)]
        if len(cells) != len(columns):
            reason = f"row: {len(cells)} cells stand where {len(columns)} columns are"
            self.scope.problems.add(row, "row", reason)
        read = [
            (called, self.read(cell, called, ANY))
            for called, cell in zip(columns, cells, strict=False)
        ]
        parts = tuple(Part(name=n, kind=kind, logic=logic) for n, (logic, kind) in read)
        return Boxed(name=name, parts=parts)
