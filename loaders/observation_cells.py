"""Cells of outside measurements: what a text means in its column, or why it can't be taken."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final

from knowledge.measures.observation_forms import Column, Form
from loaders.journey_map import folded
from loaders.observation_map import ObservationMap
from loaders.source_rows import CellInvalid
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id

LONGEST_KEY: Final = 200
LONGEST_WORD: Final = 80
LONGEST_TEXT: Final = 10_000
_EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_NUMBERS: Final = {
    "plain": re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII),
    "point": re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?", re.ASCII),
    "comma": re.compile(r"[-+]?(\d{1,3}(\.\d{3})+|\d+)?(,\d+)?", re.ASCII),
}
_TRUTH: Final = dict.fromkeys(("yes", "y", "true", "t", "1", "1.0", "x"), True) | dict.fromkeys(
    ("no", "n", "false", "f", "0", "0.0"), False
)
EXAMPLES: Final[Mapping[Form, str]] = {
    Form.PERSON: "1001",
    Form.AGENT: "person/ada",
    Form.CASE: "50001",
    Form.MOMENT: "2026-11-23T09:15:00Z",
    Form.NUMBER: "4.5",
    Form.COUNT: "120",
    Form.FLAG: "yes",
    Form.LANGUAGE: "en",
    Form.CURRENCY: "EUR",
    Form.WORD: "night shift",
    Form.SEALED: "Nobody called me back.",
}
_COMMA: Final = "; where a comma parts decimals or thousands the map says decimal: comma, or point"
KEPT: Final = frozenset({Form.THING, Form.CHOICE, Form.AGENT, Form.LANGUAGE, Form.CURRENCY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What words may mean here.

    `things` has the things that stand, by kind: by id and by name, both folded. `person`, `agent`
    and `case` name people and cases by the source's keys. `latest` is the last moment that can be
    past.
    """

    things: Callable[[str], Mapping[str, ThingId]]
    person: Callable[[str], ThingId]
    agent: Callable[[str], ThingId]
    case: Callable[[str], ThingId]
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What decides what a cell means: the file's map, and what is known here."""

    map: ObservationMap
    known: Known


def value_of(sense: Sense, column: Column, cell: str) -> object:
    """The value of a cell that is not blank.

    Raises:
        CellInvalid: it can't be taken.
    """
    return _FORMS[column.form](sense, column, cell)


def key_of(name: str, cell: str) -> str:
    """What a source calls something.

    Raises:
        CellInvalid: it is too long, or can't be printed.
    """
    if len(cell) > LONGEST_KEY or not cell.isprintable():
        words = f"it is no text of 1 to {LONGEST_KEY} printable characters"
        raise CellInvalid(name, words, cell)
    return cell


def _thing(sense: Sense, column: Column, cell: str) -> object:
    things = sense.known.things(column.kind)
    found = things.get(folded(cell))
    if found is None:
        near = get_close_matches(folded(cell)[:80], things, n=1)
        hint = f"; did you mean {things[near[0]]}?" if near else ""
        words = f"no such {column.kind} stands{hint}; values in the map say what words mean"
        raise CellInvalid(column.name, words, cell)
    return found


def _moment(sense: Sense, column: Column, cell: str) -> object:
    moment = _written(sense, column, cell)
    if moment.utcoffset() is None:
        if sense.map.zone is None:
            words = "it does not say its offset from UTC, and the map names no zone"
            raise CellInvalid(column.name, words, cell)
        moment = moment.replace(tzinfo=sense.map.zone)
    if moment > sense.known.latest:
        words = f"it lies ahead of {sense.known.latest:%Y-%m-%d %H:%M} UTC"
        raise CellInvalid(column.name, words, cell)
    if moment < _EARLIEST:
        raise CellInvalid(column.name, f"it lies before {_EARLIEST:%Y}", cell)
    return moment.astimezone(UTC)


