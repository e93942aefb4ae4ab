"""Writes models as DMN 1.5: item definitions, decisions, and a diagram that editors show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype
from rules.dmn import VERSIONS, Decision, InputData, Model
from rules.dmn_decisions import Boxed, Logic, cycle
from rules.dmn_diagram import Drawn, diagram
from rules.dmn_types import ANY, Listing, Simple, Structure, Type
from rules.expression_reader import SORTS
from rules.expressions import EXPRESSIONS
from rules.literal_decisions import LiteralDecision
from rules.sfeel import ANYTHING
from rules.sfeel_text import Unwritable, expression_text, value_text, words_of
from rules.tables import HITS, Row, Table
from rules.xml_writer import Tag, document

SPACE: Final = "https://attune.example/dmn"
_NAMESPACE: Final = {version: namespace for namespace, version in VERSIONS.items()}
_AGGREGATION: Final[Mapping[str, str]] = {"C+": "SUM", "C<": "MIN", "C>": "MAX", "C#": "COUNT"}
_TYPED: Final[Mapping[Datatype, str]] = {
    Datatype.DURATION: "dayTimeDuration",
    Datatype.MONTHS: "yearMonthDuration",
    Datatype.DATETIME: "dateTime",
}


def write_dmn(model: Model, *, version: str = "1.5") -> str:
    """The document of a model.

    Raises:
        Unwritable: something in it has no words in S-FEEL; the message says what and where.
    """
    return document(_Writer(model).root(version))


def model_of(*decisions: Table | LiteralDecision, name: str = "") -> Model:
    """Decisions as a model; one that has the name of an input of another feeds it.

    Raises:
        Unwritable: one feeds itself.
    """
    names = {named(one) for one in decisions}
    made: dict[str, Decision] = {}
    inputs: dict[str, InputData] = {}
    for one in decisions:
        given = [f for f in one.inputs if f.name not in one.reckoned]
        kind = _kind(one)
        line = 1
        needs = tuple(f.name for f in given)
        made[named(one)] = Decision(name=named(one), needs=needs, kind=kind, logic=one, line=line)
        for f in given:
            if f.name not in names:
                plain = Simple(datatype=f.datatype, allowed=f.allowed)
                inputs[f.name] = InputData(name=f.name, kind=plain)
    path = cycle({one.name: one.needs for one in made.values()})
    if path:
        way = " → ".join(path)
        raise Unwritable(f"{way}: a decision has the name of an input that feeds it; rename one")
    title = name or next(iter(made), "decisions")
    return Model(name=title, version="1.5", inputs=inputs, decisions=made)


def named(decision: Table | LiteralDecision) -> str:
    """The name of a decision."""
    return decision.name if isinstance(decision, Table) else decision.output.name


def _kind(decision: Table | LiteralDecision) -> Type:
    if isinstance(decision, LiteralDecision):
        return Simple(datatype=decision.output.datatype, allowed=decision.output.allowed)
    return ANY


class _Writer:
    """Writes one model, with ids by the order of things."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._ids = {
            **{name: f"input_{at}" for at, name in enumerate(model.inputs, 1)},
            **{name: f"decision_{at}" for at, name in enumerate(model.decisions, 1)},
        }
        self._types: dict[str, Tag] = {}

    def root(self, version: str) -> Tag:
        model = self._model
        inputs = [self._input(one) for one in model.inputs.values()]
        decisions = [self._decision(one) for one in model.decisions.values()]
        drawn = [
            Drawn(id=self._ids[one.name], needs=tuple(self._required(one)))
            for one in model.decisions.values()
        ]
        shown = diagram([self._ids[name] for name in model.inputs], drawn)
        attributes = {
            "xmlns": _NAMESPACE[version],
            "xmlns:dmndi": _NAMESPACE[version].replace("MODEL", "DMNDI"),
            "xmlns:dc": "http://www.omg.org/spec/DMN/20180521/DC/",
            "xmlns:di": "http://www.omg.org/spec/DMN/20180521/DI/",
            "id": "definitions_1",
            "name": model.name,
            "namespace": SPACE,
            "exporter": "attune",
        }
        return Tag("definitions", attributes, [*self._types.values(), *inputs, *decisions, shown])

    def _required(self, decision: Decision) -> Iterator[str]:
        for name in decision.needs:
            yield self._ids[name]

    def _input(self, data: InputData) -> Tag:
        made = {"name": data.name, "typeRef": self._reference(data.name, data.kind)}
        return Tag(
            "inputData", {"id": self._ids[data.name], "name": data.name}, [Tag("variable", made)]
        )

    def _reference(self, name: str, kind: Type) -> str | None:
        """The reference to a type; an item definition is made for it where it needs one."""
        if isinstance(kind, Simple) and not kind.allowed and kind.test == ANYTHING:
            return None if kind.datatype is None else type_name(kind.datatype)
        made = "t" + (re.sub(r"[^\w]+", "_", name).strip("_") or "Type")
        called = made
        while called in self._types and self._types[called] != self._item(called, kind):
            called = f"{made}_{len(self._types)}"
        self._types[called] = self._item(called, kind)
        return called

    def _item(self, name: str, kind: Type, tag: str = "itemDefinition") -> Tag:
        if isinstance(kind, Listing):
            inner: list[Tag] = [Tag("typeRef", {}, "Any")]
            return Tag(tag, {"name": name, "isCollection": "true"}, inner)
        if isinstance(kind, Structure):
            parts = [self._item(part, one, "itemComponent") for part, one in kind.parts.items()]
            return Tag(tag, {"name": name}, parts)
        inner = [Tag("typeRef", {}, type_name(kind.datatype) if kind.datatype else "Any")]
        allowed = _allowed(kind)
        if allowed:
            inner.append(Tag("allowedValues", {}, [_text(allowed)]))
        return Tag(tag, {"name": name}, inner)

    def _decision(self, decision: Decision) -> Tag:
        own = self._ids[decision.name]
        variable = {"name": decision.name, "typeRef": self._result(decision)}
        requirements = [
            Tag(
                "informationRequirement",
                {"id": f"{own}_needs_{self._ids[name]}"},
                [
                    Tag(
                        "requiredInput" if name in self._model.inputs else "requiredDecision",
                        {"href": f"#{self._ids[name]}"},
                    )
                ],
            )
            for name in decision.needs
        ]
        try:
            logic = _logic(decision.logic, own)
        except Unwritable as error:
            raise Unwritable(f"{decision.name}: {error}") from error
        said = [Tag("description", {}, decision.note)] if decision.note else []
        inside = [*said, Tag("variable", variable), *requirements, logic]
        return Tag("decision", {"id": own, "name": decision.name}, inside)

    def _result(self, decision: Decision) -> str | None:
        logic = decision.logic
        if isinstance(logic, LiteralDecision):
            return self._reference(decision.name, decision.kind)
        if (
            isinstance(logic, Table)
            and logic.hit not in {"R", "O", "C"}
            and len(logic.outputs) == 1
        ):
            return "number" if logic.hit == "C#" else type_name(logic.outputs[0].datatype)
        return None


