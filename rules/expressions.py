"""Literal S-FEEL expressions: a typed tree of names, values, arithmetic and comparisons.

Numbers are decimals of 34 digits, as DMN has them, so `0.1 + 0.2` is `0.3`. What has no answer
is null: a null or a missing operand, a division by zero, a date beyond the calendar. Only `=` and
`!=` tell a null from a value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

from ontology.months import Months, later
from ontology.values import Value
from rules.sfeel import COMPARES, Input, Missing, Operator

Sign: TypeAlias = Literal["+", "-", "*", "/", "**"]
Worth: TypeAlias = Decimal | str | bool | date | time | datetime | timedelta | Months | None

DECIMAL128: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
LENGTH: Final = "days and time duration"
MONTHS: Final = "years and months duration"
_DAY: Final = timedelta(days=1)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value as written; numbers are decimals."""

    value: Worth


@dataclass(frozen=True, slots=True)
class Name:
    """What the input of that name holds."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`."""

    of: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`x + y`; the same sign joins numbers, durations, dates and, for `+`, texts."""

    sign: Sign
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`x < y`: true, false, or null where one side is."""

    operator: Operator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Joined:
    """`x and y`, `x or y`: null where what is known does not decide it."""

    sign: Literal["and", "or"]
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, applied; null where it has no answer."""

    name: str
    of: Callable[..., "Worth"]
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """An expression with parameters, for which arguments stand; `size` is that of its body."""

    name: str
    parameters: tuple[str, ...]
    arguments: tuple["Expression", ...]
    body: "Expression"
    size: "Size"


@dataclass(frozen=True, slots=True)
class Size:
    """How many steps an expression takes, and how deep they lie in each other."""

    steps: int
    depth: int


Expression: TypeAlias = (
    Constant | Name | Negative | Arithmetic | Comparison | Joined | Call | Applied
)

EXPRESSIONS: Final = (
    Constant,
    Name,
    Negative,
    Arithmetic,
    Comparison,
    Joined,
    Call,
    Applied,
)
"""The same for `isinstance`."""


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that stand directly in one: operands and arguments."""
    match expression:
        case Negative():
            return (expression.of,)
        case Arithmetic() | Comparison() | Joined():
            return (expression.left, expression.right)
        case Call() | Applied():
            return expression.arguments
        case _:
            return ()


def size_of(expression: Expression) -> Size:
    """The size of an expression, that of what it applies included."""
    steps, depth = 0, 0
    waiting = [(expression, 1)]
    while waiting:
        one, level = waiting.pop()
        inner = one.size if isinstance(one, Applied) else Size(0, 0)
        steps, depth = steps + 1 + inner.steps, max(depth, level + inner.depth)
        waiting += [(part, level + 1) for part in parts(one)]
    return Size(steps, depth)


def names_in(expression: Expression) -> frozenset[str]:
    """The names of the inputs that an expression asks."""
    found, waiting = set(), [expression]
    while waiting:
        one = waiting.pop()
        waiting += parts(one)
        if isinstance(one, Name):
            found.add(one.name)
    return frozenset(found)


def worth(expression: Expression, given: Mapping[str, Input]) -> Worth:
    """The value of an expression; `given` holds inputs by name, none of them is also null.

    >>> worth(Arithmetic("/", Constant(Decimal(1)), Name("n")), {"n": 8})
    Decimal('0.125')
    """
    return _WORTH[type(expression)](expression, given)


