"""Writes values, expressions and unary tests as S-FEEL, for DMN and for tables in YAML."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from ontology.kinds import Field
from ontology.months import Months
from ontology.values import Datatype, Value, duration_text
from rules.expression_reader import LEVELS
from rules.expressions import (
    Applied,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Joined,
    Name,
    Negative,
    Worth,
    exact,
    parts,
)
from rules.sfeel import (
    AllOf,
    Anything,
    Compare,
    Given,
    Interval,
    Matches,
    Not,
    Null,
    OneOf,
    Test,
    holds,
)

MOST_WRITTEN: Final = 2_000
"""More parts than these are never one expression that can be read again."""
_TIGHTEST: Final = len(LEVELS)
_LEVEL: Final = {sign: at for at, signs in enumerate(LEVELS) for sign in signs}


class Unwritable(ValueError):
    """S-FEEL has no words for this; the message says what to write instead."""


def value_text(value: Value | Worth) -> str:
    r"""A value as a literal.

    >>> value_text('say "x"'), value_text(0.5), value_text(None)
    ('"say \\"x\\""', '0.5', 'null')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, timedelta | Months):
        text = duration_text(value) if isinstance(value, timedelta) else str(value)
        return f'duration("{text}")'
    for kind, called in ((datetime, "date and time"), (date, "date"), (time, "time")):
        if isinstance(value, kind):
            return f'{called}("{value.isoformat()}")'
    number = exact(value)
    return _number(number) if isinstance(number, Decimal) else str(number)


