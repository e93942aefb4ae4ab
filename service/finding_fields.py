"""The fields that findings ask: of signals, of windows, of decisions; each typed as in books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from ontology.facts import catalogue
from ontology.kinds import Field
from ontology.values import Datatype
from rules.diagnostics import near
from rules.sfeel import Test
from rules.unary import TestInvalid, parse

SOURCES: Final = ("signals", "windows", "decisions")

PERSONAL: Final = frozenset({"customer"})
"""Kinds of facts, and what requests name, that tell of a person."""

ARROW: Final = MappingProxyType(
    {
        Datatype.TOKEN: pa.string(),
        Datatype.STRING: pa.string(),
        Datatype.BOOLEAN: pa.bool_(),
        Datatype.INTEGER: pa.int64(),
        Datatype.DECIMAL: pa.float64(),
        Datatype.DATE: pa.date32(),
        Datatype.TIME: pa.time64("us"),
        Datatype.DATETIME: pa.timestamp("us", tz="UTC"),
        Datatype.DURATION: pa.int64(),
        Datatype.MONTHS: pa.int64(),
    }
)
"""How values of a datatype lie in columns; durations are microseconds, months their number."""


class QueryInvalid(ValueError):
    """A part of a query that can't be: where it stands, what it says, and a right one."""

    def __init__(self, where: str, detail: str, value: str, example: str) -> None:
        """Keep the parts."""
        super().__init__(f"{value[:80]!r}: {detail}; for example {example}")
        self.where, self.detail, self.value, self.example = where, detail, value[:80], example


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field that may be asked.

    `many` where a row may have several values; `kind` where it is a field of a kind of fact of
    which a row may have several; `sealed` where it lies encrypted, and is for few. `wide` ones
    have too many values to be counted one by one.
    """

    name: str
    field: Field
    kind: str | None = None
    many: bool = False
    sealed: bool = False
    personal: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One test of one field; `written` is what the user wrote."""

    column: Column
    test: Test
    written: str


def columns(source: str) -> Mapping[str, Column]:
    """Every field of a source, in the order in which they are shown."""
    return _COLUMNS[source]


def column(source: str, name: str, where: str) -> Column:
    """A field by its name.

    Raises:
        QueryInvalid: the source has none of that name.
    """
    known = columns(source)
    if name in known:
        return known[name]
    meant = near(name, known)
    hint = f"; did you mean {meant}?" if meant else ""
    raise QueryInvalid(where, f"is no field of {source}{hint}", name, next(iter(known)))


def asked(source: str, where: Iterable[tuple[str, str]]) -> tuple[Asked, ...]:
    """Field by field what a filter asks.

    Raises:
        QueryInvalid: with the part that is wrong.
    """
    return tuple(_asked(source, name, written) for name, written in where)


def _asked(source: str, name: str, written: str) -> Asked:
    found = column(source, name, f"/where/{name}")
    try:
        return Asked(column=found, test=parse(written, found.field), written=written)
    except TestInvalid as error:
        meant = error.nearest or found.field.example
        raise QueryInvalid(f"/where/{name}", error.reason, error.offending, meant) from error


def _own(name: str, datatype: Datatype, example: str, comment: str, **more: str) -> Field:
    return Field(
        name=name, datatype=datatype, decimals=3, label=name, comment=comment,
        example=example, refers=more.get("refers"), unit=more.get("unit"),
    )  # fmt: skip


def _of_kind(kind: str, *names: str) -> Iterable[Column]:
    fields = catalogue().kinds[kind].fields
    for name in names or fields:
        yield Column(name=name, field=fields[name])


def _token(kind: str, field: str, name: str) -> Field:
    return replace(catalogue().kinds[kind].fields[field], name=name)


