"""Sets of values of one field, a missing one among them: met, turned inside out, shown by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from ontology.kinds import Field
from ontology.values import LARGEST_DECIMAL, LARGEST_INTEGER, Datatype, Value
from rules.acceptance import Accepted, Judged, Line, Members
from rules.conditions import Ask
from rules.literals import literal
from rules.sfeel import MISSING, AllOf, Compare, Input, Not, OneOf, Test, holds
from rules.text_samples import texts
from rules.whole_numbers import LARGEST, number, numbered

Range: TypeAlias = tuple[int, int]
"""Whole numbers from the first to the last, both of them in."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Values that have an order, as the whole numbers that `rules.whole_numbers` gives them.

    The ranges ascend and have gaps between them, so that equal sets are equal.
    """

    ranges: tuple[Range, ...]


Shape: TypeAlias = Spans | Members | Judged

NO_TEXT: Final = Members(frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """Some of what a field may be: which of the values that are there, and whether a missing one.

    Nulls are left out: no fact has any.
    """

    field: Field
    missing: bool
    present: Shape

    @classmethod
    def of(cls, ask: Ask) -> "ValueSet":
        """What an ask accepts."""
        return cls.accepting(ask.accepted, ask.field)

    @classmethod
    def accepting(cls, form: Accepted, field: Field) -> "ValueSet":
        """What the normal form of a test accepts."""
        missing = form.missing and not field.required
        return cls(field=field, missing=missing, present=_shape(form, field))

    @classmethod
    def whole(cls, field: Field) -> "ValueSet":
        """Everything that a field may be."""
        present = Members(frozenset(), named=False) if _text(field) else Spans((_domain(field),))
        return cls(field=field, missing=not field.required, present=present)

    @classmethod
    def holding(cls, field: Field, value: Input) -> "ValueSet":
        """One value alone, or `MISSING`."""
        if value is MISSING or not isinstance(value, Value):
            return cls(field=field, missing=True, present=NO_TEXT if _text(field) else Spans(()))
        if _text(field):
            return cls(field=field, missing=False, present=Members(frozenset([value])))
        at = number(value, field)
        return cls(field=field, missing=False, present=Spans(((at, at),)))

    @property
    def empty(self) -> bool | None:
        """Whether nothing is in it; None where only patterns could tell, and none of us can."""
        if self.missing:
            return False
        if isinstance(self.present, Judged):
            return None if self._example() is MISSING else False
        return self.present in {Spans(()), NO_TEXT}

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == ValueSet.whole(self.field)

    def meet(self, other: "ValueSet") -> "ValueSet":
        """What is in both."""
        present = _meet(self.present, other.present, self.field)
        missing = self.missing and other.missing
        return ValueSet(field=self.field, missing=missing, present=present)

    def outside(self) -> "ValueSet":
        """What the field may be and this set leaves out."""
        missing = not self.missing and not self.field.required
        return ValueSet(field=self.field, missing=missing, present=_outside(self))

    def join(self, other: "ValueSet") -> "ValueSet":
        """What is in either of them."""
        return self.outside().meet(other.outside()).outside()

    @property
    def reach(self) -> Range:
        """The first and the last of all that an ordered field may be."""
        return _domain(self.field)

    def given(self) -> "ValueSet":
        """The same without the missing one."""
        return ValueSet(field=self.field, missing=False, present=self.present)

    def within(self, other: "ValueSet") -> bool | None:
        """Whether all of it is in the other; None where it can't be told."""
        return self.meet(other.outside()).empty

    def has(self, value: Input) -> bool:
        """Whether a value, or `MISSING`, is in it."""
        if value is None or not isinstance(value, Value):
            return value is MISSING and self.missing
        if isinstance(self.present, Judged):
            return holds(self.present.test, value, self.field)
        if isinstance(self.present, Members):
            return (value in self.present.names) is self.present.named
        at = number(value, self.field)
        return any(low <= at <= high for low, high in self.present.ranges)

    def one(self) -> Input | None:
        """A value of it, as plain as can be: `MISSING` where that will do; None where none is."""
        if self.missing:
            return MISSING
        found = self._example()
        return None if found is MISSING else found

    def values(self) -> Iterator[Value]:
        """Some values of it that are there, plain ones first: an end of each range, each name."""
        if isinstance(self.present, Spans):
            for low, high in self.present.ranges:
                yield from _ends(low, high, self.field)
        else:
            yield from (text for text in texts(self.present, self.field) if self.has(text))

    def _example(self) -> Input:
        return next(self.values(), MISSING)


def _text(field: Field) -> bool:
    return field.datatype is Datatype.STRING


