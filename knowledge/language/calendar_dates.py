"""Dates as English writes them: the readings that words can have."""

import calendar
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

Day: TypeAlias = tuple[int | None, int, int]
"""Year (None where it is not said), month and day."""

WEEKDAYS: Final = tuple(calendar.day_name[one].lower() for one in range(7))
MONTHS: Final = tuple(calendar.month_name[one].lower() for one in range(13))
_SHORT: Final = tuple(calendar.month_abbr[one].lower() for one in range(13))
_ORDINAL: Final = re.compile(r"(?:st|[nr]d|th)")
_YEARS: Final = range(1900, 3000)
_LEAP: Final = 2024
_CENTURY: Final = 2000
_YEAR_DIGITS, _DAY_DIGITS, _FULL = 4, 2, 3


def dates(words: Sequence[str]) -> tuple[tuple[Day, ...], int]:
    """The readings of a date that begins with the first word, and how many words it takes.

    >>> dates(["3", "april", "2026"]), dates(["april", "3", "rd"]), dates(["03/04"])
    ((((2026, 4, 3),), 3), (((None, 4, 3),), 3), (((None, 4, 3), (None, 3, 4)), 1))
    """
    first = words[0] if words else ""
    if "-" in first or "/" in first:
        found = _in_digits(first)
        return found, 1 if found else 0
    if month(first):
        day = _ordinal(words, 1)
        return _with_year(words, month(first), *day) if day else ((), 0)
    day = _ordinal(words, 0)
    if day is None:
        return (), 0
    place = day[1] + (_word(words, day[1]) == "of")
    named = month(_word(words, place))
    return _with_year(words, named, day[0], place + 1) if named else ((), 0)


def month(word: str) -> int:
    """The number of a month by its name or its first three letters; 0 for no month."""
    if word in MONTHS[1:]:
        return MONTHS.index(word)
    return _SHORT.index(word) if word in _SHORT[1:] else 0


def _word(words: Sequence[str], place: int) -> str:
    return words[place] if place < len(words) else ""


def _ordinal(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """A day of a month ("3", "3 rd"), and the place of the word after it."""
    bare = _word(words, place)
    if not bare.isdecimal() or not bare.isascii() or len(bare) > _DAY_DIGITS:
        return None
    return int(bare), place + 1 + (_ORDINAL.fullmatch(_word(words, place + 1)) is not None)


def _with_year(
    words: Sequence[str], named: int, day: int, place: int
) -> tuple[tuple[Day, ...], int]:
    at = place + (_word(words, place) == ",")
    year = _word(words, at)
    if year.isdecimal() and year.isascii() and len(year) == _YEAR_DIGITS:
        found = _valid(((int(year), named, day),))
        return found, at + 1 if found else 0
    found = _valid(((None, named, day),))
    return found, place if found else 0


def _in_digits(word: str) -> tuple[Day, ...]:
    """The readings of a date in digits: 2026-04-03 has one, 03/04 has two."""
    parts = word.replace("/", "-").split("-")
    if not all(one.isdecimal() and one.isascii() and len(one) <= _YEAR_DIGITS for one in parts):
        return ()
    several = [int(one) for one in parts]
    if len(several) == _FULL and len(parts[0]) == _YEAR_DIGITS:
        return _valid(((several[0], several[1], several[2]),))
    if "/" not in word or len(several) not in {_DAY_DIGITS, _FULL}:
        return ()
    year = several[2] if len(several) == _FULL else None
    if year is not None and len(parts[2]) < _YEAR_DIGITS:
        year += _CENTURY
    first, second = several[:2]
    return _valid(tuple(dict.fromkeys(((year, second, first), (year, first, second)))))


def _valid(read: Sequence[Day]) -> tuple[Day, ...]:
    kept = []
    for year, named, day in read:
        try:
            date(_LEAP if year is None else year, named, day)
        except ValueError:
            continue
        if year is None or year in _YEARS:
            kept.append((year, named, day))
    return tuple(kept)
