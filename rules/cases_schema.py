"""The JSON Schema of a case table, for editors: made from the shapes of the facts, never by hand.

It completes kinds of facts, fields and what a decision shows, lists allowed values and explains
each of them. What it can't see (a rule that the book beside the table does not have) the test of
the tables says.
"""

from typing import Any, Final

from ontology.facts import Catalogue
from ontology.kinds import Field, Kind
from rules.case import LISTS, SCALARS, shape_of
from rules.cases import FIRES, QUIET
from rules.editor_fields import (
    DIALECT,
    TEXT,
    Schema,
    Shared,
    object_of,
    or_list,
    ref,
    said,
    titled,
)
from rules.parts import CASE, CASE_NEEDS, CASES
from rules.rule_parts import LONGEST_NAME, NAME

_SNIPPETS: Final = (
    {
        "label": "a rule that fires",
        "body": {
            "rule": "${1:name-of-the-rule}",
            "note": "${2:What the case shows}",
            "given": {"${3:incident}": {"${4:phase}": "${5:open}"}},
            "want": FIRES,
        },
    },
    {
        "label": "a rule that stays quiet",
        "body": {
            "rule": "${1:name-of-the-rule}",
            "note": "${2:What the case shows}",
            "given": {"${3:incident}": {"${4:phase}": "${5:closed}"}},
            "want": QUIET,
        },
    },
    {
        "label": "a decision as a whole",
        "body": {
            "note": "${1:What the case shows}",
            "given": {"${2:incident}": {"${3:phase}": "${4:open}"}},
            "want": {"tier": "${5:specialist}"},
        },
    },
)


def cases_schema(catalogue: Catalogue) -> Schema:
    """The schema of a table of cases, in the dialect that the editors' YAML servers know."""
    shared = Shared()
    facts = {f"given.{kind.name}": _fact(kind, shared) for kind in catalogue.kinds.values()}
    members = {f"member.{name}": _member(name, catalogue, shared) for name in LISTS}
    lists = {name: _list(name, catalogue) for name in LISTS}
    scalars = {name: _scalar(name, catalogue, shared) for name in SCALARS}
    cases = {"type": "array", "description": CASES["cases"], "items": ref("case")}
    return {
        "$schema": DIALECT,
        "title": "A table of cases for attune's rules",
        "description": "Made from ontology/shapes/facts.ttl by `attune rules schema --cases`.",
        **object_of({"cases": cases}, *CASES),
        "definitions": {
            "case": {**_case(), "defaultSnippets": [*_SNIPPETS]},
            "given": {**_given(catalogue), "type": ["object", "null"]},
            "shows": {**object_of({**scalars, **lists}), "minProperties": 1},
            "lacks": object_of(lists),
            **facts,
            **members,
            **shared.definitions,
        },
    }


def _case() -> Schema:
    """A case; one that names no rule says what the decision shows."""
    named = {"type": "string", "pattern": f"^{NAME.pattern}$", "maxLength": LONGEST_NAME}
    schemas: dict[str, Schema] = {
        "note": TEXT,
        "given": {"allOf": [ref("given")]},
        "want": {"anyOf": [{"enum": [FIRES, QUIET]}, ref("shows")]},
        "rule": named,
        "without": {"allOf": [ref("lacks")]},
        "at": {**TEXT, "pattern": r"^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$"},
        "judge": {},
    }
    parts = {
        name: {"title": name.capitalize(), **schema, "description": CASE[name]}
        for name, schema in schemas.items()
    }
    return {
        **object_of(parts, *CASE_NEEDS),
        "if": {"not": {"required": ["rule"]}},
        "then": {"properties": {"want": ref("shows")}},
    }


def _given(catalogue: Catalogue) -> Schema:
    return object_of(
        {
            kind.name: {
                "title": kind.label,
                "description": kind.comment,
                **or_list(ref(f"given.{kind.name}")),
            }
            for kind in catalogue.kinds.values()
        }
    )


def _fact(kind: Kind, shared: Shared) -> Schema:
    """A fact as a case gives it: values of its fields, those that must be there among them."""
    fields = {
        name: {**titled(field), "allOf": [shared.value(kind.name, field)]}
        for name, field in kind.fields.items()
    }
    body = object_of(fields, *kind.required)
    return body if kind.required else {"anyOf": [body, {"type": "null"}]}


def _list(name: str, catalogue: Catalogue) -> Schema:
    """One member or several, explained as what names them is."""
    first = shape_of(next(iter(LISTS[name].values())), catalogue)
    words = f"{said(first)} `[]` wants none."
    return {"title": name.capitalize(), "description": words, **or_list(ref(f"member.{name}"))}


def _scalar(name: str, catalogue: Catalogue, shared: Shared) -> Schema:
    shape = shape_of(SCALARS[name], catalogue)
    return _shown(f"decision.{name}", shape, shared)


def _member(name: str, catalogue: Catalogue, shared: Shared) -> Schema:
    """A member of a list: its name alone, or an object of its parts."""
    shapes = {part: shape_of(place, catalogue) for part, place in LISTS[name].items()}
    parts = {part: _shown(f"{name}.{part}", shape, shared) for part, shape in shapes.items()}
    first = next(iter(parts))
    return {"anyOf": [parts[first], object_of(parts, first)]}


def _shown(name: str, shape: Field, shared: Shared) -> dict[str, Any]:
    title = name.rpartition(".")[2].replace("_", " ").capitalize()
    return {"title": title, "description": said(shape), "allOf": [shared.value(name, shape)]}
