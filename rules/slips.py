"""Slips of the pen: the tests that an author may have meant instead of the one written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ontology.kinds import Field
from ontology.values import Value, ValueInvalid, encode
from rules.acceptance import Accepted, accepted
from rules.boundaries import steps
from rules.conditions import Ask
from rules.sfeel import (
    ANYTHING,
    AllOf,
    Anything,
    Compare,
    Given,
    Interval,
    Matches,
    Not,
    Null,
    OneOf,
    Operator,
    Test,
)

_FLIPPED: Final[Mapping[Operator, tuple[Operator, ...]]] = MappingProxyType(
    {
        ">=": (">", "<"),
        ">": (">=", "<="),
        "<=": ("<", ">"),
        "<": ("<=", ">="),
        "=": ("!=",),
        "!=": ("=",),
    }
)


def slips(ask: Ask) -> Iterator[tuple[Test, Accepted]]:
    """The changed tests that hold of something, and not of the same values as before."""
    seen = {ask.accepted}
    for test in (ANYTHING, *_tests(ask.test, ask.field)):
        form = accepted(test, ask.field)
        known = form in seen or (isinstance(test, Anything) and _always(ask))
        if not (known or form.nothing):
            seen.add(form)
            yield test, form


def _always(ask: Ask) -> bool:
    return ask.accepted.everything and (ask.field.required or ask.accepted.missing)


def _tests(test: Test, field: Field) -> Iterator[Test]:
    """A test, changed a little."""
    if isinstance(test, Compare):
        yield from (replace(test, value=value) for value in beside(test.value, field))
        yield from (replace(test, operator=sign) for sign in _FLIPPED[test.operator])
    elif isinstance(test, Interval):
        yield from (replace(test, low=value) for value in beside(test.low, field))
        yield from (replace(test, high=value) for value in beside(test.high, field))
        yield replace(test, low_closed=not test.low_closed)
        yield replace(test, high_closed=not test.high_closed)
    elif isinstance(test, OneOf | AllOf):
        yield from _members(test, field)
    elif isinstance(test, Not):
        yield test.test
        yield from map(Not, _tests(test.test, field))
    elif isinstance(test, Given):
        yield Given(there=not test.there)
    elif isinstance(test, Matches):
        yield Not(test)


def _members(test: OneOf | AllOf, field: Field) -> Iterator[Test]:
    """A list with a member left out or changed, or turned into its contrary."""
    for place, member in enumerate(test.tests):
        before, after = test.tests[:place], test.tests[place + 1 :]
        yield replace(test, tests=before + after)
        if not (isinstance(member, Compare) and member.operator == "="):
            for other in _tests(member, field):
                yield replace(test, tests=(*before, other, *after))
    yield Not(test)


def beside(value: Value, field: Field) -> Iterator[Value]:
    """The values one step away that the field may have; of a choice, its neighbours."""
    for near in (*steps(value, field), *_neighbours(value, field)):
        try:
            yield field.check(near)
        except ValueInvalid:
            continue


def _neighbours(value: Value, field: Field) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif value in field.allowed:
        place = field.allowed.index(str(value))
        yield from field.allowed[max(0, place - 1) : place]
        yield from field.allowed[place + 1 : place + 2]


def said(test: Test) -> str:
    """A test as an author may write it.

    >>> said(Not(OneOf((Compare("=", "open"), Compare(">=", 3)))))
    'not(open, >= 3)'
    """
    return _SAID[type(test)](test)


def _word(value: Value) -> str:
    return str(encode(value)).lower() if isinstance(value, bool) else str(encode(value))


_SAID: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        Anything: lambda _: "-",
        Null: lambda _: "null",
        Given: lambda test: "given" if test.there else "not given",
        Compare: lambda test: f"{test.operator} {_word(test.value)}".removeprefix("= "),
        Interval: lambda test: (
            f"{'[' if test.low_closed else '('}{_word(test.low)}..{_word(test.high)}"
            f"{']' if test.high_closed else ')'}"
        ),
        OneOf: lambda test: ", ".join(map(said, test.tests)),
        AllOf: lambda test: " and ".join(map(said, test.tests)),
        Not: lambda test: f"not({said(test.test)})",
        Matches: lambda test: f"matches {test.pattern}",
    }
)
