"""The JSON Schema of a book, for editors: made from the shapes of the facts, never by hand.

It completes names, lists allowed values and explains each field. It accepts every book that
`attune rules check` accepts and refuses misspelt names; what it can't see (an interval that ends
before it begins, a kind of fact of a later stratum) the check says.
"""

import json
from collections.abc import Mapping
from typing import Final

from ontology.facts import STRATA, Catalogue
from ontology.kinds import Kind
from rules.declared import FINDINGS
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
from rules.parts import ACCEPTED, ACCEPTED_NEEDS, BOOK, EFFECTIVE, ROW, RULE, TABLE
from rules.rule_parts import COVERS, LONGEST_NAME, LONGEST_REASON, NAME
from rules.rule_tables import HITS, MOST_ROWS

_NOTE: Final[Schema] = {**TEXT, "description": RULE["note"]}
_REASON: Final[Schema] = {
    **TEXT,
    "minLength": 1,
    "maxLength": LONGEST_REASON,
    "description": RULE["reason"],
}
_ID: Final[Schema] = {
    **TEXT,
    "pattern": f"^{NAME.pattern}$",
    "maxLength": LONGEST_NAME,
    "description": RULE["id"],
}
_OWNER: Final[Schema] = {
    **TEXT,
    "pattern": r"^[a-z][a-z-]*/\S+$",
    "description": BOOK["owner"],
    "examples": ["team/crisis-office"],
}
_COVERS: Final[Schema] = {
    "description": RULE["covers"],
    "anyOf": [
        {"type": "array", "items": {"type": ["string", "number"], "pattern": COVERS.pattern}},
        {"type": ["string", "number"], "pattern": COVERS.pattern},
    ],
}
_MOMENT: Final[Schema] = {**TEXT, "pattern": r"^\d{4}-\d\d-\d\d(T.+)?$"}
_EFFECTIVE: Final[Schema] = {
    "type": "object",
    "description": RULE["effective"],
    "properties": {name: {**_MOMENT, "description": words} for name, words in EFFECTIVE.items()},
    "additionalProperties": False,
}
_SNIPPET: Final[Schema] = {
    "label": "a new rule",
    "body": {
        "id": "${1:name-of-the-rule}",
        "reason": "${2:Why it is there, in plain words.}",
        "covers": ["1.1"],
        "when": {"${3:incident}": {"${4:phase}": "${5:open}"}},
        "then": [{"${6:notify}": ["${7:team/crisis-office}"]}],
    },
}


_COMMON: Final[Schema] = {
    "covers": _COVERS,
    "effective": _EFFECTIVE,
    "owner": _OWNER,
    "note": _NOTE,
}
_ALIAS: Final[Schema] = {
    **TEXT,
    "description": "A name for this fact, for `same as <name>.<field>`.",
}
_HIT: Final[Schema] = {
    "enum": [*HITS, *HITS.values()],
    "description": "U: rows never hold together. A: they may where outputs are equal. "
    "C: all rows that hold count. P: the one whose output is listed first.",
}
_ACCEPTED: Final[Schema] = {
    "finding": {"enum": [*FINDINGS], "description": ACCEPTED["finding"]},
    "rule": {**_ID, "description": ACCEPTED["rule"]},
    "with": {**_ID, "description": ACCEPTED["with"]},
    "reason": {**_REASON, "description": ACCEPTED["reason"]},
}
_BOOK: Final[Schema] = {
    "book": {**_ID, "description": BOOK["book"]},
    "stratum": {
        "enum": list(STRATA),
        "description": BOOK["stratum"],
    },
    "owner": _OWNER,
    "rules": {"type": "array", "description": BOOK["rules"], "items": ref("rule")},
    "tables": {"type": "array", "description": BOOK["tables"], "items": ref("table")},
    "complete": {"description": BOOK["complete"], "allOf": [ref("when")]},
    "accepts": {
        "type": "array",
        "description": BOOK["accepts"],
        "items": object_of(_ACCEPTED, *ACCEPTED_NEEDS),
    },
}


