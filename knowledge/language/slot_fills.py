"""What may stand in a slot of an approved text: a number, a date, a time, a place, a name."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from knowledge.language.kept_words import KEPT, Kept
from knowledge.language.wording_tokens import Token

LONGEST: Final = 6
"""The most words that a slot takes."""
_LONGEST_NUMBER: Final = 3
_LONGEST_NAME: Final = 5

_NUMBER: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_DAY: Final = re.compile(r"(?:[0-2]?\d|3[01])")
_YEAR: Final = re.compile(r"(?:19|20|21)\d\d")
_ISO: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}/\d{1,2}")
_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-3])[:.][0-5]\d")
_HOUR: Final = re.compile(r"[01]?\d|2[0-4]")
_MINUTES: Final = re.compile(r"[0-5]\d")
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th", "er"})
_ZONES: Final = frozenset({"utc", "gmt", "cet", "cest", "est", "edt", "pst", "pdt", "bst"})
_LINKS: Final = frozenset[str]().union(*(one.links for one in KEPT.values()))
_ALONE: Final = frozenset({"noon", "midday", "midnight", "midi", "minuit", "mittag"}) | {
    "mitternacht",
    "mediodía",
    "medianoche",
}


def fills(type_: str, words: Sequence[Token], kept: Kept) -> bool:
    """Whether words may stand in a slot of a type.

    >>> from knowledge.language.kept_words import KEPT
    >>> from knowledge.language.wording_tokens import tokens
    >>> fills("time", tokens("6 p.m."), KEPT["en"]), fills("number", tokens("many"), KEPT["en"])
    (True, False)
    """
    return 0 < len(words) <= LONGEST and TYPES[type_](words, kept)


def _number(words: Sequence[Token], kept: Kept) -> bool:
    return len(words) <= _LONGEST_NUMBER and all(
        _NUMBER.fullmatch(one.folded) or one.folded in kept.numbers for one in words
    )


def _date(words: Sequence[Token], kept: Kept) -> bool:
    folded = [one.folded for one in words]
    if any(_ISO.fullmatch(one) for one in folded):
        return len(folded) == 1
    known = kept.days | kept.links | _ORDINALS
    return any(one in kept.days for one in folded) and all(
        one in known or _DAY.fullmatch(one) or _YEAR.fullmatch(one) for one in folded
    )


def _time(words: Sequence[Token], kept: Kept) -> bool:
    folded = [one.folded for one in words]
    while len(folded) > 1 and folded[-1] in _ZONES:
        folded.pop()
    if len(folded) == 1:
        return folded[0] in _ALONE or _CLOCK.fullmatch(folded[0]) is not None
    first, sign, *more = folded
    if sign not in kept.clock - _ALONE:
        return False
    hour = _HOUR.fullmatch(first) or _CLOCK.fullmatch(first)
    return hour is not None and (
        not more or (len(more) == 1 and bool(_MINUTES.fullmatch(more[0])))
    )


def _name(words: Sequence[Token], kept: Kept) -> bool:
    if len(words) > _LONGEST_NAME or any(one.folded in kept.negations for one in words):
        return False
    capital = [one.written[0].isupper() for one in words]
    inner = all(up or one.folded in _LINKS for up, one in zip(capital, words, strict=True))
    return capital[0] and capital[-1] and inner


def _place(words: Sequence[Token], kept: Kept) -> bool:
    numbered = len(words) > 1 and words[-1].folded.isdecimal()
    return _name(words[:-1] if numbered else words, kept)


TYPES: Final[Mapping[str, Callable[[Sequence[Token], Kept], bool]]] = MappingProxyType(
    {"number": _number, "date": _date, "time": _time, "place": _place, "name": _name}
)
"""The types of slots, each with what its words have to be."""