def _number(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def expression_text(expression: Expression) -> str:
    """An expression, with as few brackets as it needs."""
    return _text(expression, 0)


def _text(expression: Expression, level: int) -> str:
    """An expression where one of a level of precedence stands; a weaker one gets brackets."""
    sign: str
    match expression:
        case Constant():
            return value_text(expression.value)
        case Name():
            return expression.name
        case Negative():
            return "-" + _text(expression.of, _TIGHTEST)
        case Call():
            return f"{expression.name}({', '.join(_text(a, 0) for a in expression.arguments)})"
        case Applied():
            return _text(_unfolded(expression), level)
        case Arithmetic() | Joined():
            sign = expression.sign
        case Comparison():
            sign = expression.operator
    own = _LEVEL[sign]
    left = _text(expression.left, own + (own == _LEVEL["="]))
    text = f"{left} {sign} {_text(expression.right, own + 1)}"
    return text if own >= level else f"({text})"


def _unfolded(expression: Applied) -> Expression:
    if _written_out(expression, {}) > MOST_WRITTEN:
        words = "gives more text than can be read; apply it in several decisions"
        raise Unwritable(f"{expression.name} within itself: {words}")
    return inlined(expression)


def _written_out(expression: Expression, sizes: Mapping[str, int]) -> int:
    """How many parts an expression has once it is without parameters, without making it."""
    if isinstance(expression, Name):
        return sizes.get(expression.name, 1)
    inner = [_written_out(one, sizes) for one in parts(expression)]
    if isinstance(expression, Applied):
        given = dict(zip(expression.parameters, inner, strict=True))
        return _written_out(expression.body, given)
    return 1 + sum(inner)


def inlined(expression: Expression, given: Mapping[str, Expression] | None = None) -> Expression:
    """The same expression without parameters: their arguments stand in their places."""
    match expression:
        case Name():
            return (given or {}).get(expression.name, expression)
        case Negative():
            return Negative(inlined(expression.of, given))
        case Arithmetic() | Joined() | Comparison():
            sign: Any = (
                expression.operator if isinstance(expression, Comparison) else expression.sign
            )
            pair = inlined(expression.left, given), inlined(expression.right, given)
            return type(expression)(sign, *pair)
        case Call():
            arguments = tuple(inlined(one, given) for one in expression.arguments)
            return Call(expression.name, expression.of, arguments)
        case Applied():
            values = [inlined(one, given) for one in expression.arguments]
            return inlined(expression.body, dict(zip(expression.parameters, values, strict=True)))
        case _:
            return expression


def words_of(test: Test, field: Field, *, book: bool = False) -> str:
    """A test as DMN has it; `book`: of a fact, which has no nulls, a gap is what DMN calls null.

    Raises:
        Unwritable: S-FEEL has no words for it.
    """
    plain = _plain(test, book=book)
    if field.datatype is Datatype.TOKEN and _orders(plain):
        return _listed(plain, field) or _cell(plain)
    try:
        return _cell(plain)
    except Unwritable:
        listed = _listed(plain, field)
        if listed is None:
            raise
        return listed


def _orders(test: Test) -> bool:
    """Whether a test asks what comes before what: of names in a list, attune's own order."""
    match test:
        case OneOf() | AllOf():
            return any(map(_orders, test.tests))
        case Not():
            return _orders(test.test)
        case Compare():
            return test.operator not in {"=", "!="}
        case _:
            return isinstance(test, Interval)


def yaml_words_of(test: Test) -> str:
    """A test as tables of attune have it, whose `not` is silent about a null.

    Raises:
        Unwritable: S-FEEL has no words for it.
    """
    parts = test.tests if isinstance(test, OneOf) else (test,)
    return ", ".join(_yaml_part(one) for one in parts)


def _yaml_part(test: Test) -> str:
    if isinstance(test, Anything):
        return "-"
    if isinstance(test, Given):
        return "given" if test.there else "not given"
    if isinstance(test, Not):
        return f"not({', '.join(_positives(test.test))})"
    return ", ".join(_positives(test))


def _plain(test: Test, *, book: bool) -> Test:
    """The same test without what only facts know."""
    if isinstance(test, Given):
        if not book:
            reason = "DMN does not tell missing from null; write null, or not(null), for it"
            raise Unwritable(f"{'given' if test.there else 'not given'}: {reason}")
        return Not(Null()) if test.there else Null()
    if isinstance(test, OneOf):
        return OneOf(tuple(_plain(one, book=book) for one in test.tests))
    if isinstance(test, Not):
        return Not(_plain(test.test, book=book))
    if isinstance(test, Compare) and test.operator == "!=":
        return Not(Compare("=", test.value))
    return test


def _cell(test: Test) -> str:
    if isinstance(test, Anything):
        return "-"
    parts = test.tests if isinstance(test, OneOf) else (test,)
    denied = [one for one in parts if isinstance(one, Not)]
    if not denied:
        return ", ".join(_positives(test))
    others = [one for one in parts if not isinstance(one, Not)]
    if len(denied) > 1 or any(not isinstance(one, Null) for one in others):
        raise Unwritable("not(…) beside other tests: list the values that are meant")
    inner = [*_positives(denied[0].test)]
    values = all(isinstance(one, Compare) for one in _flat(denied[0].test))
    if others and not values:
        raise Unwritable("not(…) of an interval beside null: list the values that are meant")
    if not others and "null" not in inner and all(map(_equal, _flat(denied[0].test))):
        inner.append("null")
    return f"not({', '.join(inner)})"


def _equal(test: Test) -> bool:
    return isinstance(test, Compare) and test.operator == "="


def _flat(test: Test) -> Iterator[Test]:
    for one in test.tests if isinstance(test, OneOf) else (test,):
        if isinstance(one, OneOf):
            yield from _flat(one)
        else:
            yield one


def _positives(test: Test) -> Iterator[str]:
    """The tests of a list, each as it is written."""
    for one in _flat(test):
        yield _positive(one)


def _positive(test: Test) -> str:
    match test:
        case Null():
            return "null"
        case Compare() if test.operator != "!=":
            sign = "" if test.operator == "=" else f"{test.operator} "
            return sign + value_text(test.value)
        case Interval():
            first, last = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
            return f"{first}{value_text(test.low)}..{value_text(test.high)}{last}"
        case AllOf():
            return _positive(_interval(test))
        case Matches():
            raise Unwritable("a pattern: matches belongs to full FEEL; list the texts")
        case _:
            raise Unwritable("a test within a test: S-FEEL lists values and intervals only")


def _interval(test: AllOf) -> Interval:
    """Two bounds as an interval."""
    lows = [t for t in test.tests if isinstance(t, Compare) and t.operator in {">", ">="}]
    highs = [t for t in test.tests if isinstance(t, Compare) and t.operator in {"<", "<="}]
    if len(lows) != 1 or len(highs) != 1 or len(test.tests) != len(lows + highs):
        raise Unwritable("several tests that must all hold: write one interval, as [1..5)")
    low, high = lows[0], highs[0]
    if low.value > high.value:  # type: ignore[operator] # both are of one field
        raise Unwritable("two bounds that no value keeps: take the row out")
    return Interval(low.value, low.operator == ">=", high.value, high.operator == "<=")


def _listed(test: Test, field: Field) -> str | None:
    """The values of a closed list that a test holds of; None where there is no such list."""
    values: Sequence[Value] = {
        Datatype.TOKEN: field.allowed,
        Datatype.BOOLEAN: (True, False),
    }.get(field.datatype, ())
    found = [value_text(value) for value in values if holds(test, value, field)]
    if holds(test, None, field):
        found.append("null")
    return ", ".join(found) if values and found else None
