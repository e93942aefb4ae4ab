"""The functions of the expression language: those of FEEL that tables use most."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from types import MappingProxyType
from typing import Any, Final

from ontology.months import Months, later
from rules.expressions import DECIMAL128, LENGTH, MONTHS, Call, Expression, Worth
from rules.unary import TestInvalid

MOST_PLACES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A function of the language: what it takes, what it gives, and how it is written.

    `takes` holds the sorts of each argument; the last one may stand again where `more`, and may
    be left out from the place `least` on.
    """

    name: str
    takes: tuple[tuple[str, ...], ...]
    gives: str | None
    """The sort of what it gives; None: that of its first argument."""
    does: Callable[..., Worth]
    example: str
    least: int | None = None
    more: bool = False
    alike: bool = False
    """Whether all arguments are of one sort."""

    def call(self, arguments: Sequence[tuple[Expression, str]], depth: int) -> tuple[Call, str]:
        """The call of some arguments.

        Raises:
            TestInvalid: there are too many or too few, or one is of another sort.
        """
        del depth
        least = len(self.takes) if self.least is None else self.least
        if len(arguments) < least or (len(arguments) > len(self.takes) and not self.more):
            raise TestInvalid(self.name, f"takes other arguments: {self.example}", self.example)
        for at, (_, sort) in enumerate(arguments):
            fits = self.takes[min(at, len(self.takes) - 1)]
            if sort not in {*fits, "null"}:
                reason = f"takes a {' or a '.join(fits)} where a {sort} stands"
                raise TestInvalid(self.name, reason, self.example)
        sorts = {sort for _, sort in arguments} - {"null"}
        if self.alike and len(sorts) > 1:
            reason = f"takes arguments of one sort, not a {' and a '.join(sorted(sorts))}"
            raise TestInvalid(self.name, reason, self.example)
        gives = self.gives or arguments[0][1]
        return Call(self.name, self._null_safe(), tuple(one for one, _ in arguments)), gives

    def _null_safe(self) -> Callable[..., Worth]:
        return _NULL_SAFE[self.name]


def _of_values(does: Callable[..., Worth]) -> Callable[..., Worth]:
    """The same function, null where an argument is."""

    def safe(*values: Worth) -> Worth:
        return None if None in values else does(*values)

    return safe


def _rounded(mode: str) -> Callable[..., Worth]:
    def rounded(number: Decimal, places: Decimal = Decimal(0)) -> Worth:
        whole = int(places)
        if whole != places or abs(whole) > MOST_PLACES:
            return None
        return number.quantize(Decimal(1).scaleb(-whole), mode, DECIMAL128)

    return rounded


def _modulo(number: Decimal, by: Decimal) -> Worth:
    """What is left, with the sign of the divisor: `number - by * floor(number / by)`."""
    left = DECIMAL128.remainder(number, by)
    return left + by if left and (left < 0) is not (by < 0) else left


def _total(*numbers: Decimal) -> Worth:
    total = Decimal(0)
    for number in numbers:
        total = DECIMAL128.add(total, number)
    return total


def _mean(*numbers: Decimal) -> Worth:
    total: Any = _total(*numbers)
    return DECIMAL128.divide(total, Decimal(len(numbers)))


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> Worth:
    """Counted from 1, from the end where `start` is negative."""
    first, most = int(start), len(text) if length is None else int(length)
    if not first or most < 1:
        return None
    begin = first - 1 if first > 0 else max(len(text) + first, 0)
    return text[begin : begin + most]


def _months_between(one: date, other: date) -> Worth:
    """The whole months from one day to another."""
    total = (other.year - one.year) * 12 + other.month - one.month
    if total > 0 and later(one, Months(total)) > other:
        total -= 1
    if total < 0 and later(one, Months(total)) < other:
        total += 1
    return Months(total)