@lru_cache(maxsize=4_096)
def _domain(field: Field) -> Range:
    """The first and the last value of a field."""
    low, high = {
        Datatype.TOKEN: (0, len(field.allowed) - 1),
        Datatype.BOOLEAN: (0, 1),
        Datatype.INTEGER: (-LARGEST_INTEGER, LARGEST_INTEGER),
        Datatype.DECIMAL: (-_most(field), _most(field)),
        Datatype.DATE: (1, 3_652_059),
        Datatype.TIME: (0, 86_399_999_999),
        Datatype.DATETIME: (-62_135_596_800_000_000, 253_402_300_799_999_999),
        Datatype.DURATION: (-LARGEST, LARGEST),
        Datatype.MONTHS: (-12_000_000, 12_000_000),
    }[field.datatype]
    least = low if field.minimum is None else number(field.minimum, field)
    most = high if field.maximum is None else number(field.maximum, field)
    return max(low, least), min(high, most)


def _most(field: Field) -> int:
    return int(LARGEST_DECIMAL * 10.0**field.decimals)


def _shape(form: Accepted, field: Field) -> Shape:
    if isinstance(form.present, Judged) or _text(field):
        return form.present if isinstance(form.present, Members | Judged) else NO_TEXT
    whole = _domain(field)
    if form.everything:
        return Spans((whole,))
    if isinstance(form.present, Members):
        return _spans((number(one, field),) * 2 for one in form.present.names)
    return _clipped(form.present, whole, field)


def _clipped(line: Line, whole: Range, field: Field) -> Spans:
    first, last = whole
    found = [
        (
            first if low is None else max(first, number(low[0], field) + low[1]),
            last if high is None else min(last, number(high[0], field) - (not high[1])),
        )
        for low, high in line.spans()
    ]
    return _spans(found)


def _spans(ranges: Iterable[Range]) -> Spans:
    """Ranges in order, neighbours joined, empty ones left out."""
    found: list[Range] = []
    for low, high in sorted(one for one in ranges if one[0] <= one[1]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return Spans(tuple(found))


def _meet(one: Shape, other: Shape, field: Field) -> Shape:
    if isinstance(one, Spans) and isinstance(other, Spans):
        pairs = ((max(a, c), min(b, d)) for a, b in one.ranges for c, d in other.ranges)
        return Spans(tuple(sorted(pair for pair in pairs if pair[0] <= pair[1])))
    if isinstance(one, Members) and isinstance(other, Members):
        return _both(one, other)
    if isinstance(one, Members) and one.named:
        return Members(frozenset(name for name in one.names if holds(_test(other), name, field)))
    if isinstance(other, Members) and other.named:
        return _meet(other, one, field)
    return _judged([*_parts(_test(one)), *_parts(_test(other))])


def _both(one: Members, other: Members) -> Members:
    if one.named and other.named:
        return Members(one.names & other.names)
    if one.named or other.named:
        named, rest = (one, other) if one.named else (other, one)
        return Members(named.names - rest.names)
    return Members(one.names | other.names, named=False)


def _outside(of: ValueSet) -> Shape:
    here = of.present
    if isinstance(here, Judged):
        return Judged(here.test.test if isinstance(here.test, Not) else Not(here.test))
    if isinstance(here, Members):
        return Members(here.names, named=not here.named)
    first, last = _domain(of.field)
    ends = [first - 1, *(edge for one in here.ranges for edge in one), last + 1]
    return _spans((ends[at] + 1, ends[at + 1] - 1) for at in range(0, len(ends), 2))


def _test(shape: Shape) -> Test:
    """A test that accepts a set of texts."""
    if isinstance(shape, Judged):
        return shape.test
    names = () if isinstance(shape, Spans) else sorted(map(str, shape.names))
    named = OneOf(tuple(Compare("=", name) for name in names))
    return named if isinstance(shape, Members) and shape.named else Not(named)


def _parts(test: Test) -> tuple[Test, ...]:
    return test.tests if isinstance(test, AllOf) else (test,)


def _judged(tests: Iterable[Test]) -> Shape:
    kept = [*dict.fromkeys(one for one in tests if one != Not(OneOf(())))]
    if any(Not(one) in kept for one in kept):
        return NO_TEXT
    return Judged(AllOf(tuple(kept)) if len(kept) > 1 else kept[0])


def _ends(low: int, high: int, field: Field) -> Iterator[Value]:
    """Values of a range, each once: the field's example, then round ones at its ends."""
    first, last = _domain(field)
    step = {Datatype.DURATION: 10**6, Datatype.DATETIME: 10**6, Datatype.TIME: 10**6}
    by = step.get(field.datatype, 1)
    example = number(literal(field.example, field), field)
    tried = [example, -(-low // by) * by, high // by * by, low, high]
    tried += [0] * (low == first and high == last)
    if low == first:
        tried = [example, high // by * by, *tried]
    for at in dict.fromkeys(tried):
        if low <= at <= high:
            yield numbered(at, field)