def _written(sense: Sense, column: Column, cell: str) -> datetime:
    for form in (None, *sense.map.dates):
        try:
            if form is None:
                return datetime.fromisoformat(cell)
            return datetime.strptime(cell, form)  # noqa: DTZ007 - the zone comes from the map
        except ValueError:
            continue
    forms = "".join(f", nor written as {form}" for form in sense.map.dates)
    raise CellInvalid(column.name, f"it is no time in ISO 8601{forms}", cell)


def _number(sense: Sense, column: Column, cell: str) -> object:
    text = cell.replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    fits = _NUMBERS[sense.map.decimal].fullmatch(text) and any(map(str.isdigit, text))
    if sense.map.decimal == "comma":
        text = text.replace(".", "").replace(",", ".")
    elif sense.map.decimal == "point":
        text = text.replace(",", "")
    number = float(text) if fits else math.nan
    if not math.isfinite(number):
        hint = "" if sense.map.decimal != "plain" or "," not in cell else _COMMA
        raise CellInvalid(column.name, f"it is no number{hint}", cell)
    if not column.low <= number <= column.high:
        words = f"it is not from {column.low:g} to {column.high:g}"
        raise CellInvalid(column.name, words, cell)
    return number


def _count(sense: Sense, column: Column, cell: str) -> object:
    number = _number(sense, column, cell)
    if not isinstance(number, float) or not number.is_integer():
        raise CellInvalid(column.name, "it is no whole number", cell)
    return int(number)


def _person(sense: Sense, column: Column, cell: str) -> object:
    return sense.known.person(key_of(column.name, cell))


def _agent(sense: Sense, column: Column, cell: str) -> object:
    return _own(cell, "person") or sense.known.agent(key_of(column.name, cell))


def _case(sense: Sense, column: Column, cell: str) -> object:
    return _own(cell, "case") or sense.known.case(key_of(column.name, cell))


def _own(cell: str, kind: str) -> ThingId | None:
    try:
        found = thing_id(cell)
    except IdentityInvalid:
        return None
    return found if kind_of(found) == kind else None


def _choice(_: Sense, column: Column, cell: str) -> object:
    found = folded(cell)
    if found not in column.of:
        raise CellInvalid(column.name, f"it is none of {', '.join(column.of)}", cell)
    return found


def _flag(_: Sense, column: Column, cell: str) -> object:
    found = _TRUTH.get(cell.lower())
    if found is None:
        raise CellInvalid(column.name, "it is neither yes nor no", cell)
    return found


def _language(_: Sense, column: Column, cell: str) -> object:
    primary, *rest = cell.replace("_", "-").split("-")
    found = "-".join([primary.lower(), *rest])
    if not _LANGUAGE.fullmatch(found):
        raise CellInvalid(column.name, "it is no tag of a language", cell)
    return found


def _currency(_: Sense, column: Column, cell: str) -> object:
    if not _CURRENCY.fullmatch(cell.upper()):
        raise CellInvalid(column.name, "it is no code of a currency by ISO 4217", cell)
    return cell.upper()


def _word(_: Sense, column: Column, cell: str) -> object:
    if len(cell) > LONGEST_WORD or not cell.isprintable():
        words = f"it is no text of 1 to {LONGEST_WORD} printable characters"
        raise CellInvalid(column.name, words, cell)
    return cell


def _text(_: Sense, column: Column, cell: str) -> object:
    if len(cell) > LONGEST_TEXT:
        raise CellInvalid(column.name, f"it has more than {LONGEST_TEXT:,} characters", cell)
    try:
        cell.encode()
    except UnicodeEncodeError as error:
        raise CellInvalid(column.name, "it is not Unicode", ascii(cell)) from error
    return cell


_FORMS: Final[Mapping[Form, Callable[[Sense, Column, str], object]]] = {
    Form.PERSON: _person,
    Form.AGENT: _agent,
    Form.CASE: _case,
    Form.THING: _thing,
    Form.MOMENT: _moment,
    Form.NUMBER: _number,
    Form.COUNT: _count,
    Form.CHOICE: _choice,
    Form.FLAG: _flag,
    Form.LANGUAGE: _language,
    Form.CURRENCY: _currency,
    Form.WORD: _word,
    Form.SEALED: _text,
}