def type_name(datatype: Datatype) -> str:
    """What DMN calls a datatype."""
    return _TYPED.get(datatype, SORTS[datatype])


def _allowed(kind: Simple) -> str:
    if kind.allowed:
        return ", ".join(map(value_text, kind.allowed))
    if kind.test == ANYTHING or kind.datatype is None:
        return ""
    return words_of(kind.test, kind.field("the value"))


def _logic(logic: Logic, own: str) -> Tag:
    if isinstance(logic, Table):
        return _table(logic, own)
    if isinstance(logic, LiteralDecision):
        written = {"id": f"{own}_text", "typeRef": type_name(logic.output.datatype)}
        return Tag("literalExpression", written, [_text(expression_text(logic.expression))])
    if isinstance(logic, Boxed):
        return _boxed(logic, own)
    raise Unwritable(f"a {type(logic).__name__}: DMN has tables and expressions")


def _boxed(box: Boxed, own: str) -> Tag:
    if box.gives == "list":
        rows = [part.logic for part in box.parts]
        if rows and all(isinstance(row, Boxed) and row.gives == "object" for row in rows):
            return _relation([row for row in rows if isinstance(row, Boxed)], own)
        members = [_logic(row, f"{own}_{at}") for at, row in enumerate(rows, 1)]
        return Tag("list", {"id": f"{own}_list"}, members)
    entries = []
    for at, part in enumerate(box.parts, 1):
        last = box.gives == "last" and at == len(box.parts)
        variable = [] if last else [Tag("variable", {"name": part.name})]
        entries.append(Tag("contextEntry", {}, [*variable, _logic(part.logic, f"{own}_{at}")]))
    return Tag("context", {"id": f"{own}_context"}, entries)


