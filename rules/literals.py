"""Values as books write them: S-FEEL literals, ISO 8601, and plain words like `15 minutes`."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from ontology.kinds import Field
from ontology.months import read_months
from ontology.values import Datatype, Value, ValueInvalid, duration_text
from rules.spelled import SPELLED, LiteralInvalid, spelled, spelled_months

_NUMBER: Final = re.compile(r"-?(\d{1,18}(\.\d{1,18})?|\.\d{1,18})", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_COMMA: Final = re.compile(r"-?\d+,\d+", re.ASCII)
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+", re.ASCII)
_PERCENT: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(%|percent)", re.ASCII)
_CALL: Final = re.compile(r'(date and time|date|time|duration)\(\s*"([^"]*)"\s*\)', re.ASCII)
_AT: Final = re.compile(r'@"([^"]*)"', re.ASCII)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U(0[0-9a-fA-F]{5}|10[0-9a-fA-F]{4})|(.))")
_DAY: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
CALLS: Final[Mapping[str, Datatype]] = MappingProxyType(
    {
        "date": Datatype.DATE,
        "time": Datatype.TIME,
        "date and time": Datatype.DATETIME,
        "duration": Datatype.DURATION,
    }
)
_CALLED: Final = MappingProxyType({Datatype.MONTHS: Datatype.DURATION})
_UNIT: Final[Mapping[Datatype, str]] = MappingProxyType(
    {Datatype.DURATION: "minutes", Datatype.MONTHS: "months"}
)
TEXTS: Final = frozenset({Datatype.TOKEN, Datatype.STRING})


def literal(written: str | int | bool, field: Field) -> Value:  # noqa: FBT001 - a YAML scalar
    """The value that a text, a YAML integer or a YAML boolean stands for in a field.

    Nothing is coerced: `"5"` in quotes is no number, `yes` is no boolean.

    Raises:
        LiteralInvalid: it is none, or it does not fit the field.
    """
    value = _read(written.strip(), field) if isinstance(written, str) else written
    if type(value) is int and field.datatype in _UNIT:
        raise LiteralInvalid("a duration needs its unit", f"{value} {_UNIT[field.datatype]}")
    if isinstance(value, float):
        _whole_places(str(written), field)
    try:
        return field.check(value)
    except ValueInvalid as error:
        raise LiteralInvalid(str(error), _near(value, field)) from error


def _read(text: str, field: Field) -> object:
    """What a text says: a call like `date("…")`, a quoted text, or a bare word."""
    call = _CALL.fullmatch(text)
    if call is not None:
        if CALLS[call[1]] is not _CALLED.get(field.datatype, field.datatype):
            raise LiteralInvalid(
                f"{call[1]}(…) stands where {field.name} holds a {field.datatype}"
            )
        return call[2]
    at = _AT.fullmatch(text)
    if at is not None:
        return at[1]
    return _quoted(text, field) if text.startswith('"') else _BARE[field.datatype](text, field)


def _quoted(text: str, field: Field) -> str:
    match = _QUOTED.fullmatch(text)
    if match is None:
        raise LiteralInvalid("a text that begins with a quotation mark must end with one")
    if field.datatype not in TEXTS:
        bare = match[1]
        raise LiteralInvalid(f"is text, but {field.name} holds a {field.datatype}", bare)
    return unescaped(match[1])


def unescaped(text: str) -> str:
    r"""What stands between quotation marks, its escapes read as FEEL has them.

    Raises:
        LiteralInvalid: half a character is escaped.

    >>> unescaped(r"say \"h\u00e9\"")
    'say "hé"'
    """
    read = _ESCAPE.sub(_escaped, text)
    try:
        return read.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise LiteralInvalid("holds half of a character") from error


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code is not None:
        return chr(int(code, 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(found[3], found[3])


def _bare_text(text: str, _field: Field) -> object:
    return text


def _bare_truth(text: str, field: Field) -> object:
    words = {"true": True, "false": False}
    if text in words:
        return words[text]
    likely = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower())
    raise LiteralInvalid(f"{field.name} is true or false", likely or _lower(text, words))


def _bare_number(text: str, field: Field) -> object:
    if field.datatype is Datatype.INTEGER and _WHOLE.fullmatch(text):
        return int(text)
    if field.datatype is Datatype.DECIMAL and _NUMBER.fullmatch(text):
        return float(text)
    percent = _PERCENT.fullmatch(text)
    if percent is not None:
        raise LiteralInvalid("write a share as a number, not as per cent", _share(percent[1]))
    if field.datatype is Datatype.INTEGER and _THOUSANDS.fullmatch(text):
        raise LiteralInvalid("thousands are not set apart", text.replace(",", ""))
    if _COMMA.fullmatch(text):
        raise LiteralInvalid("the decimal sign is a point", text.replace(",", "."))
    what = "whole number" if field.datatype is Datatype.INTEGER else "number"
    raise LiteralInvalid(f"{field.name} holds a {what}")


def _bare_duration(text: str, field: Field) -> object:
    if text.startswith(("P", "-P")):
        return text
    if _WHOLE.fullmatch(text):
        raise LiteralInvalid("a duration needs its unit", f"{text} {_UNIT[field.datatype]}")
    if not SPELLED.fullmatch(text):
        plain = text.rstrip(".")
        near = plain if plain != text and SPELLED.fullmatch(plain) else None
        raise LiteralInvalid(f"{field.name} holds a {field.datatype}", near)
    return spelled(text) if field.datatype is Datatype.DURATION else spelled_months(text)


_BARE: Final[Mapping[Datatype, Callable[[str, Field], object]]] = MappingProxyType(
    {
        Datatype.TOKEN: _bare_text,
        Datatype.STRING: _bare_text,
        Datatype.BOOLEAN: _bare_truth,
        Datatype.INTEGER: _bare_number,
        Datatype.DECIMAL: _bare_number,
        Datatype.DATE: _bare_text,
        Datatype.TIME: _bare_text,
        Datatype.DATETIME: _bare_text,
        Datatype.DURATION: _bare_duration,
        Datatype.MONTHS: _bare_duration,
    }
)


def _whole_places(text: str, field: Field) -> None:
    """Refuse more places than the field keeps: a rounded fact would never lie between them."""
    places = len(text.strip().partition(".")[2].rstrip("0"))
    if places > field.decimals:
        raise LiteralInvalid(f"{field.name} is kept to {field.decimals} places")


def _share(number: str) -> str:
    return f"{float(number) / 100:g}"


def _lower(text: str, known: Mapping[str, object]) -> str | None:
    return text.lower() if text.lower() in known else None


def _near(value: object, field: Field) -> str | None:
    """What was likely meant: an allowed name, an id, a date written the other way round."""
    if field.datatype is Datatype.BOOLEAN and type(value) is int:
        return {0: "false", 1: "true"}.get(value)
    if not isinstance(value, str):
        return None
    if field.refers is not None:
        return _near_id(value, field.refers)
    if field.datatype is Datatype.DATE:
        return turned(value)
    if field.datatype is Datatype.DURATION:
        months = read_months(value)
        return f"P{months.total // 12 * 365 + months.total % 12 * 30}D" if months else None
    return _near_name(value, field) if field.allowed else None


def turned(text: str) -> str | None:
    """The date that a day.month.year or day/month/year stands for, None where it is none.

    >>> turned("1.10.2026")
    '2026-10-01'
    """
    found = _DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found is not None else None


def _near_id(text: str, kind: str) -> str | None:
    """`team/legal` for `legal`; several ids belong in a list."""
    if "," in text:
        return f"[{text}]"
    words = re.findall(r"[a-z0-9]+", text[:80].lower().removeprefix(kind))
    return f"{kind}/{'-'.join(words)}" if words else None


def _near_name(value: str, field: Field) -> str | None:
    """An allowed name like what was written: `PT1H` for `1 hour`, too."""
    if SPELLED.fullmatch(value.strip()):
        with suppress(LiteralInvalid):
            iso = duration_text(spelled(value.strip()))
            return iso if iso in field.allowed else None
    plain = re.sub(r"[\s_]+", "-", value[:80].strip().lower())
    known = {name.lower(): name for name in field.allowed}
    near = get_close_matches(plain, known, n=1)
    return known[near[0]] if near else None
