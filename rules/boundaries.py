"""Boundaries: the values at which a test changes its answer, and how far apart values lie."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from ontology.kinds import Field
from ontology.months import Months
from ontology.values import Datatype, Value, ValueInvalid
from rules.sfeel import (
    MISSING,
    AllOf,
    Compare,
    Given,
    Input,
    Interval,
    Missing,
    Not,
    OneOf,
    Test,
    holds,
    rank,
)

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_SOME_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Where a test changes its answer: a value, and the one beside it that is answered otherwise.

    `beside` is None where no value is next to the other: any value that is there will do.
    """

    test: Test
    field: Field
    at: Input
    beside: Input

    def is_at(self, value: Input) -> bool:
        """Whether a value is the one at the boundary."""
        return _same(value, self.at)

    def is_beside(self, value: Input) -> bool:
        """Whether a value is the one just beside, or one that will do."""
        if self.beside is not None or isinstance(value, Missing):
            return _same(value, self.beside)
        here, there = (holds(self.test, one, self.field) for one in (value, self.at))
        return here is not there


def candidates(tests: Iterable[Test], field: Field) -> tuple[Input, ...]:
    """Values of a field at and just beside every boundary of some tests, each once.

    Tokens and truths are all there; the last one is `MISSING`, where the field may be left out.
    """
    found: dict[Value, None] = {}
    for value in (value for test in tests for value in _named(test)):
        for near in (value, *steps(value, field)):
            try:
                found[field.check(near)] = None
            except ValueInvalid:
                continue  # beyond the bounds of the field
    if field.datatype is Datatype.TOKEN:
        found |= dict.fromkeys(field.allowed)
    if field.datatype is Datatype.BOOLEAN:
        found |= {True: None, False: None}
    return (*found, *(() if field.required else (MISSING,)))


def boundaries(test: Test, field: Field) -> Iterator[Boundary]:
    """Every boundary of a test.

    A test that uses the order of its field changes its answer between neighbours. One that names
    values changes it at each of them, against any other value; so does one that asks whether
    there is a value at all.
    """
    if field.datatype is Datatype.STRING or not (_orders(test) or _has_steps(field)):
        yield from _at_names(test, field)
    else:
        yield from _between_neighbours(test, field)
    if _speaks_of_nothing(test) and not field.required:
        yield Boundary(test=test, field=field, at=MISSING, beside=None)


def _between_neighbours(test: Test, field: Field) -> Iterator[Boundary]:
    found = [v for v in candidates([test], field) if v is not None and not isinstance(v, Missing)]
    found.sort(key=lambda value: rank(value, field))
    for low, high in pairwise(found):
        here, there = (holds(test, value, field) for value in (low, high))
        if here is not there:
            at, beside = (low, high) if here else (high, low)
            yield Boundary(test=test, field=field, at=at, beside=beside)


def _at_names(test: Test, field: Field) -> Iterator[Boundary]:
    answers = {holds(test, value, field) for value in field.allowed or (True, False)}
    if field.datatype is not Datatype.STRING and len(answers) < 2:  # noqa: PLR2004 - both answers
        return
    for value in dict.fromkeys(_named(test)):
        yield Boundary(test=test, field=field, at=value, beside=None)


def _orders(test: Test) -> bool:
    """Whether a test uses the order of its field."""
    if isinstance(test, OneOf | AllOf):
        return any(map(_orders, test.tests))
    if isinstance(test, Not):
        return _orders(test.test)
    return isinstance(test, Interval) or (
        isinstance(test, Compare) and test.operator not in {"=", "!="}
    )


def _has_steps(field: Field) -> bool:
    return field.datatype not in {Datatype.TOKEN, Datatype.STRING, Datatype.BOOLEAN}


def _speaks_of_nothing(test: Test) -> bool:
    if isinstance(test, OneOf | AllOf):
        return any(map(_speaks_of_nothing, test.tests))
    return isinstance(test, Given)


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


def steps(value: Value, field: Field) -> Iterator[Value]:
    """The values one step below and above, for types that have steps; some beyond the field's."""
    if isinstance(value, bool | str):
        return
    if isinstance(value, int | float):
        step = 10**-field.decimals if isinstance(value, float) else 1
        yield from (value - step, value + step)
    elif isinstance(value, datetime | timedelta):
        yield from (value - _SECOND, value + _SECOND)
    elif isinstance(value, Months):
        yield from (Months(value.total - 1), Months(value.total + 1))
    elif isinstance(value, date):
        yield from (value - _DAY, value + _DAY)
    else:
        beside = [datetime.combine(_SOME_DAY, value) + step for step in (-_SECOND, _SECOND)]
        yield from (one.time() for one in beside if one.date() == _SOME_DAY)


def _number(value: Value) -> float | None:
    if isinstance(value, bool | str):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Months):
        return float(value.total)
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value.toordinal()) if isinstance(value, date) else None


def _same(one: Input, other: Input) -> bool:
    return one is other or (type(one) is type(other) and one == other)
