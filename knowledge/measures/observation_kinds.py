"""The kinds of outside measurements: their columns, what names a row, how long it stays."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from knowledge.measures.observation_forms import Column, Form, Kind

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