def _signals() -> Iterable[Column]:
    text = Datatype.STRING
    yield from _of_kind("signal", "platform", "region", "language", "judged", "sentiment")
    yield from _of_kind("signal", "frustration", "urgency", "betrayal", "irony", "reach")
    yield from _of_kind("signal", "is_share")
    feed = _own("feed", text, "feed/listening", "The feed that brought it.", refers="feed")
    topic = _own("topics", text, "brakes", "Its topics, lower case; any of them may answer.")
    fence = _own("fences", text, "geofence/spuyten-duyvil", "Where it lies.", refers="geofence")
    yield Column(name="feed", field=feed)
    yield Column(name="topics", field=topic, many=True)
    yield Column(name="fences", field=fence, many=True)
    derived = "The region that its words tell of, where nothing states one."
    region = _own("derived_region", text, "region/us-ny", derived, refers="region")
    yield Column(name="derived_region", field=region)
    for name, words in (
        ("derived_confidence", "How probable it is that its words mean that region."),
        ("screened", "How probable a first look takes it that the models find something."),
        ("negative", "Probability that it is negative."),
    ):
        yield Column(name=name, field=_own(name, Datatype.DECIMAL, "0.8", words), wide=True)
    received = "When it was received; when it was posted is asked by since and until."
    moment = _own("received_at", Datatype.DATETIME, "2026-11-22T08:30:00+00:00", received)
    yield Column(name="received_at", field=moment, wide=True)
    said = _own("text", text, "matches refund", "Its words, while they are kept.")
    writer = _own("author", text, "author/5f1c9a", "A keyed hash of who wrote it.")
    yield Column(name="text", field=said, sealed=True, personal=True, wide=True)
    yield Column(name="author", field=writer, sealed=True, personal=True, wide=True)


def _windows() -> Iterable[Column]:
    incident = catalogue().kinds["incident"].fields["id"]
    yield Column(name="incident", field=replace(incident, name="incident"))
    yield from (one for one in _of_kind("spread") if one.name != "incident")
    blind = "A feed had fallen silent, or posts were lost: falling volume says nothing."
    yield Column(name="blind", field=_own("blind", Datatype.BOOLEAN, "false", blind))


def _decisions() -> Iterable[Column]:
    text, several = Datatype.STRING, "; any of several may answer."
    yield Column(name="tier", field=_token("escalation", "tier", "tier"))
    yield Column(name="cluster", field=_token("classification", "cluster", "cluster"))
    yield Column(name="threat", field=_token("threat", "level", "threat"))
    verdict = replace(
        _own("verdict", Datatype.TOKEN, "wait", "What the message asked about may do."),
        allowed=("nothing-asked", "go", "wait", "stop"),
    )
    yield Column(name="verdict", field=verdict)
    within = _token("escalation", "within", "within")
    yield Column(name="within", field=within, wide=True)
    yield Column(name="team", field=_own("team", text, "team/legal", "Who answers first."))
    for name, example, words in (
        ("rules", "surge", "The rules that fired and determined it"),
        ("outranked", "surge", "The rules that fired without a trace in the outcome"),
        ("set_aside", "surge", "The rules that fired while they were snoozed"),
        ("detections", "negative-surge", "What was detected"),
        ("requirements", "legal-approval", "What had to be done first"),
        ("prohibitions", "denial", "What was forbidden"),
        ("notifications", "team/legal", "Who was told"),
        ("responses", "apologise", "The strategies that fitted"),
        ("cautions", "stalled", "Why it was more careful than the rules alone"),
    ):
        yield Column(name=name, field=_own(name, text, example, words + several), many=True)
    for kind in ("incident", "touchpoint", "platform", "region", "geofence", "customer"):
        words = f"The {kind} that the request named, or that followed from it."
        thing = _own(kind, text, f"{kind}/x", words, refers=kind)
        secret = kind in PERSONAL
        yield Column(name=kind, field=thing, personal=secret, wide=secret)
    digest = _own("policy", text, "0" * 64, "The digest of the policy that decided.")
    yield Column(name="policy", field=digest)
    for kind, shape in catalogue().kinds.items():
        if shape.stratum is None:
            for name, field in shape.fields.items():
                yield Column(
                    name=f"{kind}.{name}", field=field, kind=kind, personal=kind in PERSONAL
                )


def _named(found: Iterable[Column]) -> Mapping[str, Column]:
    return MappingProxyType({one.name: one for one in found})


_COLUMNS: Final = MappingProxyType(
    {
        "signals": _named(_signals()),
        "windows": _named(_windows()),
        "decisions": _named(_decisions()),
    }
)
