"""What a test accepts, in a normal form that both engines compile and that shows empty tests."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.sfeel import (
    MISSING,
    AllOf,
    Anything,
    Compare,
    Given,
    Interval,
    Matches,
    Not,
    OneOf,
    Test,
    holds,
)
from rules.whole_numbers import number

Cut: TypeAlias = tuple[Any, bool]
"""A value and whether the cut lies after it: `(4, False)` before 4, `(4, True)` after."""


@dataclass(frozen=True, slots=True)
class Line:
    """A set of values on an ordered line: whether it begins inside, and where it changes sides."""

    inside: bool
    cuts: tuple[Cut, ...] = ()

    def spans(self) -> tuple[tuple[Cut | None, Cut | None], ...]:
        """The stretches inside, each from a cut to a cut; None where it has no end."""
        edges: list[Cut | None] = [None, *self.cuts] if self.inside else [*self.cuts]
        if len(edges) % 2:
            edges.append(None)
        return tuple(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Members:
    """A set of texts: the ones named, or every text but the ones named."""

    names: frozenset[Value]
    named: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """Texts that only the test itself can tell: it has a pattern in it."""

    test: Test


Shape: TypeAlias = Line | Members | Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Whether a missing value and a null are accepted, and which present values are."""

    missing: bool
    null: bool
    present: Shape

    @property
    def nothing(self) -> bool:
        """The test can never hold."""
        return self._empty and not (self.missing or self.null)

    @property
    def only_null(self) -> bool:
        """The test holds of nulls alone, which no fact has."""
        return self._empty and self.null and not self.missing

    @property
    def _empty(self) -> bool:
        return self.present in {Line(inside=False), Members(frozenset())}

    @property
    def everything(self) -> bool:
        """The test holds of every value that is there."""
        return self.present in {Line(inside=True), Members(frozenset(), named=False)}


EVERY: Final = Line(inside=True)
NONE: Final = Line(inside=False)


def accepted(test: Test, field: Field) -> Accepted:
    """The normal form of a test; two tests of a field with one meaning mostly have one form.

    Ranges of the field count: `>= 5` of a field that ends at 1 accepts nothing.
    """
    return Accepted(
        missing=holds(test, MISSING, field),
        null=holds(test, None, field),
        present=_present(test, field),
    )


def _present(test: Test, field: Field) -> Shape:
    if field.datatype is Datatype.BOOLEAN or field.datatype is Datatype.TOKEN:
        domain: tuple[Value, ...] = field.allowed or (True, False)
        names = frozenset(one for one in domain if holds(test, one, field))
        return Members(frozenset(), named=False) if len(names) == len(domain) else Members(names)
    if field.datatype is Datatype.STRING:
        return Judged(test) if _has_pattern(test) else _members(test, field)
    line = _line(test)
    reach = _reach(field)
    within = _merge(line, reach, lambda a, b: a and b)
    return EVERY if within == reach else within


def _has_pattern(test: Test) -> bool:
    if isinstance(test, OneOf | AllOf):
        return any(map(_has_pattern, test.tests))
    return _has_pattern(test.test) if isinstance(test, Not) else isinstance(test, Matches)


def _members(test: Test, field: Field) -> Members:
    """Texts have no order, so a test without pattern tells apart only those that it names."""
    named = frozenset(_values(test))
    other = "\n"  # INVARIANT: a fact's text is one line, so no test names this one
    rest = holds(test, other, field)
    return Members(
        frozenset(v for v in named if holds(test, v, field) is not rest), named=not rest
    )


def _values(test: Test) -> list[Value]:
    if isinstance(test, OneOf | AllOf):
        return [value for one in test.tests for value in _values(one)]
    if isinstance(test, Not):
        return _values(test.test)
    return [test.value] if isinstance(test, Compare) else []


def _reach(field: Field) -> Line:
    low = () if field.minimum is None else ((field.minimum, False),)
    high = () if field.maximum is None else ((field.maximum, True),)
    return Line(inside=not low, cuts=(*low, *high))


def _line(test: Test) -> Line:
    """The values of an ordered field that fulfil a test."""
    if isinstance(test, Compare):
        return _COMPARED[test.operator](test.value)
    if isinstance(test, Interval):
        cuts = ((test.low, not test.low_closed), (test.high, test.high_closed))
        return NONE if cuts[0] >= cuts[1] else Line(inside=False, cuts=cuts)
    if isinstance(test, Not):
        line = _line(test.test)
        return Line(inside=not line.inside, cuts=line.cuts)
    if isinstance(test, OneOf):
        return _fold(test.tests, NONE, lambda a, b: a or b)
    if isinstance(test, AllOf):
        return _fold(test.tests, EVERY, lambda a, b: a and b)
    return EVERY if isinstance(test, Anything) or test == Given() else NONE


def _fold(tests: tuple[Test, ...], start: Line, sides: Callable[[bool, bool], bool]) -> Line:
    for test in tests:
        start = _merge(start, _line(test), sides)
    return start


def _merge(one: Line, other: Line, sides: Callable[[bool, bool], bool]) -> Line:
    """The line that is inside where `sides` of the two lines says so."""
    inside = at = sides(one.inside, other.inside)
    cuts: list[Cut] = []
    for cut in sorted({*one.cuts, *other.cuts}):
        now = sides(_after(one, cut), _after(other, cut))
        if now is not at:
            cuts.append(cut)
            at = now
    return Line(inside=inside, cuts=tuple(cuts))


def _after(line: Line, cut: Cut) -> bool:
    """Whether the line is inside just after a cut."""
    return line.inside ^ bool(bisect_right(line.cuts, cut) % 2)


_COMPARED: Final[dict[str, Callable[[Value], Line]]] = {
    "=": lambda v: Line(inside=False, cuts=((v, False), (v, True))),
    "!=": lambda v: Line(inside=True, cuts=((v, False), (v, True))),
    "<": lambda v: Line(inside=True, cuts=((v, False),)),
    "<=": lambda v: Line(inside=True, cuts=((v, True),)),
    ">": lambda v: Line(inside=False, cuts=((v, True),)),
    ">=": lambda v: Line(inside=False, cuts=((v, False),)),
}


def overlap(one: Accepted, other: Accepted, field: Field) -> bool:
    """Whether some value, or its absence, fulfils two tests of a field.

    True as well where it cannot be told, because a pattern is among the tests.
    """
    if (one.missing and other.missing) or (one.null and other.null):
        return True
    here, there = one.present, other.present
    if isinstance(here, Members) and isinstance(there, Members):
        return _share(here, there)
    if isinstance(here, Line) and isinstance(there, Line):
        both = _merge(here, there, lambda a, b: a and b)
        return any(_some(low, high, field) for low, high in both.spans())
    return NONE not in {here, there} and Members(frozenset()) not in {here, there}


def _share(one: Members, other: Members) -> bool:
    if one.named and other.named:
        return bool(one.names & other.names)
    if one.named or other.named:
        named, rest = (one, other) if one.named else (other, one)
        return bool(named.names - rest.names)
    return True


def _some(low: Cut | None, high: Cut | None, field: Field) -> bool:
    """Whether a value lies between two cuts: values are whole steps, so 3 < x < 4 may be none."""
    if low is None or high is None:
        return True
    return number(low[0], field) + low[1] <= number(high[0], field) - (not high[1])
