"""Reads unary tests as S-FEEL has them, whose ends are expressions: strict, no words of books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from ontology.kinds import Field
from ontology.values import Value, ValueInvalid
from rules.expression_reader import LEVELS, SORTS, ExpressionReader, Function, Read
from rules.expressions import (
    ORDERED,
    Comparison,
    Constant,
    Expression,
    Joined,
    names_in,
    plain,
    size_of,
    worth,
)
from rules.functions import BUILT_IN
from rules.sfeel import ANYTHING, Compare, Interval, Not, Null, OneOf, Operator, Test, rank
from rules.unary import LONGEST_TEST, TestInvalid

_SUM: Final = next(at for at, level in enumerate(LEVELS) if "+" in level)
_COMPARED: Final[Mapping[str, Operator]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "="}
_DEEPEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`< 5`, or a single value."""

    operator: Operator
    end: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`[1..5)`."""

    low: Read
    low_closed: bool
    high: Read
    high_closed: bool


Positive: TypeAlias = Compared | Between


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The unary tests of one cell; none of them is `-`."""

    positives: tuple[Positive, ...]
    negated: bool

    @property
    def ends(self) -> tuple[Read, ...]:
        """The expressions in it."""
        pairs = (
            (one.end,) if isinstance(one, Compared) else (one.low, one.high)
            for one in self.positives
        )
        return tuple(end for pair in pairs for end in pair)

    @property
    def names(self) -> frozenset[str]:
        """The inputs that its ends ask."""
        return frozenset().union(*(names_in(end[0]) for end in self.ends))

    @property
    def sort(self) -> str | None:
        """The sort of value that it tests, None where it does not say."""
        return next((sort for _, sort in self.ends if sort != "null"), None)

    def test(self, field: Field) -> Test:
        """The test that it is of a field; its ends name nothing.

        Raises:
            TestInvalid: an end does not fit the field.
        """
        if not self.positives:
            return ANYTHING
        tests = [_test(one, field) for one in self.positives]
        if not self.negated:
            return _one_of(tests)
        return _denied(tests)

    def expression(self, tested: Read) -> Expression:
        """The boolean that says whether it holds of an expression.

        Raises:
            TestInvalid: an end is of another sort.
        """
        found = [_asked(one, tested) for one in self.positives]
        joined = found[0] if found else Constant(value=True)
        for one in found[1:]:
            joined = Joined("or", joined, one)
        if self.negated:
            joined = BUILT_IN["not"].call([(joined, "boolean")], 0)[0]
        if size_of(joined).depth > _DEEPEST:
            raise TestInvalid("…", f"joins more than {_DEEPEST} parts")
        return joined


def read_cell(
    text: str, names: Mapping[str, Field], functions: Mapping[str, Function] = BUILT_IN
) -> Cell:
    """Read the unary tests of a cell: `-`, `< 5`, `[1..5), 9`, `not("a", "b")`, `null`.

    Raises:
        TestInvalid: with the part that is wrong.

    >>> read_cell('"a", "b"', {}).sort
    'string'
    """
    if len(text) > LONGEST_TEST:
        raise TestInvalid(text, f"longer than {LONGEST_TEST} characters")
    if text.strip() in {"", "-"}:
        return Cell(positives=(), negated=False)
    return _CellReader(text, names, functions).cell()


