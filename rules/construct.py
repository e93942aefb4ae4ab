"""Constructs of the language as data: what the reference prints and the tests hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ontology.events import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A test of one field: how it is written, and of what values the example holds.

    `field` is `kind.field`, `written` its test as YAML; `holds` and `fails` are values as books
    write them. `wrong` is a test that the checker refuses.
    """

    name: str
    form: str
    means: str
    field: str
    written: str
    holds: Sequence[str]
    fails: Sequence[str]
    wrong: str
    missing: bool = False
    null: bool = False
    """Whether the example holds of a missing value, and of a null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requiring:
    """A part of a `when`: the example as YAML, facts by kind under which it holds or does not."""

    name: str
    form: str
    means: str
    when: str
    holds: Mapping[str, Json]
    fails: Mapping[str, Json]
    missing: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluding:
    """A form of an action: the example as YAML, and the facts that it concludes."""

    name: str
    form: str
    means: str
    then: str
    concludes: Sequence[str]
    missing: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A type of values: texts that say one and the same value, and its stored form."""

    means: str
    written: Sequence[str]
    stored: str | int | float | bool
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """A hit policy: what it does where several rows hold and where none does.

    `several` and `none` are what the example gives then; None where it refuses to answer.
    """

    means: str
    several: Json
    none: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """An expression over inputs: its text, the inputs of the example, and its value as JSON."""

    means: str
    written: str
    gives: Json
    given: Mapping[str, Json]
