"""Reads literal S-FEEL expressions, checks their types, and says what is wrong with a cure."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ontology.kinds import Field
from ontology.months import speaks_of_months
from ontology.values import Datatype, Value, ValueInvalid, conform
from rules.diagnostics import near
from rules.expressions import (
    LENGTH,
    MONTHS,
    ORDERED,
    RESULTS,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Name,
    Negative,
    exact,
    sort_of,
)
from rules.literals import CALLS
from rules.unary import TestInvalid

LONGEST_EXPRESSION: Final = 2_000
MOST_NESTED: Final = 32
SORTS: Final[Mapping[Datatype, str]] = MappingProxyType(
    {
        Datatype.TOKEN: "string",
        Datatype.STRING: "string",
        Datatype.BOOLEAN: "boolean",
        Datatype.INTEGER: "number",
        Datatype.DECIMAL: "number",
        Datatype.DATE: "date",
        Datatype.TIME: "time",
        Datatype.DATETIME: "date and time",
        Datatype.DURATION: LENGTH,
        Datatype.MONTHS: MONTHS,
    }
)
_NUMBER: Final = re.compile(r"(\d{1,34}(\.\d{1,34})?|\.\d{1,34})(?![\w.])", re.ASCII)
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CALL: Final = re.compile(r'(date and time|date|time|duration)\s*\(\s*"([^"]*)"\s*\)')
_AT: Final = re.compile(r'@\s*"([^"]*)"')
_WORD: Final = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_SIGN: Final = re.compile(r"\*\*|[-+*/()]|<=|>=|!=|==|=>|=<|&&|[<>=&|^%]")
_SPACE: Final = re.compile(r"\s*")
_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None}
_CURES: Final[Mapping[str, str]] = {"==": "=", "=>": ">=", "=<": "<=", "^": "**"}
LEVELS: Final = (("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"), ("**",))


def read_expression(text: str, names: Mapping[str, Field]) -> tuple[Expression, str]:
    """Read an expression over some inputs: its tree, and the sort of its value.

    The sort is number, string, boolean, date, time, date and time, days and time duration,
    years and months duration or null. Names may
    have spaces; the longest that fits is taken.

    Raises:
        TestInvalid: with the part that is wrong.

    >>> read_expression("1 + 2 * 3", {})[1]
    'number'
    """
    if len(text) > LONGEST_EXPRESSION:
        raise TestInvalid(text, f"longer than {LONGEST_EXPRESSION} characters")
    return _Reader(text, names).read()


class _Reader:
    """Descends by precedence: comparison, sum, product, power, minus; all bind to the left."""

    def __init__(self, text: str, names: Mapping[str, Field]) -> None:
        self._text = text
        self._names = names
        self._known = re.compile("|".join(map(_spaced, sorted(names, key=len, reverse=True))))
        self._at = 0
        self._depth = 0

    def read(self) -> tuple[Expression, str]:
        found = self._level(0)
        rest = self._rest()
        if rest:
            sign = self._sign()
            cure = _CURES.get(sign)
            right = self._text.replace(sign, cure, 1) if cure else None
            raise TestInvalid(rest, "does not go on an expression", right)
        return found

    def _rest(self) -> str:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space is not None else self._at
        return self._text[self._at :]

    def _sign(self) -> str:
        self._rest()
        found = _SIGN.match(self._text, self._at)
        return found[0] if found is not None else ""

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._rest()
        found = pattern.match(self._text, self._at)
        if found is not None and found.end() > self._at:
            self._at = found.end()
            return found
        return None

    def _level(self, level: int) -> tuple[Expression, str]:
        if level == len(LEVELS):
            return self._minus()
        start = self._at
        left = self._level(level + 1)
        while (sign := self._sign()) in LEVELS[level]:
            self._at += len(sign)
            right = self._level(level + 1)
            left = self._joined(sign, left, right, self._text[start : self._at].strip())
        return left

    def _joined(
        self, sign: str, left: tuple[Expression, str], right: tuple[Expression, str], words: str
    ) -> tuple[Expression, str]:
        if sign in LEVELS[0]:
            fits = left[1] == right[1] and left[1] in ORDERED
            if not fits and not (sign in {"=", "!="} and _comparable(left[1], right[1])):
                reason = f"compares a {left[1]} with a {right[1]}{_lengths(left[1], right[1])}"
                raise TestInvalid(words, reason)
            return Comparison(sign, left[0], right[0]), "boolean"  # type: ignore[arg-type]
        sort = RESULTS.get((sign, left[1], right[1]))
        if sort is None:
            reason = f"{sign} does not join a {left[1]} and a {right[1]}"
            raise TestInvalid(words, reason + _lengths(left[1], right[1]))
        return Arithmetic(sign, left[0], right[0]), sort  # type: ignore[arg-type]

    def _minus(self) -> tuple[Expression, str]:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise TestInvalid(self._text, f"nested deeper than {MOST_NESTED} levels")
        found = self._negated() if self._sign() == "-" else self._primary()
        self._depth -= 1
        return found

    def _negated(self) -> tuple[Expression, str]:
        start = self._at
        self._at += 1
        inner, sort = self._minus()
        if sort not in {"number", LENGTH, MONTHS}:
            raise TestInvalid(self._text[start : self._at], f"a {sort} has no negative")
        return Negative(inner), sort

    def _primary(self) -> tuple[Expression, str]:
        if self._sign() == "(":
            self._at += 1
            inner = self._level(0)
            if self._sign() != ")":
                raise TestInvalid(self._rest() or self._text, "a bracket is not closed")
            self._at += 1
            return inner
        for pattern, made in _LITERALS:
            found = self._take(pattern)
            if found is not None:
                value = made(found)
                return Constant(exact(value)), sort_of(exact(value))
        return self._named()

    def _named(self) -> tuple[Expression, str]:
        known = self._take(self._known) if self._names else None
        if known is not None:
            name = " ".join(known[0].split())
            return Name(name), SORTS[self._names[name].datatype]
        word = self._take(_WORD)
        if word is None:
            rest = self._rest()
            raise TestInvalid(rest or self._text, "a value or a name belongs here", "0")
        if word[0] in _WORDS:
            return Constant(_WORDS[word[0]]), "null" if word[0] == "null" else "boolean"
        reason = "is no input; a text stands in quotation marks"
        raise TestInvalid(word[0], reason, near(word[0], self._names) or f'"{word[0]}"')


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split())) + r"(?![\w.])"


def _comparable(one: str, other: str) -> bool:
    return one == other or "null" in {one, other}


def _lengths(one: str, other: str) -> str:
    """A word on the two sorts of durations, where they meet."""
    return "; a month has no fixed length" if {one, other} == {LENGTH, MONTHS} else ""


def _called(found: re.Match[str]) -> Value:
    datatype = CALLS[found[1]]
    return _duration(found[2]) if datatype is Datatype.DURATION else _typed(found[2], datatype)


def _duration(text: str) -> Value:
    return _typed(text, Datatype.MONTHS if speaks_of_months(text) else Datatype.DURATION)


def _at(found: re.Match[str]) -> Value:
    text = found[1]
    if text.startswith(("P", "-P")):
        return _duration(text)
    if "T" in text:
        return _typed(text, Datatype.DATETIME)
    return _typed(text, Datatype.TIME if ":" in text else Datatype.DATE)


def _typed(text: str, datatype: Datatype) -> Value:
    try:
        return conform(text, datatype)
    except ValueInvalid as error:
        raise TestInvalid(text, str(error)) from error


_LITERALS: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Value | Decimal]], ...]
] = (
    (_CALL, _called),
    (_AT, _at),
    (_TEXT, lambda found: re.sub(r"\\(.)", r"\1", found[1])),
    (_NUMBER, lambda found: Decimal(found[0])),
)
