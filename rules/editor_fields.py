"""What an editor accepts in the fields of facts and actions: JSON Schemas, equal ones shared."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from ontology.kinds import Field
from ontology.values import Datatype, encode
from rules.unary import ORDER

Schema = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
TEXT: Final[Schema] = {"type": "string"}
_ANYTHING: Final = ("-", "given", "not given")
_WORDS: Final = (*ORDER, "not given", "given", "not", "anything", "from", "between", "to", "and")
_SIGNS: Final = r">=|<=|!=|\.\.|[-<>=,(){}\[\]]"
_CALL: Final = r'@\s*"[^"]*"|(?:date and time|date|time|duration)\(\s*"[^"]*"\s*\)'
_SPELLED: Final[Mapping[Datatype, str]] = MappingProxyType(
    {
        Datatype.BOOLEAN: "true|false",
        Datatype.INTEGER: r"-?\d+",
        Datatype.DECIMAL: r"-?(?:\d+(?:\.\d+)?|\.\d+)",
        Datatype.DATE: r"\d{4}-\d\d-\d\d",
        Datatype.TIME: r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?",
        Datatype.DATETIME: r"\d{4}-\d\d-\d\dT[\d:.+Z-]+",
        Datatype.DURATION: r"-?P[\dDTHMS.]+|\d+(?:\.\d+)?\s*[a-z]+",
        Datatype.MONTHS: r"-?P[\dYM]+|\d+\s*[a-z]+",
    }
)


@dataclass(frozen=True, slots=True)
class Shared:
    """Schemas under names, so that those of fields that hold the same stand in the file once."""

    definitions: dict[str, Schema] = field(default_factory=dict)
    _names: dict[tuple[object, ...], str] = field(default_factory=dict)

    def asked(self, kind: str, shape: Field) -> Schema:
        """A test of a field: a value, words, a list (any of them), a mapping (all of them)."""
        name = self._name(kind, shape)
        if f"test.{name}" not in self.definitions:
            one = self._kept(f"one.{name}", {"anyOf": _forms(shape)})
            value = self._kept(f"value.{name}", _value(shape))
            mapping = {
                "type": "object",
                "properties": {**dict.fromkeys(ORDER, value), "not": {}, **_matches(shape)},
                "patternProperties": {"^[<>=!]+$": value},
                "additionalProperties": False,
            }
            members = {"anyOf": [one, {"type": "object"}]}
            several = {"type": "array", "minItems": 1, "items": members}
            self._kept(f"test.{name}", {"anyOf": [one, several, mapping]})
        return ref(f"test.{name}")

    def value(self, kind: str, shape: Field) -> Schema:
        """One value of a field, as an action takes it."""
        return self._kept(f"value.{self._name(kind, shape)}", _value(shape))

    def _kept(self, name: str, schema: Schema) -> Schema:
        self.definitions.setdefault(name, schema)
        return ref(name)

    def _name(self, kind: str, shape: Field) -> str:
        """The first field that holds the same gives the name."""
        same = (shape.datatype, shape.allowed, shape.refers, shape.minimum, shape.maximum)
        return self._names.setdefault(same, f"{kind}.{shape.name}")


def ref(name: str) -> Schema:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def object_of(properties: Mapping[str, Any], *required: str) -> Schema:
    """An object of these members and no others."""
    found: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return {**found, "required": list(required)} if required else found


def or_list(one: Schema) -> Schema:
    """One, or a list of such."""
    return {"anyOf": [one, {"type": "array", "items": one}]}


def titled(field: Field) -> Schema:
    """The title and the words of a field."""
    return {"title": f"{field.label[:1].upper()}{field.label[1:]}", "description": said(field)}


def said(shape: Field) -> str:
    """The words that an editor shows over a field."""
    unit = f" Unit: {shape.unit}." if shape.unit not in {None, "1"} else ""
    low, high = ("any" if b is None else str(encode(b)) for b in (shape.minimum, shape.maximum))
    reach = f" From {low} to {high}." if {low, high} != {"any"} else ""
    return f"{shape.comment}{unit}{reach} Example: {shape.example}"


def _matches(shape: Field) -> Schema:
    if shape.datatype not in {Datatype.STRING, Datatype.TOKEN}:
        return {}
    return {"matches": {**TEXT, "description": "An RE2 pattern that is found in the text."}}


def _forms(shape: Field) -> list[Schema]:
    """The forms of a test that is one value or one text."""
    exact = {"enum": [*shape.allowed, *_ANYTHING]}
    if shape.datatype is Datatype.STRING and shape.refers is None:
        return [exact, TEXT]
    return [*_plain(shape), exact, {**TEXT, "pattern": _pattern(shape)}]


def _plain(shape: Field) -> list[Schema]:
    """The values that YAML does not write as text."""
    if shape.datatype is Datatype.BOOLEAN:
        return [{"type": "boolean"}]
    if shape.datatype not in {Datatype.INTEGER, Datatype.DECIMAL}:
        return []
    bounds = {"minimum": shape.minimum, "maximum": shape.maximum}
    kind = "integer" if shape.datatype is Datatype.INTEGER else "number"
    return [{"type": kind, **{name: v for name, v in bounds.items() if v is not None}}]


def _pattern(shape: Field) -> str:
    """Texts made of values of the field, words and signs; what is misspelt is none."""
    if shape.refers is not None:
        spelled = rf'"?{shape.refers}/[^\s,(){{}}\[\]"]+"?'
    elif shape.allowed:
        names = "|".join(re.sub(r"\\-", "-", re.escape(n)) for n in _longest(shape.allowed))
        spelled = f'"?(?:{names})"?'
    else:
        spelled = _SPELLED[shape.datatype]
    words = "|".join(_longest(_WORDS))
    part = rf"(?:{_CALL}|{spelled}|{words})(?!\w)|{_SIGNS}"
    return rf"^\s*(?:same as \S+|.*matches.*|null|not\(null\)|(?:(?:{part})\s*)+)$"


def _value(shape: Field) -> Schema:
    """One value: an allowed one, an id, a number, a truth, or a text that says it."""
    if shape.allowed:
        return {"enum": list(shape.allowed)}
    if shape.refers is not None:
        return {**TEXT, "pattern": rf'^"?{shape.refers}/\S+$'}
    if shape.datatype is Datatype.STRING:
        return TEXT
    spelled = rf"^\s*(?:{_CALL}|{_SPELLED[shape.datatype]}|\d.*)\s*$"
    return {"anyOf": [*_plain(shape), {**TEXT, "pattern": spelled}]}


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))