def editor_schema(catalogue: Catalogue) -> Schema:
    """The schema (draft 7, which the editors' YAML servers know) of a book of rules."""
    shared = Shared()
    kinds = catalogue.kinds.values()
    actions = {verb: _action(kind, shared) for verb, kind in catalogue.verbs().items()}
    facts = {f"fact.{kind.name}": _fact(kind, shared) for kind in kinds}
    rule = {"id": _ID, "reason": _REASON, "when": ref("when"), "then": ref("then"), **_COMMON}
    return {
        "$schema": DIALECT,
        "title": "A book of attune's rules",
        "description": "Made from ontology/shapes/facts.ttl by `attune rules schema`.",
        **object_of(_BOOK, "book", "stratum", "owner"),
        "anyOf": [{"required": ["rules"]}, {"required": ["tables"]}],
        "definitions": {
            "rule": {
                **object_of(rule, "id", "reason", "when", "then"),
                "defaultSnippets": [_SNIPPET],
            },
            "table": _table(catalogue),
            "row": _row(catalogue),
            "when": or_list(ref("facts")),
            "facts": _facts(catalogue),
            "then": or_list(ref("actions")),
            "actions": object_of(actions),
            **facts,
            **shared.definitions,
        },
    }


def written(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _facts(catalogue: Catalogue) -> Schema:
    """A mapping of kinds of facts, with what says that none is there, or any of several."""
    kinds = {
        kind.name: {
            "title": kind.label,
            "description": kind.comment,
            **or_list(ref(f"fact.{kind.name}")),
        }
        for kind in catalogue.kinds.values()
    }
    without = {"description": "No such fact is there.", "allOf": [ref("when")]}
    either = {"description": "At least one of these holds.", **or_list(ref("facts"))}
    return object_of({**kinds, "absent": without, "none": without, "any": either})


def _fact(kind: Kind, shared: Shared) -> Schema:
    """What may be asked of a fact of a kind; keys must be named."""
    fields = {
        name: {**titled(field), "allOf": [shared.asked(kind.name, field)]}
        for name, field in kind.fields.items()
    }
    body = object_of({**fields, "as": _ALIAS}, *kind.keys)
    return body if kind.keys else {"anyOf": [body, {"enum": ["given", None]}]}


def _action(kind: Kind, shared: Shared) -> Schema:
    """What an action takes: its fields, or the main one alone; one or several."""
    fields = {
        name: {**titled(field), "allOf": [shared.value(kind.name, field)]}
        for name, field in kind.fields.items()
    }
    required = [name for name, field in kind.fields.items() if field.required]
    one = {
        "anyOf": [
            shared.value(kind.name, kind.fields[str(kind.main)]),
            object_of(fields, *required),
        ]
    }
    return {"title": kind.label, "description": kind.comment, **or_list(one)}


def _columns(kinds: Mapping[str, Kind]) -> dict[str, str]:
    """What an editor says of each column that a table can have."""
    return {f"{n}.{f.name}": said(f) for n, kind in kinds.items() for f in kind.fields.values()}


def _table(catalogue: Catalogue) -> Schema:
    outputs = [*_columns(catalogue.verbs()), *catalogue.verbs()]
    allowed = {"type": "array", "description": "For P: what comes first counts most."}
    ranked = object_of({"name": {"enum": outputs}, "allowed": allowed}, "name")
    columns = {
        "id": _ID,
        "reason": _REASON,
        "inputs": {"type": "array", "items": {"enum": [*_columns(catalogue.kinds)]}},
        "outputs": {"type": "array", "items": {"anyOf": [{"enum": outputs}, ranked]}},
        "rows": {"type": "array", "items": ref("row"), "maxItems": MOST_ROWS},
    }
    told = {name: {**schema, "description": TABLE[name]} for name, schema in columns.items()}
    complete = {"description": TABLE["complete"], "allOf": [ref("when")]}
    return object_of({**told, "complete": complete, "hit": _HIT, **_COMMON}, *columns)


def _row(catalogue: Catalogue) -> Schema:
    verbs = catalogue.verbs()
    outputs = _columns(verbs) | {verb: _told(kind) for verb, kind in verbs.items()}
    row = {
        "id": {**_ID, "description": ROW["id"]},
        "note": {**_REASON, "description": ROW["note"]},
        "when": _cells(_columns(catalogue.kinds)),
        "then": _cells(outputs),
    }
    return object_of(row, "when", "then")


def _cells(columns: Mapping[str, str]) -> Schema:
    named = object_of({name: {"description": words} for name, words in columns.items()})
    return {"anyOf": [{"type": "array"}, named]}


def _told(kind: Kind) -> str:
    return f"{kind.label}. {kind.comment}"
