"""The JSON Schema of a file of templates, for editors: made from the ontology and the channels.

It completes parts, values and channels and explains each. What it can't see (a path that leads
nowhere, a wording that names no slot) the check says.
"""

from collections.abc import Mapping
from typing import Final

from rules.channels import CHANNELS
from rules.editor_fields import DIALECT, TEXT, Schema, object_of, or_list, ref
from rules.rule_parts import LONGEST_NAME, NAME
from rules.template import HOLDS, MECHANISMS, NEEDS, PURPOSES
from rules.template_parts import (
    COLLECTION,
    COLLECTION_NEEDS,
    FOR,
    SLOT,
    TEMPLATE,
    TEMPLATE_NEEDS,
    VARIANT,
    WHEN,
    allowed,
)
from rules.template_reader import LONGEST_TITLE, LONGEST_USE
from rules.template_slots import ORGANISATION, ROOTS
from rules.template_slots import PURPOSES as CONSENTS

_NAMED: Final[Schema] = {**TEXT, "pattern": f"^{NAME.pattern}$", "maxLength": LONGEST_NAME}
_OWNER: Final[Schema] = {**TEXT, "pattern": r"^[a-z][a-z-]*/\S+$"}
_LOCALE: Final[Schema] = {
    **TEXT,
    "pattern": "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_MOMENT: Final[Schema] = {**TEXT, "pattern": r"^\d{4}-\d\d-\d\d(T.+)?$"}
_SNIPPET: Final[Schema] = {
    "label": "a new template",
    "body": {
        "id": "${1:name-of-the-template}",
        "title": "${2:What people call it}",
        "use": "${3:When it is the right one.}",
        "for": {"strategy": ["${4:adjust}"]},
        "aims": ["concern"],
        "channels": {"${5:email}": {"title": "${6:About your journey}", "text": "${7:Hello,}"}},
    },
}


def templates_schema() -> Schema:
    """The schema (draft 7, which the editors' YAML servers know) of a file of templates."""
    slots = {"type": "object", "additionalProperties": ref("slot")}
    templates = {"type": "array", "items": ref("template"), "minItems": 1}
    collection: Mapping[str, Schema] = {
        "collection": _NAMED,
        "owner": _OWNER,
        "locale": _LOCALE,
        "slots": slots,
        "templates": templates,
    }
    return {
        "$schema": DIALECT,
        "title": "A file of attune's response templates",
        "description": "Made from the ontology by `attune templates schema`.",
        **object_of(_told(collection, COLLECTION), *COLLECTION_NEEDS),
        "definitions": {
            "template": {**_template(slots), "defaultSnippets": [_SNIPPET]},
            "slot": _slot(),
            "channels": _channels(),
        },
    }


def _template(slots: Schema) -> Schema:
    effective = object_of({"from": _MOMENT, "until": _MOMENT})
    parts: Mapping[str, Schema] = {
        "id": _NAMED,
        "title": {**TEXT, "maxLength": LONGEST_TITLE},
        "use": {**TEXT, "maxLength": LONGEST_USE},
        "owner": _OWNER,
        "locale": _LOCALE,
        "for": _dimensions("for", {name: words for name, (words, _) in FOR.items()}),
        "when": _dimensions("when", {name: words for name, (words, _) in WHEN.items()}),
        "purpose": _worded(PURPOSES),
        "needs": or_list(_worded(NEEDS)),
        "aims": or_list({"enum": [*MECHANISMS]}),
        "effective": effective,
        "slots": slots,
        "body": TEXT,
        "channels": ref("channels"),
        "note": TEXT,
    }
    return object_of(_told(parts, TEMPLATE), *TEMPLATE_NEEDS)


def _dimensions(table: str, known: Mapping[str, str]) -> Schema:
    found = {
        name: {"description": words, **or_list(_values(allowed(table, name)))}
        for name, words in known.items()
    }
    return object_of(found)


def _values(known: tuple[str, ...]) -> Schema:
    return {"enum": [*known]} if known else _NAMED


def _worded(known: Mapping[str, str]) -> Schema:
    told = "\n".join(f"{name}: {words}" for name, words in known.items())
    return {"enum": [*known], "description": told}


def _slot() -> Schema:
    roots = "|".join((*ROOTS, "organisation"))
    path = {**TEXT, "pattern": rf"^({roots})(\.\w+){{1,3}}$"}
    own = ", ".join(f"organisation.{name}" for name in ORGANISATION)
    parts: Mapping[str, Schema] = {
        "from": {**or_list(path), "examples": ["customer.displayName", own]},
        "stated": _worded(HOLDS),
        "for": {"enum": [*CONSENTS]},
        "or": {"type": ["string", "null"]},
        "why": TEXT,
        "example": TEXT,
    }
    return {
        **object_of(_told(parts, SLOT)),
        "oneOf": [{"required": ["from"]}, {"required": ["stated"]}],
    }


def _channels() -> Schema:
    found: dict[str, Schema] = {}
    for name, channel in CHANNELS.items():
        counts = {key: _COUNT for key in VARIANT if key not in {"title", "text"}}
        parts = _told({"title": TEXT, "text": TEXT, **counts}, VARIANT)
        whole = object_of(parts, *(("title",) if channel.title else ()))
        forms = [whole] if channel.title else [TEXT, whole, {"type": "null"}]
        found[name] = {"description": channel.says, "anyOf": forms}
    return {**object_of(found), "minProperties": 1}


def _told(parts: Mapping[str, Schema], words: Mapping[str, str]) -> dict[str, Schema]:
    """Parts with their words; what says its values itself keeps them beside."""
    return {name: {**one, "description": _both(words[name], one)} for name, one in parts.items()}


def _both(words: str, one: Schema) -> str:
    own = one.get("description")
    return f"{words}\n{own}" if own else words