_NUMBER: Final = ("number",)
_TEXT: Final = ("string",)
_ORDERED: Final = ("number", "string", "date", "time", "date and time", LENGTH, MONTHS)
_DAY: Final = ("date", "date and time")
_ALL: Final = (
    BuiltIn(
        name="not",
        takes=(("boolean",),),
        gives="boolean",
        does=lambda truth: not truth,
        example="not(fare = 20)",
    ),
    BuiltIn(
        name="abs",
        takes=(("number", LENGTH, MONTHS),),
        gives=None,
        does=lambda one: Months(abs(one.total)) if isinstance(one, Months) else abs(one),
        example="abs(fare)",
    ),
    BuiltIn(
        name="floor",
        takes=(_NUMBER, _NUMBER),
        least=1,
        gives="number",
        does=_rounded(ROUND_FLOOR),
        example="floor(fare)",
    ),
    BuiltIn(
        name="ceiling",
        takes=(_NUMBER, _NUMBER),
        least=1,
        gives="number",
        does=_rounded(ROUND_CEILING),
        example="ceiling(fare)",
    ),
    BuiltIn(
        name="decimal",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_rounded(ROUND_HALF_EVEN),
        example="decimal(fare, 2)",
    ),
    BuiltIn(
        name="round up",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_rounded(ROUND_UP),
        example="round up(fare, 2)",
    ),
    BuiltIn(
        name="round down",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_rounded(ROUND_DOWN),
        example="round down(fare, 2)",
    ),
    BuiltIn(
        name="round half up",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_rounded(ROUND_HALF_UP),
        example="round half up(fare, 2)",
    ),
    BuiltIn(
        name="round half down",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_rounded(ROUND_HALF_DOWN),
        example="round half down(fare, 2)",
    ),
    BuiltIn(
        name="modulo",
        takes=(_NUMBER, _NUMBER),
        gives="number",
        does=_modulo,
        example="modulo(fare, 7)",
    ),
    BuiltIn(
        name="sqrt",
        takes=(_NUMBER,),
        gives="number",
        does=lambda number: number.sqrt(DECIMAL128),
        example="sqrt(fare)",
    ),
    BuiltIn(
        name="min",
        takes=(_ORDERED,),
        gives=None,
        does=lambda *values: min(values),
        example="min(fare, 20)",
        more=True,
        alike=True,
    ),
    BuiltIn(
        name="max",
        takes=(_ORDERED,),
        gives=None,
        does=lambda *values: max(values),
        example="max(fare, 20)",
        more=True,
        alike=True,
    ),
    BuiltIn(
        name="sum",
        takes=(_NUMBER,),
        gives="number",
        does=_total,
        example="sum(fare, 20)",
        more=True,
    ),
    BuiltIn(
        name="mean",
        takes=(_NUMBER,),
        gives="number",
        does=_mean,
        example="mean(fare, 20)",
        more=True,
    ),
    BuiltIn(
        name="string length",
        takes=(_TEXT,),
        gives="number",
        does=lambda text: Decimal(len(text)),
        example='string length("warm")',
    ),
    BuiltIn(
        name="upper case",
        takes=(_TEXT,),
        gives="string",
        does=str.upper,
        example='upper case("warm")',
    ),
    BuiltIn(
        name="lower case",
        takes=(_TEXT,),
        gives="string",
        does=str.lower,
        example='lower case("Warm")',
    ),
    BuiltIn(
        name="substring",
        takes=(_TEXT, _NUMBER, _NUMBER),
        least=2,
        gives="string",
        does=_substring,
        example='substring("warmth", 1, 4)',
    ),
    BuiltIn(
        name="contains",
        takes=(_TEXT, _TEXT),
        gives="boolean",
        does=lambda text, part: part in text,
        example='contains("warmth", "arm")',
    ),
    BuiltIn(
        name="starts with",
        takes=(_TEXT, _TEXT),
        gives="boolean",
        does=str.startswith,
        example='starts with("warmth", "war")',
    ),
    BuiltIn(
        name="ends with",
        takes=(_TEXT, _TEXT),
        gives="boolean",
        does=str.endswith,
        example='ends with("warmth", "th")',
    ),
    BuiltIn(
        name="date",
        takes=(_DAY,),
        gives="date",
        does=lambda day: day.date() if isinstance(day, datetime) else day,
        example='date(date and time("2026-03-01T12:00:00Z"))',
    ),
    BuiltIn(
        name="years and months duration",
        takes=(_DAY, _DAY),
        gives=MONTHS,
        does=_months_between,
        alike=True,
        example='years and months duration(date("2024-01-31"), date("2026-03-01"))',
    ),
)
BUILT_IN: Final[Mapping[str, BuiltIn]] = MappingProxyType({one.name: one for one in _ALL})
_NULL_SAFE: Final = MappingProxyType({one.name: _of_values(one.does) for one in _ALL})
