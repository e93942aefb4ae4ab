"""Reads S-FEEL unary tests and their plain-word forms into the typed tree."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import re2  # type: ignore[import-untyped] # ships no types

from ontology.kinds import Field
from ontology.marked_yaml import Node
from ontology.values import Datatype, Value
from rules.diagnostics import near
from rules.literals import TEXTS, literal
from rules.phrases import meant
from rules.sfeel import (
    ANYTHING,
    Compare,
    Given,
    Interval,
    Matches,
    Not,
    Null,
    OneOf,
    Operator,
    Test,
    compiled,
    rank,
)
from rules.spelled import LiteralInvalid

LONGEST_TEST: Final = 2_000
LONGEST_PATTERN: Final = 200
MOST_NESTED: Final = 8

ORDER: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        "at least": ">=",
        "at most": "<=",
        "more than": ">",
        "less than": "<",
        "over": ">",
        "above": ">",
        "after": ">",
        "under": "<",
        "below": "<",
        "before": "<",
    }
)
WORDS: Final = (*ORDER, "not", "matches", "from … to …", "given", "not given")
_OPERATOR: Final = re.compile(r"(<=|>=|!=|<>|=>|=<|==|<|>|=)\s*(.*)", re.DOTALL)
_WORDED: Final = re.compile(rf"({'|'.join(ORDER)})\s+(.+)", re.DOTALL | re.IGNORECASE)
_RANGE: Final = re.compile(r"(?:from|between)\s+(.+?)\s+(?:to|and)\s+(.+)", re.DOTALL)
_BRACKETS: Final = re.compile(r"([\[(\]])(.+?)\.\.(.+)([\])\[])", re.DOTALL)
_MATCHES: Final = re.compile(r"matches\s*(?:\(\s*(.+)\s*\)|(.+))", re.DOTALL)
_TWICE: Final = re.compile(r"\s(?:and|but)\s|,\s*<", re.IGNORECASE)
_MISTAKEN: Final = MappingProxyType({"=>": ">=", "=<": "<=", "==": "=", "<>": "!="})


class TestInvalid(ValueError):
    """A text is no test of its field: the part that is wrong, why, and what was likely meant."""

    __test__ = False  # it is no test class, whatever its name suggests to pytest

    def __init__(self, offending: str, reason: str, nearest: str | None = None) -> None:
        """Keep the parts; `node` is where it stands, once a reader of YAML knows."""
        self.offending, self.reason, self.nearest = offending, reason, nearest
        self.node: Node | None = None
        super().__init__(f"{offending[:80]!r}: {reason}")


def parse(text: str, field: Field, depth: int = 0) -> Test:
    """Read unary tests, comma-separated ones as alternatives.

    Raises:
        TestInvalid: with the part that is wrong.

    >>> from ontology.facts import catalogue
    >>> tier = catalogue().kinds["incident"].fields["tier"]
    >>> parse("at least executive", tier) == parse(">= executive", tier)
    True
    """
    text = text.strip()
    if len(text) > LONGEST_TEST or depth > MOST_NESTED:
        raise TestInvalid(text, f"longer than {LONGEST_TEST} characters or nested too deep")
    if field.datatype is Datatype.DECIMAL and re.fullmatch(r"-?\d+,\d+", text):
        raise TestInvalid(text, "the decimal sign is a point", text.replace(",", "."))
    parts = list(_split(text))
    if len(parts) > 1:
        return OneOf(tuple(parse(part, field, depth + 1) for part in parts))
    return _one(text, field, depth)


def _one(text: str, field: Field, depth: int) -> Test:
    """One test without a comma at its top."""
    simple = _SIMPLE.get(text)
    if simple is not None:
        return simple
    inner = _within(text, "{", "}")
    if inner is not None:
        return parse(inner, field, depth + 1)
    inner = _within(text.removeprefix("not").lstrip(), "(", ")") if text[:3] == "not" else None
    if inner is not None:
        return negate(parse(inner, field, depth + 1))
    matched = _MATCHES.fullmatch(text)
    if matched is not None:
        return matches(matched[1] or matched[2], field)
    return _ordered(text, field, depth)


def _ordered(text: str, field: Field, depth: int) -> Test:
    """Comparisons, intervals, and what is left: a single value."""
    compared = _OPERATOR.fullmatch(text)
    if compared is not None:
        _single(text)
        return _compare(compared[1], compared[2], field, text)
    if field.datatype is not Datatype.STRING:
        worded = _WORDED.fullmatch(text)
        if worded is not None:
            _single(text)
            return _compare(ORDER[worded[1].lower()], worded[2], field, text)
        spoken = _RANGE.fullmatch(text)
        if spoken is not None:
            return _interval(("[", *spoken.groups(), "]"), field, text)
        if text.startswith("not "):
            return negate(parse(text[4:], field, depth + 1))
    bracketed = _BRACKETS.fullmatch(text)
    if bracketed is not None:
        return _interval(bracketed.groups(), field, text)
    return Compare("=", value(text, field))


def _single(text: str) -> None:
    """Refuse two comparisons in one text."""
    likely = meant(text) if _TWICE.search(text) else None
    if likely is not None and likely[:1] in "[(":
        raise TestInvalid(text, "says two things at once; write an interval", likely)


def value(written: str | int | bool, field: Field) -> Value:  # noqa: FBT001 - a YAML scalar
    """One value of a field, as `rules.literals` reads it.

    Raises:
        TestInvalid: it is none.
    """
    try:
        return literal(written, field)
    except LiteralInvalid as error:
        said = meant(str(written), field.allowed)
        likely = said if field.allowed and said else error.nearest or said
        raise TestInvalid(str(written), str(error), likely) from error


def compare(operator: str, written: str | int | bool, field: Field) -> Test:  # noqa: FBT001
    """A comparison in words or signs, for example `at least` or `>=`.

    Raises:
        TestInvalid: unknown operator, no order in this field, or no value of it.
    """
    sign = ORDER.get(operator, operator)
    if sign not in {*ORDER.values(), "=", "!=", *_MISTAKEN}:
        known = (*ORDER, "not", "matches")
        raise TestInvalid(operator, f"is none of {', '.join(known)}", near(operator, known))
    return _compare(sign, written, field, f"{operator} {written}")


def _compare(sign: str, written: str | int | bool, field: Field, text: str) -> Test:  # noqa: FBT001
    if sign in _MISTAKEN:
        right = text.replace(sign, _MISTAKEN[sign], 1)
        raise TestInvalid(text, f"{sign} is no comparison", right)
    if sign not in {"=", "!="} and field.datatype in {Datatype.STRING, Datatype.BOOLEAN}:
        raise TestInvalid(text, f"{field.name} holds a {field.datatype}, which has no order")
    return Compare(sign, value(written, field))  # type: ignore[arg-type]


def _interval(parts: tuple[str, ...], field: Field, text: str) -> Test:
    if field.datatype in {Datatype.STRING, Datatype.BOOLEAN}:
        raise TestInvalid(text, f"{field.name} holds a {field.datatype}, which has no order")
    first, low, high, last = parts
    ends = value(low, field), value(high, field)
    if rank(ends[0], field) > rank(ends[1], field):
        raise TestInvalid(text, "the interval ends before it begins", f"[{high}..{low}]")
    return Interval(ends[0], first == "[", ends[1], last == "]")


def matches(pattern: str, field: Field) -> Test:
    """An RE2 pattern (bounded in length, linear in time) for a text field.

    Raises:
        TestInvalid: no text field, or no RE2 pattern.
    """
    plain = pattern.strip().removeprefix('"').removesuffix('"')
    if field.datatype not in TEXTS:
        raise TestInvalid(
            pattern, f"{field.name} holds a {field.datatype}; patterns are for texts"
        )
    if len(plain) > LONGEST_PATTERN:
        raise TestInvalid(pattern, f"a pattern has at most {LONGEST_PATTERN} characters")
    try:
        compiled(plain)
    except re2.error as error:
        why = error.args[0].decode() if error.args else ""
        raise TestInvalid(pattern, f"no RE2 pattern: {why}") from error
    return Matches(plain)


def negate(test: Test) -> Test:
    """`not(…)`; the negation of `given` is `not given`."""
    return Given(there=not test.there) if isinstance(test, Given) else Not(test)


def _within(text: str, first: str, last: str) -> str | None:
    """What stands between the brackets that enclose a whole text, or None.

    Commas outside of brackets are split off before, so the first one and the last one belong
    together; counting would not tell, because `[1..5)` closes what it did not open.
    """
    enclosed = len(text) > 1 and text.startswith(first) and text.endswith(last)
    return text[1:-1] if enclosed else None


def _split(text: str) -> Iterator[str]:
    """The parts between commas that stand outside quotation marks and brackets.

    A bracket of an interval may look away from it: `]` opens where nothing is open that it could
    close, and after `..` any of them closes.
    """
    start, inside = 0, False
    open_: list[str] = []
    for place, sign in enumerate(text):
        if sign == '"' and not (inside and _escaped(text, place)):
            inside = not inside
        elif not inside:
            _bracket(text, place, open_)
            if sign == "," and not open_:
                yield text[start:place]
                start = place + 1
    yield text[start:]


def _escaped(text: str, place: int) -> bool:
    """Whether an odd number of backslashes stands before a place."""
    before = text[:place]
    return bool((len(before) - len(before.rstrip("\\"))) % 2)


def _bracket(text: str, place: int, open_: list[str]) -> None:
    """Keep account of the brackets that are open; `..` marks the last as an interval's."""
    sign = text[place]
    last = open_[-1] if open_ else ""
    if sign == "." and text[place - 1 : place] == ".":
        open_[-1:] = [".."] if open_ else []
    elif sign in "({" or (sign in "[]" and last in {"", "(", "{"}):
        open_.append(sign)
    elif sign in ")}[]" and open_:
        open_.pop()


_SIMPLE: Final[Mapping[str, Test]] = MappingProxyType(
    {
        "-": ANYTHING,
        "anything": ANYTHING,
        "given": Given(),
        "not given": Given(there=False),
        "not(given)": Given(there=False),
        "null": Null(),
        "not(null)": Not(Null()),
    }
)
