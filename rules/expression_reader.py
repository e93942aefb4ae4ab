"""Reads literal S-FEEL expressions, checks their types, and says what is wrong with a cure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

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
    Joined,
    Name,
    Negative,
    exact,
    size_of,
    sort_of,
)
from rules.functions import BUILT_IN
from rules.literals import CALLS, unescaped
from rules.sfeel import COMPARES
from rules.spelled import LiteralInvalid
from rules.unary import TestInvalid

LONGEST_EXPRESSION: Final = 2_000
MOST_NESTED: Final = 32
MOST_STEPS: Final = 10_000
DEEPEST: Final = 200
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
_NUMBER: Final = re.compile(r"(\d{1,34}(\.\d{1,34})?|\.\d{1,34})(?!\w|\.(?!\.))", re.ASCII)
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CALL: Final = re.compile(r'(date and time|date|time|duration)\s*\(\s*"([^"]*)"\s*\)')
_AT: Final = re.compile(r'@\s*"([^"]*)"')
_WORD: Final = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_SIGN: Final = re.compile(r"\*\*|[-+*/(),]|<=|>=|!=|==|=>|=<|&&|[<>=&|^%]|(?:and|or)(?!\w)")
_END: Final = r"(?!\w|\.(?!\.))"
_ZONED: Final = "2026-11-22T08:30:00@Europe/Berlin"
_SPACE: Final = re.compile(r"\s*")
_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None}
_CURES: Final[Mapping[str, str]] = {"==": "=", "=>": ">=", "=<": "<=", "^": "**"}
LEVELS: Final = (
    ("or",),
    ("and",),
    ("=", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/"),
    ("**",),
)


Read: TypeAlias = tuple[Expression, str]
"""An expression and the sort of its value."""


class Function(Protocol):
    """What may stand before a bracket with arguments."""

    def call(self, arguments: Sequence[Read], depth: int) -> Read:
        """The call; `depth` is how deep it stands.

        Raises:
            TestInvalid: with what is wrong about the arguments.
        """


def read_expression(
    text: str,
    names: Mapping[str, Field],
    functions: Mapping[str, Function] = BUILT_IN,
    depth: int = 0,
) -> Read:
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
    return ExpressionReader(text, names, functions, depth).read()


class ExpressionReader:
    """Descends by precedence: or, and, comparison, sum, product, power, minus; all bind left."""

    def __init__(
        self,
        text: str,
        names: Mapping[str, Field],
        functions: Mapping[str, Function] = BUILT_IN,
        depth: int = 0,
    ) -> None:
        """Begin before the first sign."""
        self._text = text
        self._names = names
        self._functions = functions
        self._known = _any_of(tuple(names), _END)
        self._called = _any_of(tuple(functions), r"\s*\(")
        self._at = 0
        self._depth = depth

    def read(self) -> Read:
        """The whole text as one expression.

        Raises:
            TestInvalid: with the part that is wrong.
        """
        found = self._level(0)
        self._ended()
        size = size_of(found[0])
        if size.depth > DEEPEST or size.steps > MOST_STEPS:
            reason = f"joins more than {DEEPEST} parts, or takes more than {MOST_STEPS} steps"
            raise TestInvalid(self._text, reason)
        return found

    def _ended(self) -> None:
        rest = self._rest()
        if rest:
            sign = self._sign()
            cure = _CURES.get(sign)
            right = self._text.replace(sign, cure, 1) if cure else None
            raise TestInvalid(rest, "does not go on an expression", right)

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

    def _level(self, level: int) -> Read:
        if level == len(LEVELS):
            return self._minus()
        start = self._at
        left = self._level(level + 1)
        while (sign := self._sign()) in LEVELS[level]:
            self._at += len(sign)
            right = self._level(level + 1)
            left = self._joined(sign, left, right, self._text[start : self._at].strip())
        return left

    def _joined(self, sign: str, left: Read, right: Read, words: str) -> Read:
        if sign in COMPARES:
            fits = _comparable(left[1], right[1]) and {left[1], right[1]} & {*ORDERED, "null"}
            if not fits and not (sign in {"=", "!="} and _comparable(left[1], right[1])):
                reason = f"compares a {left[1]} with a {right[1]}{_lengths(left[1], right[1])}"
                raise TestInvalid(words, reason)
            return Comparison(sign, left[0], right[0]), "boolean"  # type: ignore[arg-type]
        if sign in {"and", "or"}:
            return _logical(sign, left, right, words)
        sort = _result(sign, left[1], right[1])
        if sort is None:
            reason = f"{sign} does not join a {left[1]} and a {right[1]}"
            raise TestInvalid(words, reason + _lengths(left[1], right[1]))
        return Arithmetic(sign, left[0], right[0]), sort  # type: ignore[arg-type]

    def _minus(self) -> Read:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise TestInvalid(self._text, f"nested deeper than {MOST_NESTED} levels")
        found = self._negated() if self._sign() == "-" else self._primary()
        self._depth -= 1
        return found

    def _negated(self) -> Read:
        start = self._at
        self._at += 1
        inner, sort = self._minus()
        if sort not in {"number", LENGTH, MONTHS}:
            raise TestInvalid(self._text[start : self._at], f"a {sort} has no negative")
        return Negative(inner), sort

    def _primary(self) -> Read:
        if self._sign() == "(":
            self._at += 1
            inner = self._level(0)
            self._close()
            return inner
        for pattern, made in _LITERALS:
            found = self._take(pattern)
            if found is not None:
                value = made(found)
                return Constant(exact(value)), sort_of(exact(value))
        called = self._take(self._called) if self._functions else None
        return self._call(called[0]) if called is not None else self._named()

    def _close(self) -> None:
        if self._sign() != ")":
            raise TestInvalid(self._rest() or self._text, "a bracket is not closed")
        self._at += 1

    def _call(self, before: str) -> Read:
        start = self._at - len(before)
        arguments: list[Read] = []
        while not arguments or self._sign() == ",":
            if arguments:
                self._at += 1
            elif self._sign() == ")":
                break
            arguments.append(self._level(0))
        self._close()
        name = " ".join(before[:-1].split())
        try:
            return self._functions[name].call(arguments, self._depth)
        except TestInvalid as error:
            words = self._text[start : self._at]
            raise TestInvalid(words, str(error.reason), error.nearest) from error

    def _named(self) -> Read:
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


@lru_cache(maxsize=256)
def _any_of(names: tuple[str, ...], after: str) -> re.Pattern[str]:
    """The longest of some names that stands here, whatever white space is within it."""
    longest = sorted(names, key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, name.split())) for name in longest)
    return re.compile("|".join(name + after for name in spaced))


def _result(sign: str, left: str, right: str) -> str | None:
    """The sort that a sign gives; with a null it is null, where the other one may stand there."""
    if "null" not in {left, right}:
        return RESULTS.get((sign, left, right))
    known = {part for one, *pair in RESULTS if one == sign for part in pair} | {"null"}
    return "null" if {left, right} <= known else None


def _logical(sign: str, left: Read, right: Read, words: str) -> Read:
    if {left[1], right[1]} - {"boolean", "null"}:
        raise TestInvalid(words, f"{sign} does not join a {left[1]} and a {right[1]}")
    return Joined(sign, left[0], right[0]), "boolean"  # type: ignore[arg-type]


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


def _text(written: str) -> str:
    try:
        return unescaped(written)
    except LiteralInvalid as error:
        raise TestInvalid(written, str(error)) from error


def _zoned(text: str) -> str:
    """A moment at a place, `2026-11-22T08:30:00@Europe/Berlin`, with the offset of there."""
    written, _, place = text.partition("@")
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=ZoneInfo(place)).isoformat()
    except (ValueError, KeyError, OSError) as error:
        raise TestInvalid(text, "is no moment at a place", _ZONED) from error
    raise TestInvalid(text, "has an offset and a place; keep one", _ZONED)


def _typed(text: str, datatype: Datatype) -> Value:
    if datatype is Datatype.DATETIME and "@" in text:
        text = _zoned(text)
    try:
        return conform(text, datatype)
    except ValueInvalid as error:
        raise TestInvalid(text, str(error)) from error


_LITERALS: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Value | Decimal]], ...]
] = (
    (_CALL, _called),
    (_AT, _at),
    (_TEXT, lambda found: _text(found[1])),
    (_NUMBER, lambda found: Decimal(found[0])),
)