def _relation(rows: Sequence[Boxed], own: str) -> Tag:
    columns = [Tag("column", {"name": part.name}) for part in rows[0].parts]
    lines = [
        Tag("row", {}, [_logic(p.logic, f"{own}_{at}_{n}") for n, p in enumerate(row.parts, 1)])
        for at, row in enumerate(rows, 1)
    ]
    return Tag("relation", {"id": f"{own}_relation"}, [*columns, *lines])


def _table(table: Table, own: str) -> Tag:
    noted = any(row.note for row in table.rows)
    attributes = {
        "id": f"{own}_table",
        "hitPolicy": HITS.get(table.hit[0], "unique").upper(),
        "aggregation": _AGGREGATION.get(table.hit),
    }
    inside = [
        *(_input_clause(table, f, f"{own}_in_{at}") for at, f in enumerate(table.inputs, 1)),
        *_output_clauses(table, own),
        *([Tag("annotation", {"name": "note"})] if noted else []),
    ]
    for at, row in enumerate(table.rows, 1):
        try:
            inside.append(_rule(table, row, f"{own}_rule_{at}", noted=noted))
        except Unwritable as error:
            raise Unwritable(f"row {at}, line {row.line}: {error}") from error
    return Tag("decisionTable", attributes, inside)


def _input_clause(table: Table, field: Field, own: str) -> Tag:
    asked = table.reckoned.get(field.name)
    text = field.name if asked is None else expression_text(asked)
    typed = {"id": f"{own}_text", "typeRef": type_name(field.datatype)}
    inside = [Tag("inputExpression", typed, [_text(text)])]
    if field.allowed:
        inside.append(_values("inputValues", field, own))
    return Tag("input", {"id": own, "label": field.label or field.name}, inside)


def _output_clauses(table: Table, own: str) -> Iterator[Tag]:
    for at, field in enumerate(table.outputs):
        inside = []
        if field.allowed:
            inside.append(_values("outputValues", field, f"{own}_out_{at + 1}"))
        if table.defaults:
            inside.append(Tag("defaultOutputEntry", {}, [_text(_cell(table.defaults[at]))]))
        attributes = {
            "id": f"{own}_out_{at + 1}",
            "label": field.label or None,
            "name": field.name,
            "typeRef": type_name(field.datatype),
        }
        yield Tag("output", attributes, inside)


def _values(tag: str, field: Field, own: str) -> Tag:
    listed = ", ".join(map(value_text, field.allowed))
    return Tag(tag, {"id": f"{own}_values"}, [_text(listed)])


def _rule(table: Table, row: Row, own: str, *, noted: bool) -> Tag:
    pairs = zip(row.tests, table.inputs, strict=True)
    entries = [
        Tag("inputEntry", {"id": f"{own}_in_{at}"}, [_text(_asked(test, field))])
        for at, (test, field) in enumerate(pairs, 1)
    ]
    values = [
        Tag("outputEntry", {"id": f"{own}_out_{at}"}, [_text(_cell(cell))])
        for at, cell in enumerate(row.outputs, 1)
    ]
    notes = [Tag("annotationEntry", {}, [_text(row.note)])] if noted else []
    return Tag("rule", {"id": own}, [*entries, *values, *notes])


def _asked(test: object, field: Field) -> str:
    try:
        return words_of(test, field)  # type: ignore[arg-type] # a test of a row
    except Unwritable as error:
        raise Unwritable(f"{field.name}: {error}") from error


def _cell(cell: object) -> str:
    if isinstance(cell, EXPRESSIONS):
        return expression_text(cell)
    return value_text(cell)  # type: ignore[arg-type] # a value


def _text(words: str) -> Tag:
    return Tag("text", {}, words)
