"""The kinds of outside measurements: their columns, what names a row, how long it stays."""

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


CHANNELS: Final = (
    *("phone", "chat", "mail", "letter", "social", "app"),
    *("website", "store", "press", "intranet", "advertising"),
)
INSTRUMENTS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {"ces": (1, 7), "csat": (1, 5), "nps": (0, 10), "trust": (1, 7)}
)
"""The scale on which answers of each instrument are kept."""

MEDIA: Final = ("paid", "earned", "shared", "owned")
_YEAR: Final = 365


def _needed(name: str, form: Form, *of: str) -> Column:
    return Column(name=name, form=form, needed=True, of=of)


def _maybe(name: str, form: Form, *of: str) -> Column:
    return Column(name=name, form=form, of=of)


def _counted(name: str, *, needed: bool = False) -> Column:
    return Column(name=name, form=Form.COUNT, needed=needed, low=0, high=2**53)


_WHO: Final = _needed("subject", Form.PERSON)
_AT: Final = _needed("at", Form.MOMENT)
_SCORE: Final = _needed("score", Form.NUMBER)
_CHANNEL: Final = _maybe("channel", Form.CHOICE, *CHANNELS)
_LANGUAGE: Final = _maybe("language", Form.LANGUAGE)
_MESSAGE: Final = _maybe("message", Form.THING)
_TOUCHPOINT, _INCIDENT, _REGION, _TEAM, _SEGMENT = (
    _maybe(name, Form.THING) for name in ("touchpoint", "incident", "region", "team", "segment")
)
_AGENT: Final = _maybe("agent", Form.AGENT)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        one.name: one
        for one in (
            Kind(
                name="survey",
                summary="Answers of customers to surveys, and who was asked and did not answer.",
                columns=(
                    _WHO,
                    _AT,
                    _needed("instrument", Form.CHOICE, *INSTRUMENTS),
                    _maybe("score", Form.NUMBER),
                    _TOUCHPOINT,
                    _INCIDENT,
                    _CHANNEL,
                    _REGION,
                    _LANGUAGE,
                    _TEAM,
                    _MESSAGE,
                    _SEGMENT,
                    _maybe("comment", Form.SEALED),
                ),
                key=("subject", "at", "instrument", "touchpoint"),
                days=5 * _YEAR,
            ),
            Kind(
                name="relationship",
                summary="Since when customers stay, until when, and whether they left.",
                columns=(
                    _WHO,
                    _needed("since", Form.MOMENT),
                    _maybe("until", Form.MOMENT),
                    _needed("observed_until", Form.MOMENT),
                    _SEGMENT,
                    _REGION,
                    _needed("churned", Form.FLAG),
                ),
                key=("subject", "since"),
                days=10 * _YEAR,
                at="since",
            ),
            Kind(
                name="revenue",
                summary="What customers paid.",
                columns=(
                    _WHO,
                    _AT,
                    _needed("amount", Form.NUMBER),
                    _needed("currency", Form.CURRENCY),
                ),
                key=("subject", "at", "currency"),
                days=10 * _YEAR,
            ),
            Kind(
                name="resolution",
                summary="Cases from opening to resolution.",
                columns=(
                    _needed("case", Form.CASE),
                    _maybe("subject", Form.PERSON),
                    _needed("opened", Form.MOMENT),
                    _maybe("resolved", Form.MOMENT),
                    _TOUCHPOINT,
                    _TEAM,
                    _AGENT,
                    _CHANNEL,
                    _INCIDENT,
                    _REGION,
                    _maybe("first_reply", Form.MOMENT),
                ),
                key=("case",),
                days=10 * _YEAR,
                at="opened",
            ),
            Kind(
                name="response",
                summary="What customers got: how personal, how empathetic, from whom.",
                columns=(
                    _WHO,
                    _AT,
                    _INCIDENT,
                    _maybe("case", Form.CASE),
                    Column(name="personalised", form=Form.NUMBER, low=0, high=1),
                    Column(name="empathy", form=Form.NUMBER, low=0, high=6),
                    _CHANNEL,
                    _TEAM,
                    _MESSAGE,
                ),
                key=("subject", "at", "case"),
                days=10 * _YEAR,
            ),
            Kind(
                name="reach",
                summary="How many people a channel reached, at what cost.",
                columns=(
                    _AT,
                    _needed("channel", Form.CHOICE, *CHANNELS),
                    _maybe("platform", Form.THING),
                    _needed("media", Form.CHOICE, *MEDIA),
                    _MESSAGE,
                    _INCIDENT,
                    _REGION,
                    _maybe("audience", Form.WORD),
                    _counted("impressions", needed=True),
                    _counted("reach"),
                    _counted("clicks"),
                    Column(name="cost", form=Form.NUMBER, low=0),
                    _maybe("currency", Form.CURRENCY),
                ),
                key=("at", "channel", "platform", "media", "message", "region", "audience"),
                days=10 * _YEAR,
            ),
            Kind(
                name="reply",
                summary="What was said to customers elsewhere, for the tone audit.",
                columns=(
                    _AT,
                    _needed("text", Form.SEALED),
                    _AGENT,
                    _TEAM,
                    _REGION,
                    _LANGUAGE,
                    _CHANNEL,
                    _MESSAGE,
                    _INCIDENT,
                    _maybe("subject", Form.PERSON),
                ),
                key=("at", "agent", "team", "channel", "text"),
                days=2 * _YEAR,
            ),
            Kind(
                name="load",
                summary="How many contacts teams had, could take, and left waiting.",
                columns=(
                    _AT,
                    _needed("team", Form.THING),
                    _counted("contacts", needed=True),
                    _counted("capacity"),
                    _counted("waiting"),
                ),
                key=("at", "team"),
                days=10 * _YEAR,
            ),
            Kind(
                name="pulse",
                summary="Answers of employees, whom nobody can join to customers.",
                columns=(
                    _WHO,
                    _AT,
                    _needed("instrument", Form.WORD),
                    _SCORE,
                    _TEAM,
                    _maybe("site", Form.WORD),
                    _maybe("role", Form.WORD),
                    _maybe("topic", Form.WORD),
                    _maybe("comment", Form.SEALED),
                ),
                key=("subject", "at", "instrument", "topic"),
                days=3 * _YEAR,
                people="employee",
            ),
        )
    }
)
