"""Durations in words, like `1 hour and 30 minutes` and `2 years, 6 months`."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from ontology.months import Months
from ontology.values import quote

SPELLED: Final = re.compile(
    r"\d{1,9}(?:\.\d{1,6})?\s*[a-z]+(?:\s*(?:,|and)?\s*\d{1,9}(?:\.\d{1,6})?\s*[a-z]+)*", re.ASCII
)
UNITS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(("s", "sec", "second", "seconds"), 1)
    | dict.fromkeys(("min", "mins", "minute", "minutes"), 60)
    | dict.fromkeys(("h", "hour", "hours"), 3_600)
    | dict.fromkeys(("d", "day", "days"), 86_400)
    | dict.fromkeys(("week", "weeks"), 604_800)
)
"""Units of days-and-time durations, in seconds."""
MONTH_UNITS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(("month", "months"), 1) | dict.fromkeys(("year", "years"), 12)
)
"""Units of years-and-months durations, in months."""
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)", re.ASCII)
_UNSURE: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    dict.fromkeys(("m", "m."), ("minutes", 1))
    | dict.fromkeys(("month", "months"), ("days", 30))
    | dict.fromkeys(("year", "years"), ("days", 365))
)


class LiteralInvalid(ValueError):
    """A text is no value of its field; `nearest` is a likely meant one or None."""

    def __init__(self, reason: str, nearest: str | None = None) -> None:
        """Keep the words and the likely meant text."""
        self.nearest = nearest
        super().__init__(reason)


def spelled(text: str) -> timedelta:
    """A duration in days and time, in words.

    Raises:
        LiteralInvalid: a unit is none, or has no fixed length.

    >>> spelled("1 hour and 30 minutes")
    datetime.timedelta(seconds=5400)
    """
    total = timedelta()
    for number, unit in _PART.findall(text):
        if unit in _UNSURE:
            name, factor = _UNSURE[unit]
            cure = f"{int(float(number) * factor)} {name}"
            raise LiteralInvalid(f"{quote(unit)} has no fixed length here", cure)
        if unit not in UNITS:
            raise _strange(unit, UNITS)
        total += timedelta(seconds=UNITS[unit]) * float(number)
    return total


def spelled_months(text: str) -> Months:
    """A duration in years and months, in words.

    Raises:
        LiteralInvalid: a unit is none, is one of days or time, or the months are not whole.

    >>> spelled_months("1 year and 6 months"), spelled_months("1.5 years")
    (Months(total=18), Months(total=18))
    """
    total = Decimal()
    for number, unit in _PART.findall(text):
        if unit in UNITS:
            raise LiteralInvalid(f"years and months can not be told in {unit}")
        if unit not in MONTH_UNITS:
            raise _strange(unit, MONTH_UNITS)
        total += MONTH_UNITS[unit] * Decimal(number)
    if total != total.to_integral_value():
        raise LiteralInvalid("months are whole", f"{round(total)} months")
    return Months(int(total))


def _strange(unit: str, known: Mapping[str, int]) -> LiteralInvalid:
    near = get_close_matches(unit, known, n=1)
    return LiteralInvalid(f"{quote(unit)} is no unit of time", near[0] if near else None)
