"""Outside measurements as JSON Schema: what a row of each kind is, for who writes a client."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from knowledge.measures.observation_forms import Column, Form, Kind
from knowledge.measures.observation_kinds import INSTRUMENTS, KINDS
from knowledge.measures.observation_rows import ID
from loaders.observation_cells import EXAMPLES, LONGEST_KEY, LONGEST_TEXT, LONGEST_WORD
from loaders.observations import TOGETHER
from service.bodies import MOST_SIGNALS, ObservationsIn

Schema = dict[str, Any]
PATH: Final = "/v1/observations/{kind}"
LINES: Final = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_PLACE: Final = "#/components/schemas/"
_PRINTABLE: Final = r"^(?=.*\S)[^\u0000-\u001f\u007f]*$"
_MOMENT: Final = (
    r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"(Z|[-+][0-9]{2}:?[0-9]{2})\s*$"
)
_NUMBER: Final = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*$"
_WHOLE: Final = r"^\s*[-+]?[0-9]+(\.0*)?\s*$"
_YES: Final = r"^\s*([Yy]|[Yy][Ee][Ss]|[Tt]|[Tt][Rr][Uu][Ee]|[Xx]|1(\.0)?)\s*$"
_NO: Final = r"^\s*([Nn]|[Nn][Oo]|[Ff]|[Ff][Aa][Ll][Ss][Ee]|0(\.0)?)\s*$"
_TRUE: Final[tuple[Schema, ...]] = ({"enum": [True, 1]}, {"type": "string", "pattern": _YES})
_BLANK: Final[tuple[Schema, ...]] = ({"type": "null"}, {"type": "string", "pattern": r"^\s*$"})
_TEXTS: Final[Mapping[Form, Schema]] = {
    Form.MOMENT: {"pattern": _MOMENT},
    Form.LANGUAGE: {"pattern": r"^\s*[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}\s*$"},
    Form.CURRENCY: {"pattern": r"^\s*[A-Za-z]{3}\s*$"},
    Form.SEALED: {"pattern": r"\S", "maxLength": LONGEST_TEXT},
    Form.WORD: {"pattern": _PRINTABLE, "maxLength": LONGEST_WORD},
    Form.THING: {"pattern": r"\S", "description": "A thing that stands: its id, or its name."},
}
_THINGS: Final[Mapping[str, str]] = {
    "touchpoint": "touchpoint/help-line",
    "incident": "incident/2013-ny-train",
    "region": "region/us-ny",
    "team": "team/customer-care",
    "segment": "segment/commuters",
    "platform": "platform/website",
}
"""Things of the sample, by kind; of the others examples name none."""


def row_schema(kind: Kind) -> Schema:
    """What a row of a kind is. Whether the things that it names stand here it can't tell."""
    members = {one.name: _member(one) for one in kind.columns}
    members[ID] = {"anyOf": [*_key(), *_BLANK], "description": "The row's id in its source."}
    made: Schema = {
        "type": "object",
        "description": kind.summary,
        "properties": members,
        "required": [one.name for one in kind.columns if one.needed],
        "additionalProperties": False,
        "example": row_example(kind),
    }
    rules = [*_together(kind), *_scales(kind)]
    return made | ({"allOf": rules} if rules else {})


def row_example(kind: Kind) -> dict[str, Any]:
    """A row that the sample takes."""
    shown = {one.name: _shown(one) for one in kind.columns}
    return {name: value for name, value in shown.items() if value is not None}


def components() -> dict[str, Schema]:
    """The schemas of rows and bodies by kind, and of what answers."""
    found: dict[str, Schema] = {"ObservationsTaken": _taken()}
    for kind in KINDS.values():
        found[_row(kind)] = row_schema(kind)
        found[_body(kind)] = _body_schema(kind)
    return found


def described(spec: Schema) -> None:
    """Add to an OpenAPI document what can be sent, and what answers."""
    spec.setdefault("components", {}).setdefault("schemas", {}).update(components())
    operation = spec["paths"][PATH]["post"]
    for one in operation["parameters"]:
        if one["name"] == "kind":
            one["schema"] = {"type": "string", "enum": [*KINDS]}
    system = ObservationsIn.model_json_schema()["properties"]["system"]
    words = "Whose keys name people, of JSON Lines; a body of JSON says it itself."
    operation["parameters"].append(
        {
            "name": "system",
            "in": "query",
            "required": False,
            "schema": system,
            "description": words,
        }
    )
    content = {"application/json": _media()} | dict.fromkeys(LINES, _lines())
    operation["requestBody"] = {"required": True, "content": content}
    answered = {"schema": {"$ref": f"{_PLACE}ObservationsTaken"}}
    operation["responses"]["202"]["content"] = {"application/json": answered}


