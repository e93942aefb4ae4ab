"""S-FEEL unary tests: one typed tree, and the one meaning that it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import re2  # type: ignore[import-untyped] # ships no types

from ontology.kinds import Field
from ontology.values import Datatype, Value

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]


class Missing:
    """The type of `MISSING`: a field that a fact does not have. `None` is a null."""


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Anything:
    """`-`: every value, and none."""


@dataclass(frozen=True, slots=True)
class Given:
    """`given`: there is a value (`not given` where `there` is false)."""

    there: bool = True


@dataclass(frozen=True, slots=True)
class Null:
    """`null`: the value is given as null; only tables have such inputs."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`>= 4`; tokens compare by their place in the scheme."""

    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Interval:
    """`[1..5)`."""

    low: Value
    low_closed: bool
    high: Value
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """`matches ^re`: an RE2 pattern is found in the text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of the tests holds."""

    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the tests holds."""

    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The test does not hold of a value that is there; a missing value answers no question."""

    test: "Test"


Test: TypeAlias = Anything | Given | Null | Compare | Interval | Matches | OneOf | AllOf | Not
Input: TypeAlias = Value | Missing | None

ANYTHING: Final = Anything()


def holds(test: Test, given: Input, field: Field) -> bool:
    """Whether a test holds of a value, of a null (`None`) or of `MISSING`.

    A missing value or a null fulfils only the tests that ask for it: `-`, `not given`, `null`.
    The negation of any other test is silent about them too, so that a gap is never an answer.
    """
    if given is None or isinstance(given, Missing):
        return _holds_of_nothing(test, given)
    return _HOLDS[type(test)](test, given, field)


def _holds_of_nothing(test: Test, given: Missing | None) -> bool:
    if isinstance(test, OneOf):
        return any(_holds_of_nothing(one, given) for one in test.tests)
    if isinstance(test, AllOf):
        return all(_holds_of_nothing(one, given) for one in test.tests)
    if isinstance(test, Given):
        return test.there is (given is None)
    return isinstance(test, Anything) or (isinstance(test, Null) and given is None)


def rank(value: Value, field: Field) -> Any:  # noqa: ANN401 - anything that has an order
    """What a value is compared by: its place in the scheme for a token, else the value itself."""
    if field.datatype is Datatype.TOKEN and isinstance(value, str):
        return field.allowed.index(value)
    return value


@lru_cache(maxsize=4_096)
def compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 ships no types
    """The RE2 pattern, with bounded memory and without log output.

    Raises:
        re2.error: it is none.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def _compares(test: Any, given: Value, field: Field) -> bool:  # noqa: ANN401 - a Compare
    return COMPARES[test.operator](rank(given, field), rank(test.value, field))


def _lies_within(test: Any, given: Value, field: Field) -> bool:  # noqa: ANN401 - an Interval
    here, low, high = (rank(one, field) for one in (given, test.low, test.high))
    above = low < here or (test.low_closed and low == here)
    return bool(above and (here < high or (test.high_closed and here == high)))


COMPARES: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        "=": lambda a, b: bool(a == b),
        "!=": lambda a, b: bool(a != b),
        "<": lambda a, b: bool(a < b),
        "<=": lambda a, b: bool(a <= b),
        ">": lambda a, b: bool(a > b),
        ">=": lambda a, b: bool(a >= b),
    }
)
_HOLDS: Final[Mapping[type, Callable[[Any, Value, Field], bool]]] = MappingProxyType(
    {
        Anything: lambda _test, _given, _field: True,
        Given: lambda test, _given, _field: test.there,
        Null: lambda _test, _given, _field: False,
        Compare: _compares,
        Interval: _lies_within,
        Matches: lambda test, given, _field: compiled(test.pattern).search(given) is not None,
        OneOf: lambda test, given, field: any(holds(one, given, field) for one in test.tests),
        AllOf: lambda test, given, field: all(holds(one, given, field) for one in test.tests),
        Not: lambda test, given, field: not holds(test.test, given, field),
    }
)
