"""Decision tables of books as DMN and back: kinds of facts are structures, actions are outputs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.facts import Catalogue
from ontology.kinds import Field
from ontology.marked_yaml import Node
from ontology.marked_yaml import parse as parse_yaml
from ontology.values import Datatype, Value, encode
from rules.diagnostics import Problems, near
from rules.dmn import Decision, InputData, Model
from rules.dmn_types import ANY, Simple, Structure, field_of
from rules.rule_columns import NOTHING, Column, RuleColumns
from rules.rule_parts import NAME, Parts
from rules.rule_tables import HITS
from rules.sfeel import Anything, Given, Not, Null, OneOf, Test
from rules.sfeel_text import Unwritable, words_of
from rules.table_writer import asked_text, scalar
from rules.tables import Row, Table
from rules.unary import TestInvalid, value
from rules.unary_expressions import read_cell
from rules.worded import entries, items, read_test, shown

MARKS: Final = ("id", "reason", "owner", "covers", "effective", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a book says of all its tables."""

    book: str
    stratum: str
    owner: str
    reason: str


def model_of_book(text: str, *, file: str, catalogue: Catalogue, only: str | None = None) -> Model:
    """The tables of a book that was checked, or only one: a decision a table, by its id.

    Raises:
        Unwritable: it has no tables, or a cell has no words in S-FEEL.
    """
    parts = {one.key: one.value for one in entries(parse_yaml(text))}
    tables = items(parts["tables"]) if "tables" in parts else ()
    if not tables:
        raise Unwritable(f"{file}: has no tables; rules of the form when … then are not DMN")
    problems = Problems(file)
    columns = RuleColumns(catalogue=catalogue, problems=problems, parts=Parts(problems=problems))
    every = [_decision(node, columns, catalogue) for node in tables]
    decisions = [one for one in every if only in {None, one.name}]
    kinds: dict[str, dict[str, Simple]] = {}
    for decision in decisions:
        for field in _table(decision).inputs:
            kind, _, name = field.name.partition(".")
            simple = Simple(datatype=field.datatype, allowed=field.allowed)
            kinds.setdefault(kind, {})[name] = simple
    return Model(
        name=shown(parts["book"]),
        version="1.5",
        inputs={
            kind: InputData(name=kind, kind=Structure(parts=fields))
            for kind, fields in kinds.items()
        },
        decisions={one.name: one for one in decisions},
    )


def _table(decision: Decision) -> Table:
    if not isinstance(decision.logic, Table):
        raise Unwritable(f"{decision.name}: an expression; tables of books conclude facts")
    return decision.logic


def _decision(node: Node, columns: RuleColumns, catalogue: Catalogue) -> Decision:
    parts = {one.key: one for one in entries(node)}
    name = shown(parts["id"].value)
    inputs = columns.columns(parts["inputs"])
    outputs = columns.columns(parts["outputs"], output=True)
    fields = [_asked_field(one, catalogue) for one in inputs]
    given = [_concluded_field(one, catalogue) for one in outputs]
    hit = shown(parts["hit"].value) if "hit" in parts else "U"
    words = {word: sign for sign, word in HITS.items()}
    rows = [
        _row(one, columns, (inputs, outputs), (fields, given))
        for one in items(parts["rows"].value)
    ]
    table = Table(
        name=name,
        hit=words.get(hit.lower(), hit.upper()),
        inputs=tuple(fields),
        outputs=tuple(given),
        rows=tuple(rows),
    )
    needs = tuple(dict.fromkeys(one.group for one in inputs))
    reason = shown(parts["reason"].value)
    return Decision(name=name, needs=needs, kind=ANY, logic=table, line=node.line, note=reason)


def _asked_field(column: Column, catalogue: Catalogue) -> Field:
    field = catalogue.kinds[column.group].fields[column.field]
    return field_of(column.name, _datatype(field), field.allowed)


def _concluded_field(column: Column, catalogue: Catalogue) -> Field:
    field = catalogue.verbs()[column.group].fields[column.field]
    return field_of(column.name, _datatype(field), column.allowed or field.allowed)


def _datatype(field: Field) -> Datatype:
    return Datatype.DECIMAL if field.datatype is Datatype.INTEGER else field.datatype


def _row(
    node: Node,
    columns: RuleColumns,
    places: tuple[Sequence[Column], Sequence[Column]],
    fields: tuple[Sequence[Field], Sequence[Field]],
) -> Row:
    parts = {one.key: one for one in entries(node)}
    asked = {c.name: cell for c, cell in columns.cells(parts.get("when"), places[0])}
    given = {c.name: cell for c, cell in columns.cells(parts.get("then"), places[1])}
    tests = tuple(
        _test(asked[field.name], field, columns.catalogue) if field.name in asked else Anything()
        for field in fields[0]
    )
    outputs = tuple(
        _value(given[field.name], field) if field.name in given else None for field in fields[1]
    )
    note = shown(parts["note"].value) if "note" in parts else ""
    return Row(tests=tests, outputs=outputs, line=node.line, note=note)


