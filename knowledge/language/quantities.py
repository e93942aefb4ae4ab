"""Numbers with their units in a message: counts, money, percentages, durations, measures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from knowledge.language.sentences import Word
from knowledge.language.units import UNITS

APPROXIMATE: Final = Decimal("0.1")
"""How far "about" reaches to either side, as a share."""

_SYMBOLS: Final = frozenset({"€", "£", "$", "¥"})
_ONES: Final = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS: Final = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
_LARGE: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
}
_LEAST: Final = (("at", "least"), ("no", "fewer", "than"), ("no", "less", "than"))
_MORE: Final = (("more", "than"), ("over",), ("above",))
_MOST: Final = (("at", "most"), ("up", "to"), ("no", "more", "than"), ("as", "many", "as"))
_LESS: Final = (("less", "than"), ("fewer", "than"), ("under",), ("below",))
_ABOUT: Final = tuple(
    (one,)
    for one in ["about", "around", "some", "roughly", "nearly", "almost", "approximately", "circa"]
)
_THOUSANDS: Final = 3
_LARGEST_DIGITS: Final = 15
_HALF: Final = ("and", "a", "half")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number from `low` to `high` (None is open) in `unit`; words `first` to `last` say it."""

    kind: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    about: bool
    first: int
    last: int

    def __str__(self) -> str:
        """As people write it in a label: "at least 3", "about 40", "80 EUR"."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None or self.high is None:
            bound = f"at most {self.high:f}" if self.low is None else f"at least {self.low:f}"
            return f"{bound}{unit}"
        if self.low == self.high:
            return f"{self.low:f}{unit}"
        if self.about:
            return f"about {_shortest((self.low + self.high) / 2)}{unit}"
        return f"{self.low:f} to {self.high:f}{unit}"


def quantities(words: Sequence[Word]) -> tuple[Quantity, ...]:
    """All numbers with their units, from left to right; a time of day or a date is none of them.

    >>> from knowledge.language.sentences import read
    >>> [str(one) for one in quantities(read("At least 3 of 12,000 got €80, 4 % waited").words)]
    ['at least 3', '12000', '80 EUR', '4 %']
    """
    return tuple(_found([one.said for one in words]))


def number(text: str) -> Decimal | None:
    """A number as English writes it: a comma parts thousands, a point parts decimals.

    >>> number("12,000"), number("1.25"), number("18:00"), number("03/04")
    (Decimal('12000'), Decimal('1.25'), None, None)
    """
    if not text[:1].isdecimal() or len(text) > _LARGEST_DIGITS or not text.isascii():
        return None
    whole, point, rest = text.partition(".")
    groups = whole.split(",")
    if not all(one.isdecimal() for one in groups) or (point and not rest.isdecimal()):
        return None
    if any(len(one) != _THOUSANDS for one in groups[1:]):
        return None
    return Decimal("".join(groups) + point + rest)


def _found(said: Sequence[str]) -> Iterator[Quantity]:
    at = 0
    while at < len(said):
        one = _quantity(said, at)
        if one is None:
            at += 1
            continue
        one = _ranged(said, one)
        yield _bounded(said, one)
        at = one.last


def _quantity(said: Sequence[str], at: int) -> Quantity | None:
    value, last = _value(said, at)
    if value is None:
        return _single(said, at)
    if said[last : last + len(_HALF)] == list(_HALF):
        value, last = value + Decimal("0.5"), last + len(_HALF)
    return _united(said, at, last, value)


def _single(said: Sequence[str], at: int) -> Quantity | None:
    """Reads "a day and a half", "half an hour": numbers without a number word."""
    following = said[at + 1] if at + 1 < len(said) else ""
    if said[at] == "half" and following in {"a", "an"} and at + 2 < len(said):
        unit = UNITS.get(said[at + 2])
        return _made(unit, Decimal("0.5"), at, at + 3) if unit else None
    unit = UNITS.get(following)
    if said[at] not in {"a", "an"} or unit is None or unit[0] != "duration":
        return None
    more = said[at + 2 : at + 2 + len(_HALF)] == list(_HALF)
    value = Decimal("1.5") if more else Decimal(1)
    return _made(unit, value, at, at + 2 + (len(_HALF) if more else 0))


def _united(said: Sequence[str], at: int, last: int, value: Decimal) -> Quantity | None:
    before = said[at - 1] if at else ""
    following = said[last] if last < len(said) else ""
    if before in _SYMBOLS:
        if following in {"m", "million"}:
            value, last = value * _LARGE["million"], last + 1
        return _made(UNITS[before], value, at - 1, last)
    if following == "per" and said[last + 1 : last + 2] == ["cent"]:
        return _made(UNITS["%"], value, at, last + 2)
    if following in {"am", "pm", "a.m.", "p.m.", "a.m", "p.m", "o'clock"}:
        return None
    unit = UNITS.get(following)
    return (
        _made(unit, value, at, last + 1) if unit else _made(("number", "", "1"), value, at, last)
    )


def _made(unit: tuple[str, str, str], value: Decimal, first: int, last: int) -> Quantity:
    counted = value * Decimal(unit[2])
    exact = counted.to_integral_value() if counted == counted.to_integral_value() else counted
    kept = counted if unit[0] == "money" else exact
    return Quantity(
        kind=unit[0], unit=unit[1], low=kept, high=kept, about=False, first=first, last=last
    )


def _value(said: Sequence[str], at: int) -> tuple[Decimal | None, int]:
    """The number that begins at a word, and the word after it."""
    value = number(said[at])
    last = at + 1
    if value is not None:
        while last < len(said) and len(said[last]) == _THOUSANDS and said[last].isdecimal():
            if len(said[at]) > _THOUSANDS or last - at > _THOUSANDS:
                break
            value, last = value * 1000 + Decimal(said[last]), last + 1
    else:
        value, last = _spelled(said, at)
    while value is not None and last < len(said) and said[last] in _LARGE:
        value, last = value * _LARGE[said[last]], last + 1
    return value, last


def _spelled(said: Sequence[str], at: int) -> tuple[Decimal | None, int]:
    word = said[at]
    tens, _, ones = word.partition("-")
    if word in _ONES:
        return Decimal(_ONES[word]), at + 1
    if tens in _TENS and (not ones or ones in _ONES):
        return Decimal(_TENS[tens] + _ONES.get(ones, 0)), at + 1
    if word == "a" and at + 1 < len(said) and said[at + 1] in _LARGE:
        return Decimal(_LARGE[said[at + 1]]), at + 2
    return None, at


def _ranged(said: Sequence[str], one: Quantity) -> Quantity:
    """Reads "10 to 15", "between 10 and 15": one number, not two."""
    before = said[one.first - 1] if one.first else ""
    joined = said[one.last] if one.last < len(said) else ""
    if joined not in {"to", "-"} and not (joined == "and" and before == "between"):
        return one
    other = _quantity(said, one.last + 1) if one.last + 1 < len(said) else None
    low, high = one.low, other.high if other else None
    if other is None or low is None or high is None or other.first != one.last + 1 or low > high:
        return one
    if one.unit not in {"", other.unit}:
        return one
    return replace(other, low=low, first=one.first)


def _bounded(said: Sequence[str], one: Quantity) -> Quantity:
    step = Decimal(1 if one.kind == "number" else 0)
    low, high = one.low, one.high
    if low is None or high is None:
        return one
    about = low * (1 - APPROXIMATE), high * (1 + APPROXIMATE)
    for phrases, (least, most) in (
        (_LEAST, (low, None)),
        (_MOST, (None, high)),
        (_MORE, (low + step, None)),
        (_LESS, (None, high - step)),
        (_ABOUT, about),
    ):
        if _before(said, one.first, phrases):
            return replace(one, low=least, high=most, about=phrases is _ABOUT)
    return one


def _before(said: Sequence[str], first: int, phrases: Sequence[tuple[str, ...]]) -> bool:
    return any(tuple(said[max(0, first - len(one)) : first]) == one for one in phrases)


def _shortest(value: Decimal) -> str:
    return f"{value.to_integral_value() if value == value.to_integral_value() else value:f}"
