"""JSON Schemas of simple shapes and of case tables, for editors: made from the ontology."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ontology.record_types import Property, RecordType
from ontology.schema import schema
from ontology.shape_cases import CASE, CASE_NEEDS, FIRES, QUIET, TABLE, WANT
from ontology.simple_shape_asks import DATATYPES
from ontology.simple_shape_reader import LONGEST_NAME, NAME, POINT
from ontology.simple_shapes import (
    GIVEN,
    LONGEST,
    MOST,
    MOST_COUNTED,
    NEEDED,
    NEEDS,
    NOT_GIVEN,
    SEVERITIES,
    SHAPE,
    SHAPES,
)
from ontology.written_things import REMOVED

Schema = dict[str, Any]
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_TEXT: Final[Schema] = {"type": "string"}
_SENTENCE: Final[Schema] = {**_TEXT, "maxLength": LONGEST, "pattern": r"^((?!: )[^{}])*$"}
_NAME: Final[Schema] = {**_TEXT, "pattern": f"^{NAME.pattern}$", "maxLength": LONGEST_NAME}
_MOMENT: Final[Schema] = {**_TEXT, "pattern": r"^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$"}
_SNIPPET: Final[Schema] = {
    "label": "a new shape",
    "body": {
        "id": "${1:name-of-the-shape}",
        "for": "${2:Touchpoint}",
        "property": "${3:ownedBy}",
        "at least": 1,
        "message": "${4:What is wrong.}",
        "cure": "${5:What mends it.}",
    },
}


def shapes_schema() -> Schema:
    """The schema (draft 7, which the editors' YAML servers know) of a file of simple shapes."""
    types = schema().types
    listed = {"type": "array", "minItems": 1, "maxItems": MOST, "items": _ref("shape")}
    return {
        "$schema": _DIALECT,
        "title": "Simple shapes of attune's gate",
        "description": "Made from ontology/crisis.ttl by `attune shapes schema`.",
        **_object({"shapes": {**listed, "description": SHAPES["shapes"]}}, "shapes"),
        "definitions": {
            "shape": {
                **_object(_shape(types), "id", "for", "message", "cure"),
                "anyOf": [{"required": [name]} for name in NEEDS],
                "allOf": [_of_type(kind) for kind in types.values()],
                "defaultSnippets": [_SNIPPET],
            },
            **{f"{name}.name": {"enum": [*kind.properties]} for name, kind in types.items()},
            **{f"{name}.holds": _conditions(kind) for name, kind in types.items()},
        },
    }


def cases_schema() -> Schema:
    """The schema of a table of cases for shapes."""
    kinds = {f"^{kind.kind}/": _ref(kind.name) for kind in schema().types.values()}
    things = {"type": "object", "patternProperties": kinds, "additionalProperties": False}
    cases = {"type": "array", "items": _ref("case")}
    found = {"severity": {"enum": [name.capitalize() for name in SEVERITIES]}}
    want = {
        "anyOf": [
            {"enum": [FIRES, QUIET]},
            _object(_said({name: found.get(name, {}) for name in WANT}, WANT)),
        ]
    }
    case = {"shape": _TEXT, "note": _TEXT, "change": things, "want": want, "at": _MOMENT}
    table = {"given": things, "at": _MOMENT, "cases": cases}
    return {
        "$schema": _DIALECT,
        "title": "A table of cases for shapes of attune's gate",
        "description": "Made from ontology/crisis.ttl by `attune shapes schema --cases`.",
        **_object(_said(table, TABLE)),
        "definitions": {
            "case": _object(_said({**case, "unchecked": {"type": "boolean"}}, CASE), *CASE_NEEDS),
            **{kind.name: _thing(kind) for kind in schema().types.values()},
        },
    }


def _shape(types: Iterable[str]) -> Schema:
    """What a shape may say, whatever its type."""
    count = {"type": "integer", "maximum": MOST_COUNTED}
    length = {"type": "integer", "minimum": 0, "maximum": 4_000}
    name = {"enum": [*types]}
    several = {"type": "array", "minItems": 1, "items": name}
    needed = {
        "type": name,
        "by": _TEXT,
        "where": {"type": "object"},
        "count": {**count, "minimum": 1},
    }
    parts: Schema = {
        "id": _NAME,
        "for": {"anyOf": [name, several]},
        "when": {"type": "object"},
        "unless": {"type": "object"},
        "property": _TEXT,
        "message": _SENTENCE,
        "cure": _SENTENCE,
        "severity": {"enum": [*SEVERITIES]},
        "covers": {"type": "array", "items": {**_TEXT, "pattern": f"^{POINT.pattern}$"}},
        "also for": {},
        "at least": {**count, "minimum": 1},
        "at most": {**count, "minimum": 0},
        "class": {"anyOf": [name, several]},
        "datatype": {"enum": [*DATATYPES]},
        "one of": {"type": "array", "minItems": 1},
        "pattern": _TEXT,
        "length": {**_object({"at least": length, "at most": length}), "minProperties": 1},
        "less than": _TEXT,
        "not after": _TEXT,
        "not both": {"type": "array", "minItems": 2},
        "needs a": _object(_said(needed, NEEDED), "type", "by"),
        "unique per": {},
    }
    return _said(parts, {**SHAPE, **NEEDS})


def _of_type(kind: RecordType) -> Schema:
    """What holds besides where a shape is for one type: its properties and their values."""
    name, holds = _ref(f"{kind.name}.name"), _ref(f"{kind.name}.holds")
    names = {"anyOf": [name, {"type": "array", "items": name}]}
    one = dict.fromkeys(("property", "less than", "not after"), name)
    several = dict.fromkeys(("also for", "not both", "unique per"), names)
    return {
        "if": {"properties": {"for": {"const": kind.name}}, "required": ["for"]},
        "then": {"properties": {**one, **several, "when": holds, "unless": holds}},
    }


def _conditions(kind: RecordType) -> Schema:
    return _object({name: _condition(prop) for name, prop in kind.properties.items()})


def _condition(prop: Property) -> Schema:
    """A value of a property, any of several, or whether there is one."""
    told: Schema = {"description": prop.comment or prop.label}
    if not prop.choices:
        return told
    values = {"enum": [*prop.choices]}
    several = {"type": "array", "items": values}
    return {**told, "anyOf": [{"enum": [*prop.choices, GIVEN, NOT_GIVEN]}, several]}


def _thing(kind: RecordType) -> Schema:
    """A thing by its properties, or one that goes."""
    values = {
        name: {"description": prop.comment or prop.label, "examples": [*prop.choices]}
        for name, prop in kind.properties.items()
    }
    return {"anyOf": [{"const": REMOVED}, {**_object(values), "description": kind.comment}]}


def _said(parts: Mapping[str, Schema], words: Mapping[str, str]) -> Schema:
    """The same parts, each with what an editor says of it."""
    return {name: {**parts[name], "description": words[name]} for name in parts}


def _object(properties: Mapping[str, Schema], *required: str) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return {**found, "required": [*required]} if required else found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
