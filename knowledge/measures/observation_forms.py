"""What a kind of outside measurement consists of: columns, their forms, the key of a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

MOMENT: Final = pa.timestamp("us", tz="UTC")


class Form(StrEnum):
    """What a column holds."""

    PERSON = "person"
    """Whom a row is about, in the source's words; a keyed hash is kept."""
    AGENT = "agent"
    """An employee: `person/…`, or the source's words, of which a keyed hash is kept."""
    CASE = "case"
    """A case: `case/…`, or the source's words, of which a keyed hash is kept."""
    THING = "thing"
    """Something of the ontology, by id or by name."""
    MOMENT = "moment"
    CHOICE = "choice"
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    LANGUAGE = "language"
    CURRENCY = "currency"
    WORD = "word"
    """A short word of the source's own, like a role or a site."""
    SEALED = "sealed"
    """Free text, kept encrypted."""


TYPES: Final[Mapping[Form, pa.DataType]] = MappingProxyType(
    dict.fromkeys(Form, pa.string())
    | {
        Form.PERSON: pa.uint64(),
        Form.MOMENT: MOMENT,
        Form.NUMBER: pa.float64(),
        Form.COUNT: pa.int64(),
        Form.FLAG: pa.bool_(),
        Form.SEALED: pa.binary(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `of` has its choices, or the kind of thing it names; bounds are inclusive."""

    name: str
    form: Form
    needed: bool = False
    of: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def kind(self) -> str:
        """The kind of thing that the column refers to."""
        return self.of[0] if self.of else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of measurement.

    `at` names the column of time. `key` are the columns that name a row where its source gives
    it no id: a later row of the same key corrects it. `people` is the mapping under which people
    are hashed: nobody can join rows of two mappings by person. Files go `days` after loading.
    """

    name: str
    summary: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    days: int
    at: str = "at"
    people: str = "customer"

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(one for one in self.columns if one.name == name)

    @property
    def schema(self) -> pa.Schema:
        """What a table of such rows is."""
        return pa.schema([pa.field(one.name, TYPES[one.form]) for one in self.columns])

    @property
    def personal(self) -> bool:
        """Whether rows are about people."""
        return any(one.form is Form.PERSON for one in self.columns)
