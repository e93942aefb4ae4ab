"""Tests of books as conditions of DuckDB: values are parameters, never parts of the text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeAlias

from ontology.kinds import Field
from ontology.months import Months
from ontology.values import Datatype, Value
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

Parameter: TypeAlias = str | int | float | bool | date | time | datetime
Built: TypeAlias = tuple[str, list[Parameter]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """What a test is put to: an expression, or the values of a list, any of which may answer."""

    expression: str
    field: Field
    listed: bool = False


def condition(test: Test, given: Operand) -> Built:
    """The condition that holds where the test holds; it is null, not true, of what is missing.

    As in rules, a missing value fulfils only the tests that ask for it. Of a list, `not` says
    that none of its values is so.
    """
    return _FORMS[type(test)](test, given)


def stored(value: Value) -> Parameter:
    """A value as columns hold it: durations as microseconds, months as their number."""
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return value.total if isinstance(value, Months) else value


def _there(given: Operand) -> str:
    if given.listed:
        return f"len(coalesce({given.expression}, [])) > 0"
    return f"{given.expression} IS NOT NULL"


def _leaf(given: Operand, build: Callable[[str], str], parameters: list[Parameter]) -> Built:
    if not given.listed:
        return f"({build(given.expression)})", parameters
    found = f"len(list_filter({given.expression}, lambda v: {build('v')})) > 0"
    return f"(CASE WHEN {_there(given)} THEN {found} END)", parameters


def _anything(_test: Test, _given: Operand) -> Built:
    return "TRUE", []


def _given(test: Any, given: Operand) -> Built:  # noqa: ANN401 - a Given
    return f"({_there(given)})" if test.there else f"(NOT ({_there(given)}))", []


def _null(_test: Test, given: Operand) -> Built:
    return f"(CASE WHEN {_there(given)} THEN FALSE END)", []


def _compare(test: Any, given: Operand) -> Built:  # noqa: ANN401 - a Compare
    if given.field.datatype is Datatype.TOKEN:
        return _among(test, given)
    return _leaf(given, lambda at: f"{at} {test.operator} ?", [stored(test.value)])


def _interval(test: Any, given: Operand) -> Built:  # noqa: ANN401 - an Interval
    if given.field.datatype is Datatype.TOKEN:
        return _among(test, given)
    low, high = ">" + "=" * test.low_closed, "<" + "=" * test.high_closed
    bounds = [stored(test.low), stored(test.high)]
    if given.listed:  # a lambda is evaluated once, so its parameters keep their order
        return _leaf(given, lambda at: f"{at} {low} ? AND {at} {high} ?", bounds)
    return f"({given.expression} {low} ? AND {given.expression} {high} ?)", bounds


def _matches(test: Any, given: Operand) -> Built:  # noqa: ANN401 - a Matches
    return _leaf(given, lambda at: f"regexp_matches({at}, ?)", [test.pattern])


def _among(test: Test, given: Operand) -> Built:
    """Tokens have the order of their scheme, so a test of them is a set of names."""
    names = [name for name in given.field.allowed if holds(test, name, given.field)]
    marks = ", ".join("?" * len(names))
    return _leaf(given, lambda at: f"{at} IN ({marks})" if names else f"{at} IS NULL", [*names])


def _joined(word: str) -> Callable[[Any, Operand], Built]:
    def join(test: Any, given: Operand) -> Built:  # noqa: ANN401 - a OneOf or an AllOf
        parts = [condition(one, given) for one in test.tests]
        text = f" {word} ".join(part for part, _ in parts)
        return f"({text})", [value for _, values in parts for value in values]

    return join


def _not(test: Any, given: Operand) -> Built:  # noqa: ANN401 - a Not
    inner, parameters = condition(test.test, given)
    return f"({_there(given)} AND NOT {inner})", parameters


_FORMS: Final[Mapping[type, Callable[[Any, Operand], Built]]] = {
    Anything: _anything,
    Given: _given,
    Null: _null,
    Compare: _compare,
    Interval: _interval,
    Matches: _matches,
    OneOf: _joined("OR"),
    AllOf: _joined("AND"),
    Not: _not,
}