def _test(node: Node, field: Field, catalogue: Catalogue) -> Test:
    """The test of a cell, in the words that DMN has for it."""
    kind, _, name = field.name.partition(".")
    own = catalogue.kinds[kind].fields[name]
    if shown(node).startswith("same as"):
        raise Unwritable(f"line {node.line}: {shown(node)!r} joins facts, which DMN does not")
    written = words_of(read_test(node, own), own, book=True)
    return read_cell(written, {}).test(field)


def _value(node: Node, field: Field) -> Value | None:
    if shown(node) == NOTHING:
        return None
    if node.kind in {"list", "mapping"}:
        reason = "several values; a cell of DMN holds one: write a row for each, with hit: C"
        raise Unwritable(f"line {node.line}: {shown(node)[:80]!r}: {reason}")
    try:
        return value(node.value if isinstance(node.value, str | int | bool) else "", field)
    except TestInvalid as error:
        raise Unwritable(f"line {node.line}: {error}") from error


def write_book(model: Model, header: Header, *, catalogue: Catalogue, file: str) -> str:
    """A book whose tables are the decisions of a model; its columns name facts and actions.

    Raises:
        Unwritable: a decision is no table, or a column, a hit policy or a cell has no place in a
            book; the message says which and what to write.
    """
    lines = [
        f"book: {header.book}",
        f"stratum: {header.stratum}",
        f"owner: {scalar(header.owner)}",
        "tables:",
    ]
    for decision in model.decisions.values():
        try:
            lines += _lines(decision, header, catalogue)
        except Unwritable as error:
            raise Unwritable(f"{file}:{decision.line}:1: {decision.name}: {error}") from error
    return "\n".join(lines) + "\n"


def _lines(decision: Decision, header: Header, catalogue: Catalogue) -> Iterator[str]:
    table = _table(decision)
    if table.hit not in HITS:
        raise Unwritable(f"hit policy {table.hit}: books have {', '.join(HITS)}")
    if table.reckoned or table.defaults:
        words = "a reckoned input or a default output: books test facts as they are"
        raise Unwritable(f"{next(iter(table.reckoned), 'default')}: {words}")
    fields = [_known(f.name, _facts(catalogue), "an input") for f in table.inputs]
    verbs = [_known(f.name, _actions(catalogue), "an output") for f in table.outputs]
    yield f"  - id: {kebab(decision.name)}"
    yield f"    reason: {json.dumps(decision.note or header.reason, ensure_ascii=False)}"
    yield f"    hit: {table.hit}"
    yield f"    inputs: [{', '.join(f.name for f in table.inputs)}]"
    yield f"    outputs: [{', '.join(_output(table, f) for f in table.outputs)}]"
    yield "    rows:"
    for row in table.rows:
        tests = zip(row.tests, fields, strict=True)
        asked = ", ".join(asked_text(_of_fact(test), field) for test, field in tests)
        given = ", ".join(map(_concluded, row.outputs, verbs))
        note = f", note: {json.dumps(row.note, ensure_ascii=False)}" if row.note else ""
        yield f"      - {{when: [{asked}], then: [{given}]{note}}}"


def kebab(name: str) -> str:
    """A name as books have them: `tier-by-spread` for `Tier by spread`."""
    text = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
    if not NAME.fullmatch(text):
        raise Unwritable("names no table: a name is words in small letters joined by hyphens")
    return text


def _facts(catalogue: Catalogue) -> Mapping[str, Field]:
    kinds = catalogue.kinds.items()
    return {f"{kind}.{name}": f for kind, k in kinds for name, f in k.fields.items()}


def _actions(catalogue: Catalogue) -> Mapping[str, Field]:
    verbs = catalogue.verbs().items()
    return {f"{verb}.{name}": f for verb, k in verbs for name, f in k.fields.items()}


def _known(name: str, known: Mapping[str, Field], what: str) -> Field:
    if name not in known:
        meant = near(name, known)
        hint = f"; did you mean {meant}?" if meant else ""
        raise Unwritable(f"{name!r}: {what} of a book is one of docs/facts.md{hint}")
    return known[name]


def _output(table: Table, field: Field) -> str:
    if table.hit != "P" or not field.allowed:
        return field.name
    return f"{{name: {field.name}, allowed: [{', '.join(map(scalar, field.allowed))}]}}"


def _concluded(cell: object, field: Field) -> str:
    if cell is None:
        return '"-"'
    try:
        checked = field.check(int(cell) if _whole(cell, field) else cell)  # type: ignore[call-overload]
    except ValueError as error:
        raise Unwritable(f"{field.name}: {error}") from error
    written = encode(checked)
    if isinstance(written, str):
        return scalar(written)
    return json.dumps(written)


def _whole(cell: object, field: Field) -> bool:
    whole = isinstance(cell, float) and cell.is_integer()
    return whole and field.datatype is Datatype.INTEGER


def _of_fact(test: Test) -> Test:
    """The same test of a fact, where a gap is what DMN calls null."""
    if isinstance(test, Null):
        return Given(there=False)
    if isinstance(test, Not):
        inner = test.test
        return Given() if isinstance(inner, Null) else Not(_of_fact(inner))
    if isinstance(test, OneOf):
        return OneOf(tuple(_of_fact(one) for one in test.tests))
    return test
