"""What the ontology says of records: types, their properties, and what each may hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from ontology.events import Json
from ontology.values import Datatype


class SchemaInvalid(ValueError):
    """The ontology can't be read as a schema; the message names the term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property. Exactly one of `datatype`, `choices` and `refers` says what its values are.

    `name` is what JSON calls it, `term` its local name in the graph; `scheme` and `choices` are
    in the order of the scheme; `refers` has the kinds of things that an id may name, empty for
    text; `by_act` properties can't be put; `above` is an exclusive bound.
    """

    name: str
    term: str
    datatype: Datatype | None
    scheme: str | None = None
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    functional: bool = False
    personal: bool = False
    by_act: bool = False
    form: str | None = None
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    label: str = ""
    comment: str = ""
    example: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """One class: the kind of its ids, its properties by JSON name, which must be and be one."""

    name: str
    kind: str
    recordable: bool
    properties: Mapping[str, Property]
    required: frozenset[str]
    single: frozenset[str]
    pseudonymous: bool = False
    sealed_under: str | None = None
    label: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All classes that have ids, by name and by kind; properties by term and by JSON name."""

    types: Mapping[str, RecordType]
    kinds: Mapping[str, RecordType]
    terms: Mapping[str, Property]
    names: Mapping[str, Property]
    schemes: Mapping[str, tuple[str, ...]]
