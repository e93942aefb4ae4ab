"""Values of facts: their types, their one written form, and how each is read back."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from ontology.months import Months, read_months, within

Value: TypeAlias = str | int | float | bool | date | time | datetime | timedelta | Months

LONGEST_TEXT: Final = 200
LARGEST_INTEGER: Final = 2**53 - 1
LARGEST_DECIMAL: Final = 1e12


class Datatype(StrEnum):
    """What a field of a fact holds; a token is one name out of a closed list."""

    TOKEN = "token"  # noqa: S105 - a kind of value, no secret
    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    MONTHS = "years-and-months duration"


VALID: Final[Mapping[Datatype, str]] = MappingProxyType(
    {
        Datatype.TOKEN: "one of the listed names",
        Datatype.STRING: f"one line of 1 to {LONGEST_TEXT} characters",
        Datatype.BOOLEAN: "true or false",
        Datatype.INTEGER: "a whole number within ±(2^53 - 1)",
        Datatype.DECIMAL: "a finite number within ±1e12",
        Datatype.DATE: "a date like 2026-11-22",
        Datatype.TIME: "a time of day like 08:30:00, without offset",
        Datatype.DATETIME: "a date and time with offset like 2026-11-22T08:30:00+00:00",
        Datatype.DURATION: "a duration in days and time like PT15M or P1DT2H",
        Datatype.MONTHS: "a duration in years and months like P1Y6M or P2M",
    }
)

_DURATION: Final = re.compile(
    r"(-)?P(?=[\dT])(?:(\d{1,7})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,6}))?S)?)?",
    re.ASCII,
)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class ValueInvalid(ValueError):
    """A value does not fit its datatype; the message quotes it and shows a valid form."""


def quote(value: object) -> str:
    """The repr of a value, cut to 80 characters, for error messages.

    >>> quote("x")
    "'x'"
    """
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - as documented


def duration_text(value: timedelta) -> str:
    """The canonical ISO 8601 form: days, hours, minutes and seconds, none of them zero.

    >>> duration_text(timedelta(hours=26, minutes=5))
    'P1DT2H5M'
    """
    micros = value // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(micros), 1_000_000)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    last = f"{rest}.{fraction:06d}".rstrip("0") + "S" if fraction else f"{rest}S" * bool(rest)
    clock = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + last
    body = f"{days}D" * bool(days) + ("T" + clock if clock else "")
    return ("-" if micros < 0 else "") + "P" + (body or "T0S")


def parse_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration of days and time; years and months have no fixed length.

    Raises:
        ValueInvalid: it is none.

    >>> parse_duration("PT15M")
    datetime.timedelta(seconds=900)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise _invalid(text, Datatype.DURATION)
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        value = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "").ljust(6, "0")),
        )
    except OverflowError as error:
        raise _invalid(text, Datatype.DURATION) from error
    return -value if sign else value


def encode(value: Value) -> str | int | float | bool:
    """The JSON form of a value; dates, times and durations are ISO 8601 texts.

    >>> encode(timedelta(minutes=15))
    'PT15M'
    """
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Months):
        return str(value)
    return value


def conform(value: object, datatype: Datatype) -> Value:
    """Check a typed value, or read the JSON form of a date, time or duration.

    A decimal comes back as a float, a date with time in UTC. Nothing is coerced between text,
    number and truth: `"5"`, `5` and `True` stay apart.

    Raises:
        ValueInvalid: the value is not of this datatype, is not finite, or is out of bounds.

    >>> conform(3, Datatype.DECIMAL)
    3.0
    """
    try:
        read = _READERS[datatype](value)
    except (ValueError, OverflowError) as error:
        raise _invalid(value, datatype) from error
    if read is None:
        raise _invalid(value, datatype)
    return read


def _invalid(value: object, datatype: Datatype) -> ValueInvalid:
    return ValueInvalid(f"{quote(value)} is not {VALID[datatype]}")


def _text(value: object) -> Value | None:
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()
    return value if fits and isinstance(value, str) else None


def _boolean(value: object) -> Value | None:
    return value if isinstance(value, bool) else None


def _integer(value: object) -> Value | None:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_INTEGER:
        return None
    return value


def _decimal(value: object) -> Value | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if math.isfinite(number) and abs(number) <= LARGEST_DECIMAL else None


def _date(value: object) -> Value | None:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _time(value: object) -> Value | None:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return time.fromisoformat(value)
    return value if isinstance(value, time) and value.tzinfo is None else None


def _datetime(value: object) -> Value | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        return None
    return moment.astimezone(UTC)


def _duration(value: object) -> Value | None:
    if isinstance(value, str):
        return parse_duration(value)
    return value if isinstance(value, timedelta) else None


def _months(value: object) -> Value | None:
    if isinstance(value, str):
        return read_months(value)
    return within(value) if isinstance(value, Months) else None


_READERS: Final[Mapping[Datatype, Callable[[object], Value | None]]] = MappingProxyType(
    {
        Datatype.TOKEN: _text,
        Datatype.STRING: _text,
        Datatype.BOOLEAN: _boolean,
        Datatype.INTEGER: _integer,
        Datatype.DECIMAL: _decimal,
        Datatype.DATE: _date,
        Datatype.TIME: _time,
        Datatype.DATETIME: _datetime,
        Datatype.DURATION: _duration,
        Datatype.MONTHS: _months,
    }
)
