"""Writes tables and expressions as the YAML that they are read from."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from ontology.kinds import Field
from ontology.marked_yaml import MAX_CHARACTERS
from ontology.values import Datatype, Value, encode
from rules.columns import TYPES
from rules.expressions import EXPRESSIONS, Expression
from rules.literal_decisions import LiteralDecision, read_decision
from rules.sfeel import Compare, OneOf, Test
from rules.sfeel_text import Unwritable, expression_text, yaml_words_of
from rules.table_reader import TableInvalid
from rules.tables import Row, Table
from rules.unary import TestInvalid, parse, value

_SAFE: Final = re.compile(r"[^\W\d][\w/]*(?:[ -][\w/]+)*")
_TAKEN: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NAMES: Final = {datatype: name for name, (datatype, _) in reversed([*TYPES.items()])}


def write_decision(decision: Table | LiteralDecision) -> str:
    """The YAML of a table or of an expression; reading it gives the same again.

    Raises:
        Unwritable: it has no words for something.
    """
    lines = _table(decision) if isinstance(decision, Table) else _literal(decision)
    text = "\n".join(lines) + "\n"
    if len(text) > MAX_CHARACTERS:
        words = f"a file of YAML has at most {MAX_CHARACTERS}; evaluate it as DMN, or split it"
        raise Unwritable(f"{len(text)} characters; {words}")
    try:
        again = read_decision(text, file="")
    except TableInvalid as error:
        raise Unwritable(str(error)) from error
    if again is None or type(again) is not type(decision):
        raise Unwritable("it is neither a table nor an expression")
    return text


def scalar(text: str) -> str:
    """A text as a YAML scalar, in quotation marks where it needs them."""
    plain = _SAFE.fullmatch(text) and text.isascii() and text.lower() not in _TAKEN
    if plain:
        return text
    return f"'{text}'" if "'" not in text and text.isprintable() else json.dumps(text)


def _table(table: Table) -> Iterator[str]:
    yield f"table: {scalar(table.name)}"
    yield f"hit: {scalar(table.hit)}"
    yield "inputs:" if table.inputs else "inputs: []"
    for field in table.inputs:
        asked = table.reckoned.get(field.name)
        more = [] if asked is None else [f"expression: {scalar(expression_text(asked))}"]
        yield f"  - {{{', '.join([*_column(field), *more])}}}"
    yield "outputs:"
    for at, field in enumerate(table.outputs):
        cell = table.defaults[at] if table.defaults else None
        more = [] if cell is None else [f"default: {cell_text(cell, field)}"]
        yield f"  - {{{', '.join([*_column(field), *more])}}}"
    yield "rows:" if table.rows else "rows: []"
    for row in table.rows:
        yield f"  - {{{', '.join(_row(table, row))}}}"


def _row(table: Table, row: Row) -> Iterator[str]:
    tests = zip(row.tests, table.inputs, strict=True)
    yield f"when: [{', '.join(asked_text(test, field) for test, field in tests)}]"
    cells = zip(row.outputs, table.outputs, strict=True)
    yield f"then: [{', '.join(cell_text(cell, field) for cell, field in cells)}]"
    if row.note:
        yield f"note: {json.dumps(row.note, ensure_ascii=False)}"


def _literal(decision: LiteralDecision) -> Iterator[str]:
    yield f"decision: {scalar(decision.output.name)}"
    _, *rest = _column(decision.output)
    yield from rest
    yield "inputs:" if decision.inputs else "inputs: []"
    for field in decision.inputs:
        asked = decision.reckoned.get(field.name)
        more = [] if asked is None else [f"expression: {scalar(expression_text(asked))}"]
        yield f"  - {{{', '.join([*_column(field), *more])}}}"
    yield f"expression: {scalar(expression_text(decision.expression))}"


def _column(field: Field) -> Iterator[str]:
    plain = Datatype.STRING if field.datatype is Datatype.TOKEN else field.datatype
    yield f"name: {scalar(field.name)}"
    yield f"type: {_NAMES[plain]}"
    if field.allowed:
        yield f"allowed: {_list(field.allowed)}"
    if field.label:
        yield f"label: {json.dumps(field.label, ensure_ascii=False)}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(scalar, texts))}]"


def asked_text(test: Test, field: Field) -> str:
    """A test as a cell of a row: bare words where they say the same.

    Raises:
        Unwritable: tables have no words for it.
    """
    if isinstance(test, OneOf) and all(isinstance(one, Compare) for one in test.tests):
        return f"[{', '.join(asked_text(one, field) for one in test.tests)}]"
    if isinstance(test, Compare) and test.operator == "=":
        bare = str(test.value) if isinstance(test.value, str) else _plain(test.value)
        if _same(bare, test, field):
            return scalar(bare) if isinstance(test.value, str) else bare
    return scalar(yaml_words_of(test))


def _same(bare: str, test: Test, field: Field) -> bool:
    if not _SAFE.fullmatch(bare) and field.datatype in {Datatype.TOKEN, Datatype.STRING}:
        return False
    try:
        return parse(bare, field) == test
    except TestInvalid:
        return False


def cell_text(cell: Value | Expression | None, field: Field) -> str:
    """An output as a cell of a row."""
    if cell is None:
        return "null"
    if isinstance(cell, EXPRESSIONS):
        return scalar(f"= {expression_text(cell)}")
    if not isinstance(cell, str):
        return _plain(cell)
    bare = _SAFE.fullmatch(cell) and cell.lower() not in _TAKEN
    try:
        if bare and value(cell, field) == cell:
            return scalar(cell)
    except TestInvalid:
        pass
    escaped = cell.replace("\\", "\\\\").replace('"', '\\"')
    return scalar(f'"{escaped}"')


def _plain(value: Value) -> str:
    written = encode(value)
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, str):
        return json.dumps(written)
    return (
        format(written, "f").rstrip("0").rstrip(".")
        if isinstance(written, float)
        else str(written)
    )
