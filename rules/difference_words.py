"""Regions of facts in words: what is asked of them, each test as short as it can be said."""

from collections.abc import Iterator
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype, Value, encode
from rules.acceptance import Judged, Members
from rules.alternatives import Alternative
from rules.moving import written
from rules.regions import Region
from rules.sfeel import AllOf, Compare, Matches, Not, OneOf, Test
from rules.value_sets import Range, ValueSet
from rules.whole_numbers import numbered

_NAMED: Final = frozenset({Datatype.TOKEN, Datatype.BOOLEAN})


def region_words(one: Alternative) -> tuple[str, ...]:
    """What an alternative asks, a line a fact: `spread {excess: [4..5), window: PT1H}`."""
    joins = [
        f"{one.regions[join.left].kind}.{join.left_field.name} = "
        f"{one.regions[join.right].kind}.{join.right_field.name}"
        for join in one.joins
    ]
    absences = []
    for absence in one.absences:
        same = ", ".join(f"{here.name} the same {there.name}" for here, there in absence.equal)
        absences.append(f"no {_region(absence.region)}" + (f" with {same}" if same else ""))
    return (*map(_region, one.regions), *joins, *absences)


def _region(region: Region) -> str:
    said = ", ".join(f"{name}: {set_words(one)}" for name, one in region.sets.items())
    return f"{region.kind} {{{said}}}" if said else region.kind


def set_words(one: ValueSet) -> str:
    """A set of values as a rule would ask for it."""
    words = ["given"] if one.given() == ValueSet.whole(one.field).given() else [*_present(one)]
    return ", ".join([*words, *(["not given"] if one.missing else [])])


def _present(one: ValueSet) -> Iterator[str]:
    present = one.present
    if isinstance(present, Judged):
        yield _test(present.test)
    elif isinstance(present, Members):
        names = ", ".join(sorted(map(str, present.names)))
        if names:
            yield names if present.named else f"not({names})"
    elif one.field.datatype in _NAMED:
        for low, high in present.ranges:
            yield from (_text(numbered(at, one.field)) for at in range(low, high + 1))
    else:
        whole = ValueSet.whole(one.field).present
        first, last = whole.ranges[0] if not isinstance(whole, Members | Judged) else (0, 0)
        for found in present.ranges:
            yield _span(found, (first, last), one.field)


def _span(found: Range, whole: Range, field: Field) -> str:
    low, high = found
    if low == high:
        return _text(numbered(low, field))
    after, before = high + 1 <= whole[1], low - 1 >= whole[0]
    end = _shorter(high, high + 1, field) if after else (_text(numbered(high, field)), False)
    start = _shorter(low, low - 1, field) if before else (_text(numbered(low, field)), False)
    if not after:
        return f"{'>' if start[1] else '>='} {start[0]}"
    if not before:
        return f"{'<' if end[1] else '<='} {end[0]}"
    return f"{'(' if start[1] else '['}{start[0]}..{end[0]}{')' if end[1] else ']'}"


def _shorter(inside: int, outside: int, field: Field) -> tuple[str, bool]:
    """An end of a range, whichever says it shorter: the last value in it or the first beyond."""
    within, beyond = (_text(numbered(at, field)) for at in (inside, outside))
    whole = field.datatype in {Datatype.INTEGER, Datatype.DATE, Datatype.MONTHS}
    return (within, False) if whole or len(within) <= len(beyond) else (beyond, True)


def _text(value: Value) -> str:
    found = encode(value)
    if isinstance(found, bool):
        return str(found).lower()
    return written(found) if isinstance(found, float) else str(found)


def _test(test: Test) -> str:
    """A test of texts."""
    if isinstance(test, OneOf | AllOf):
        sign = ", " if isinstance(test, OneOf) else " and "
        return sign.join(map(_test, test.tests))
    if isinstance(test, Not):
        return f"not({_test(test.test)})"
    if isinstance(test, Matches):
        return f"matches {test.pattern}"
    return str(test.value) if isinstance(test, Compare) else "given"