class _CellReader(ExpressionReader):
    """Reads the tests; the expressions in them as everywhere."""

    def cell(self) -> Cell:
        text = self._rest()
        if "?" in text.partition('"')[0]:
            raise TestInvalid(text, "? belongs to full FEEL; test the input itself", "> 5")
        negated = text.startswith("not") and text[3:].lstrip().startswith("(")
        if negated:
            self._at += len("not")
            self._sign()
            self._at += 1
        positives = [self._positive()]
        while self._sign() == ",":
            self._at += 1
            positives.append(self._positive())
        if negated:
            self._close()
        self._ended()
        return Cell(positives=tuple(positives), negated=negated)

    def _positive(self) -> Positive:
        sign = self._sign()
        if sign in _COMPARED:
            self._at += len(sign)
            return Compared(operator=_COMPARED[sign], end=self._level(_SUM))
        if self._rest()[:1] in {"[", "]", "("}:
            between = self._between()
            if between is not None:
                return between
        return Compared(operator="=", end=self._level(_SUM))

    def _between(self) -> Between | None:
        """An interval, or None where a bracket opens something else."""
        start, first = self._at, self._rest()[0]
        self._at += 1
        low = self._level(_SUM)
        if not self._rest().startswith(".."):
            if first != "(":
                raise TestInvalid(self._text, "an interval has two ends", "[1..5]")
            self._at = start
            return None
        self._at += 2
        high = self._level(_SUM)
        last = self._rest()[:1]
        if last not in {"]", ")", "["}:
            raise TestInvalid(self._text, "an interval is not closed", "[1..5]")
        self._at += 1
        return Between(low=low, low_closed=first == "[", high=high, high_closed=last == "]")


def constant(read: Read, field: Field) -> Value | None:
    """What an expression without names is worth in a field; None is a null.

    Raises:
        TestInvalid: it is of another sort, or the field cannot hold it.
    """
    expression, sort = read
    value = worth(expression, {})
    wanted = SORTS[field.datatype]
    if sort not in {wanted, "null"}:
        raise TestInvalid(_shown(value), f"is a {sort} where {field.name} holds a {wanted}")
    if isinstance(value, Decimal) and value != round(value, field.decimals):
        raise TestInvalid(_shown(value), f"{field.name} is kept to {field.decimals} places")
    try:
        return None if value is None else field.check(plain(value))
    except ValueInvalid as error:
        raise TestInvalid(_shown(value), str(error)) from error


def _test(one: Positive, field: Field) -> Test:
    if isinstance(one, Between):
        return _interval(one, field)
    value = constant(one.end, field)
    if one.operator != "=":
        _has_order(field)
        if value is None:
            raise TestInvalid("null", "has no order", "null")
        return Compare(one.operator, value)
    return Null() if value is None else Compare("=", value)


def _interval(one: Between, field: Field) -> Test:
    _has_order(field)
    low, high = constant(one.low, field), constant(one.high, field)
    if low is None or high is None:
        raise TestInvalid("null", "is no end of an interval", "[1..5]")
    if rank(low, field) > rank(high, field):
        words = f"{_shown(low)}..{_shown(high)}"
        raise TestInvalid(words, "the interval ends before it begins")
    return Interval(low, one.low_closed, high, one.high_closed)


def _has_order(field: Field) -> None:
    if SORTS[field.datatype] in {"string", "boolean"}:
        words = f"holds a {SORTS[field.datatype]}, which attune does not order; list the values"
        raise TestInvalid(field.name, words, '"a", "b"')


def _one_of(tests: Sequence[Test]) -> Test:
    return tests[0] if len(tests) == 1 else OneOf(tuple(tests))


def _denied(tests: Sequence[Test]) -> Test:
    """`not(…)` as DMN has it: of a null it holds where only values are listed.

    INVARIANT: the `Not` of attune is silent about a null, so a null is added or needs no mention.
    """
    others = [one for one in tests if not isinstance(one, Null)]
    if not others:
        return Not(Null())
    equal = all(isinstance(one, Compare) and one.operator == "=" for one in others)
    test = Not(_one_of(others))
    return OneOf((test, Null())) if equal and len(others) == len(tests) else test


def _asked(one: Positive, tested: Read) -> Expression:
    if isinstance(one, Compared):
        return _compared(one.operator, tested, one.end)
    low: Literal[">=", ">"] = ">=" if one.low_closed else ">"
    high: Literal["<=", "<"] = "<=" if one.high_closed else "<"
    return Joined("and", _compared(low, tested, one.low), _compared(high, tested, one.high))


def _compared(operator: Operator, tested: Read, end: Read) -> Expression:
    fits = "null" in {tested[1], end[1]} or tested[1] == end[1]
    if not fits or (operator != "=" and tested[1] not in ORDERED):
        raise TestInvalid(operator, f"compares a {tested[1]} with a {end[1]}")
    return Comparison(operator, tested[0], end[0])


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
