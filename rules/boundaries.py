"""Boundaries: the values at which a test changes its answer, and how far apart values lie."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype, Value, ValueInvalid
from rules.sfeel import MISSING, AllOf, Compare, Input, Interval, Not, OneOf, Test, holds, rank

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


def candidates(tests: Iterable[Test], field: Field) -> tuple[Input, ...]:
    """Values of a field at and just beside every boundary of some tests, each once.

    Tokens and truths are all there; the last one is `MISSING`, where the field may be left out.
    """
    found: dict[Value, None] = {}
    for value in (value for test in tests for value in _named(test)):
        for near in (value, *_beside(value, field)):
            try:
                found[field.check(near)] = None
            except ValueInvalid:
                continue  # beyond the bounds of the field
    if field.datatype is Datatype.TOKEN:
        found |= dict.fromkeys(field.allowed)
    if field.datatype is Datatype.BOOLEAN:
        found |= {True: None, False: None}
    return (*found, *(() if field.required else (MISSING,)))


def nearest(test: Test, given: Input, field: Field) -> Input | None:
    """The value nearest to `given` of which the test holds; None where no candidate does."""
    fitting = [value for value in candidates([test], field) if holds(test, value, field)]
    return min(fitting, key=lambda value: distance(given, value, field), default=None)


def distance(one: Input, other: Input, field: Field) -> float:
    """How far apart two values of a field lie: 0 the same, up to 1; to or from nothing is 1."""
    if one is other or one == other:
        return 0.0
    if not isinstance(one, Value) or not isinstance(other, Value):
        return 1.0
    if field.datatype is Datatype.TOKEN:
        return float(abs(rank(one, field) - rank(other, field))) / len(field.allowed)
    here, there = _number(one), _number(other)
    if here is None or there is None:
        return 1.0
    return abs(here - there) / (abs(here - there) + max(abs(here), abs(there), 1e-9))


def _named(test: Test) -> Iterator[Value]:
    """The values that a test names."""
    if isinstance(test, Compare):
        yield test.value
    elif isinstance(test, Interval):
        yield from (test.low, test.high)
    elif isinstance(test, OneOf | AllOf):
        for one in test.tests:
            yield from _named(one)
    elif isinstance(test, Not):
        yield from _named(test.test)


def _beside(value: Value, field: Field) -> Iterator[Value]:
    """The values one step below and above, for types that have steps."""
    if isinstance(value, bool | str | time):
        return
    if isinstance(value, int | float):
        step = 10**-field.decimals if isinstance(value, float) else 1
        yield from (value - step, value + step)
    elif isinstance(value, datetime | timedelta):
        yield from (value - _SECOND, value + _SECOND)
    elif isinstance(value, date):
        yield from (value - _DAY, value + _DAY)


def _number(value: Value) -> float | None:
    if isinstance(value, bool | str):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value.toordinal()) if isinstance(value, date) else None