def exact(value: Value | Decimal | None) -> Worth:
    """A value as expressions reckon with it: a number as the decimal that it is written as."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    return value


def plain(value: Worth) -> Value | None:
    """A value as facts and JSON hold it: a decimal as a whole number or a float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _name(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401 - a Name
    value = given.get(expression.name)
    return None if isinstance(value, Missing) else exact(value)


def _negative(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401 - a Negative
    value = worth(expression.of, given)
    return -value if isinstance(value, Decimal | timedelta | Months) else None


def _arithmetic(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401
    left, right = worth(expression.left, given), worth(expression.right, given)
    found = _RECKONED.get((expression.sign, sort_of(left), sort_of(right)))
    if found is None:
        return None
    try:
        value = found[1](left, right)
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def _comparison(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401
    left, right = worth(expression.left, given), worth(expression.right, given)
    if expression.operator in {"=", "!="}:
        alike = sort_of(left) == sort_of(right) and left == right
        return alike is (expression.operator == "=")
    if left is None or right is None or sort_of(left) != sort_of(right):
        return None
    return COMPARES[expression.operator](left, right)


def _joined(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401 - a Joined
    settles = expression.sign == "or"
    left = worth(expression.left, given)
    if left is settles:
        return settles
    right = worth(expression.right, given)
    if right is settles:
        return settles
    return None if left is None or right is None else not settles


def _called(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401 - a Call
    values = [worth(one, given) for one in expression.arguments]
    try:
        return cast("Worth", expression.of(*values))
    except (ArithmeticError, ValueError):
        return None


def _applied(expression: Any, given: Mapping[str, Input]) -> Worth:  # noqa: ANN401 - an Applied
    values: list[Any] = [worth(one, given) for one in expression.arguments]
    return worth(expression.body, dict(zip(expression.parameters, values, strict=True)))


def sort_of(value: Worth) -> str:
    """Which sort of value it is, by DMN's names; empty for null."""
    return _SORTS.get(type(value), "")


def _wrapped(moment: time, by: timedelta) -> time:
    """A time of day some time later, past midnight if need be."""
    start = datetime.combine(date(2000, 1, 2), moment, UTC)
    return (start + by % _DAY).timetz().replace(tzinfo=None)


def _between(later: time, earlier: time) -> timedelta:
    day = date(2000, 1, 1)
    return datetime.combine(day, later, UTC) - datetime.combine(day, earlier, UTC)


def _times(duration: timedelta, number: Decimal) -> timedelta:
    micros = DECIMAL128.multiply(Decimal(duration // _MICROSECOND), number)
    return timedelta(microseconds=int(micros.to_integral_value(ROUND_HALF_EVEN)))


def _share(duration: timedelta, number: Decimal) -> timedelta:
    micros = DECIMAL128.divide(Decimal(duration // _MICROSECOND), number)
    return timedelta(microseconds=int(micros.to_integral_value(ROUND_HALF_EVEN)))


def _ratio(one: timedelta, other: timedelta) -> Decimal:
    return DECIMAL128.divide(Decimal(one // _MICROSECOND), Decimal(other // _MICROSECOND))


def _months(total: Decimal) -> Months:
    """The whole months next to a number of them, the even ones where two are as near."""
    return Months(int(total.to_integral_value(ROUND_HALF_EVEN)))


_SORTS: Final[Mapping[type, str]] = MappingProxyType(
    {
        Decimal: "number",
        str: "string",
        bool: "boolean",
        date: "date",
        time: "time",
        datetime: "date and time",
        timedelta: LENGTH,
        Months: MONTHS,
    }
)
_Reckon: TypeAlias = Callable[[Any, Any], Worth]
_DAYS: Final = ("date", "date and time")
_RECKONED: Final[Mapping[tuple[str, str, str], tuple[str, _Reckon]]] = MappingProxyType(
    {
        ("+", "number", "number"): ("number", DECIMAL128.add),
        ("-", "number", "number"): ("number", DECIMAL128.subtract),
        ("*", "number", "number"): ("number", DECIMAL128.multiply),
        ("/", "number", "number"): ("number", DECIMAL128.divide),
        ("**", "number", "number"): ("number", DECIMAL128.power),
        ("+", "string", "string"): ("string", lambda a, b: str(a + b)),
        ("+", LENGTH, LENGTH): (LENGTH, lambda a, b: a + b),
        ("-", LENGTH, LENGTH): (LENGTH, lambda a, b: a - b),
        ("*", LENGTH, "number"): (LENGTH, _times),
        ("*", "number", LENGTH): (LENGTH, lambda a, b: _times(b, a)),
        ("/", LENGTH, "number"): (LENGTH, _share),
        ("/", LENGTH, LENGTH): ("number", _ratio),
        ("-", "time", "time"): (LENGTH, _between),
        ("+", "time", LENGTH): ("time", _wrapped),
        ("+", LENGTH, "time"): ("time", lambda a, b: _wrapped(b, a)),
        ("-", "time", LENGTH): ("time", lambda a, b: _wrapped(a, -b)),
        ("+", MONTHS, MONTHS): (MONTHS, lambda a, b: Months(a.total + b.total)),
        ("-", MONTHS, MONTHS): (MONTHS, lambda a, b: Months(a.total - b.total)),
        ("*", MONTHS, "number"): (MONTHS, lambda a, b: _months(DECIMAL128.multiply(a.total, b))),
        ("*", "number", MONTHS): (MONTHS, lambda a, b: _months(DECIMAL128.multiply(a, b.total))),
        ("/", MONTHS, "number"): (MONTHS, lambda a, b: _months(DECIMAL128.divide(a.total, b))),
        ("/", MONTHS, MONTHS): ("number", lambda a, b: DECIMAL128.divide(a.total, b.total)),
        **{("-", day, day): (LENGTH, lambda a, b: a - b) for day in _DAYS},
        **{("+", day, LENGTH): (day, lambda a, b: a + b) for day in _DAYS},
        **{("+", LENGTH, day): (day, lambda a, b: b + a) for day in _DAYS},
        **{("-", day, LENGTH): (day, lambda a, b: a + -b) for day in _DAYS},  # a - b rounds up
        **{("+", day, MONTHS): (day, later) for day in _DAYS},
        **{("+", MONTHS, day): (day, lambda a, b: later(b, a)) for day in _DAYS},
        **{("-", day, MONTHS): (day, lambda a, b: later(a, -b)) for day in _DAYS},
    }
)
RESULTS: Final[Mapping[tuple[str, str, str], str]] = MappingProxyType(
    {key: sort for key, (sort, _) in _RECKONED.items()}
)
"""The sort of value that a sign gives for two sorts; a pair that is not here has none."""

ORDERED: Final = frozenset({"number", "string", "date", "time", "date and time", LENGTH, MONTHS})
_WORTH: Final[Mapping[type, Callable[[Any, Mapping[str, Input]], Worth]]] = MappingProxyType(
    {
        Constant: lambda expression, _given: expression.value,
        Name: _name,
        Negative: _negative,
        Arithmetic: _arithmetic,
        Comparison: _comparison,
        Joined: _joined,
        Call: _called,
        Applied: _applied,
    }
)