def _media() -> Schema:
    return {
        "schema": {
            "description": "The body of the kind that the path names.",
            "anyOf": [{"$ref": _PLACE + _body(one)} for one in KINDS.values()],
        },
        "examples": {
            one.name: {"summary": one.summary, "value": _body_schema(one)["example"]}
            for one in KINDS.values()
        },
    }


def _lines() -> Schema:
    """OpenAPI 3.1 has no schema for each line; `x-itemSchema` says it by the name of 3.2."""
    rows = [{"$ref": _PLACE + _row(one)} for one in KINDS.values()]
    return {
        "schema": {"type": "string", "description": "A row of the kind of the path on each line."},
        "x-itemSchema": {"anyOf": rows},
        "examples": {
            one.name: {"summary": one.summary, "value": json.dumps(row_example(one)) + "\n"}
            for one in KINDS.values()
        },
    }


def _body_schema(kind: Kind) -> Schema:
    made = ObservationsIn.model_json_schema()
    made["properties"]["rows"]["items"] = {"$ref": _PLACE + _row(kind)}
    words = f"Up to {MOST_SIGNALS:,} rows of `{kind.name}`; each is taken or rejected by itself."
    example = {"system": "zendesk", "rows": [row_example(kind)]}
    return made | {"title": _body(kind), "description": words, "example": example}


def _taken() -> Schema:
    count = {"type": "integer", "minimum": 0}
    fault = {"$ref": f"{_PLACE}Problem/properties/errors/items"}
    properties: Schema = {
        "kind": {"enum": [*KINDS]},
        "new": count,
        "known": count | {"description": "Rows that stood here already."},
        "corrected": count | {"description": "Rows that took the place of others of their key."},
        "rejected": {"type": "array", "items": fault},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
        "example": {"kind": "survey", "new": 1, "known": 0, "corrected": 0, "rejected": []},
    }


def _row(kind: Kind) -> str:
    return f"{kind.name.capitalize()}Row"


def _body(kind: Kind) -> str:
    return f"{kind.name.capitalize()}Rows"


def _member(column: Column) -> Schema:
    return {"anyOf": [*_given(column), *(() if column.needed else _BLANK)]}


def _given(column: Column) -> tuple[Schema, ...]:
    """What a cell that is not blank may be: as JSON has it, or as a file would."""
    match column.form:
        case Form.PERSON | Form.AGENT | Form.CASE:
            return _key()
        case Form.CHOICE:
            return ({"enum": [*column.of]},)
        case Form.NUMBER | Form.COUNT:
            return _number(column)
        case Form.FLAG:
            return ({"type": "boolean"}, *_TRUE, {"enum": [0]}, {"type": "string", "pattern": _NO})
        case _:
            return ({"type": "string"} | _TEXTS[column.form],)


def _key() -> tuple[Schema, ...]:
    text = {"type": "string", "pattern": _PRINTABLE, "maxLength": LONGEST_KEY}
    return (text, {"type": "integer"})


def _number(column: Column) -> tuple[Schema, ...]:
    number: Schema = {"type": "integer" if column.form is Form.COUNT else "number"}
    if column.low > float("-inf"):
        number["minimum"] = column.low
    if column.high < float("inf"):
        number["maximum"] = column.high
    pattern = _WHOLE if column.form is Form.COUNT else _NUMBER
    said = pattern.replace("[-+]?", r"\+?", 1) if column.low >= 0 else pattern
    return (number, {"type": "string", "pattern": said})


def _together(kind: Kind) -> Iterator[Schema]:
    """Where one column is given, and not false, another is needed."""
    for one, other in TOGETHER.get(kind.name, ()):
        first, second = kind.column(one), kind.column(other)
        said = _TRUE if first.form is Form.FLAG else _given(first)
        yield {"if": _has(one, *said), "then": _has(other, *_given(second))}


def _scales(kind: Kind) -> Iterator[Schema]:
    """The scale of each instrument that the kind knows; a number in text is not bounded here."""
    known = next((one.of for one in kind.columns if one.name == "instrument"), ())
    for name in known:
        low, high = INSTRUMENTS[name]
        score = {"properties": {"score": {"minimum": low, "maximum": high}}}
        yield {"if": _has("instrument", {"const": name}), "then": score}


def _has(name: str, *forms: Schema) -> Schema:
    return {"properties": {name: {"anyOf": [*forms]}}, "required": [name]}


def _shown(column: Column) -> Any:  # noqa: ANN401 - as JSON has it
    """A valid value of a column; None where only the world can tell one."""
    match column.form:
        case Form.CHOICE:
            return column.of[0]
        case Form.THING:
            return _THINGS.get(column.kind)
        case Form.NUMBER | Form.COUNT:
            return 5 if column.high >= 5 else 1  # noqa: PLR2004 - good answers
        case Form.FLAG:
            return True
        case _:
            return EXAMPLES[column.form]
