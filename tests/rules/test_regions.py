"""The algebra of regions says what holding value by value says: laws, on drawn tests."""

from collections.abc import Sequence
from itertools import product
from types import MappingProxyType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from ontology.kinds import Field
from ontology.values import Value, ValueInvalid
from rules.acceptance import accepted
from rules.boundaries import steps
from rules.regions import Region
from rules.sfeel import MISSING, Input, Test, holds
from rules.unary import TestInvalid, parse
from rules.value_sets import ValueSet
from rules.whole_numbers import number, numbered
from tests.rules import policies
from tests.rules.examples import thorough

FIELDS = [policies.shape(kind, name) for kind, names in policies.ASKED.items() for name in names]


def inputs(field: Field) -> list[Input]:
    """Values about the boundaries of the drawn tests, and a missing one where it may be."""
    found: dict[Value, None] = dict.fromkeys(policies.values(field))
    for value in [*found]:
        for near in steps(value, field):
            try:
                found[field.check(near)] = None
            except ValueInvalid:
                continue
    return [*found, *(() if field.required else (MISSING,))]


@st.composite
def drawn(draw: st.DrawFn, field: Field) -> Test:
    try:
        return parse(draw(policies.unary(field)), field)
    except TestInvalid:
        assume(condition=False)
        raise


def accepting(test: Test, field: Field) -> ValueSet:
    return ValueSet.accepting(accepted(test, field), field)


@thorough
@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_a_set_has_what_its_test_holds_of(data: st.DataObject, field: Field) -> None:
    test = data.draw(drawn(field))
    made = accepting(test, field)
    assert [made.has(v) for v in inputs(field)] == [holds(test, v, field) for v in inputs(field)]


@thorough
@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_sets_meet_and_turn_inside_out_value_by_value(data: st.DataObject, field: Field) -> None:
    one, other = (accepting(data.draw(drawn(field)), field) for _ in range(2))
    both, rest = one.meet(other), one.outside()
    for value in inputs(field):
        assert both.has(value) is (one.has(value) and other.has(value))
        assert rest.has(value) is not one.has(value)


@thorough
@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_a_set_is_empty_or_shows_one_of_its_values(data: st.DataObject, field: Field) -> None:
    one, other = (accepting(data.draw(drawn(field)), field) for _ in range(2))
    both = one.meet(other)
    shown = both.one()
    if shown is None:
        assert both.empty is not False
        assert both.empty is None or not any(map(both.has, inputs(field)))
    else:
        assert both.empty is False
        assert both.has(shown)
        assert shown is MISSING or field.check(shown) == shown


@thorough
@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_a_set_lies_within_another_as_its_values_do(data: st.DataObject, field: Field) -> None:
    one, other = (accepting(data.draw(drawn(field)), field) for _ in range(2))
    answer = one.within(other)
    outside = [v for v in inputs(field) if one.has(v) and not other.has(v)]
    assert not (answer and outside)
    if answer is False:
        shown = one.meet(other.outside()).one()
        assert one.has(shown)
        assert not other.has(shown)


@thorough
@given(data=st.data(), field=st.sampled_from(FIELDS))
def test_whatever_is_turned_twice_is_itself_and_all_of_it_is_everything(
    data: st.DataObject, field: Field
) -> None:
    one = accepting(data.draw(drawn(field)), field)
    assert one.outside().outside() == one
    assert one.meet(ValueSet.whole(field)) == one
    assert ValueSet.whole(field).outside().empty


@given(data=st.data(), field=st.sampled_from([f for f in FIELDS if f.datatype != "string"]))
def test_a_whole_number_gives_its_value_back(data: st.DataObject, field: Field) -> None:
    value = data.draw(st.sampled_from(policies.values(field)))
    assert numbered(number(value, field), field) == value
    assert ValueSet.holding(field, value).one() == value


@st.composite
def regions(draw: st.DrawFn, fields: Sequence[Field]) -> Region:
    some = draw(st.lists(st.sampled_from(fields), max_size=3))
    return Region.product("spread", [accepting(draw(drawn(field)), field) for field in some])


SPREAD = [policies.shape("spread", name) for name in ("excess", "confidence", "incident")]
FACTS = [
    Fact(
        kind="spread",
        values=MappingProxyType(
            {f.name: v for f, v in zip(SPREAD, row, strict=True) if isinstance(v, Value)}
        ),
        origins=(policies.ORIGIN,),
    )
    for row in product(*([*inputs(field)[:6], MISSING] for field in SPREAD))
]


@thorough
@given(one=regions(SPREAD), other=regions(SPREAD))
def test_regions_meet_and_are_taken_from_each_other_fact_by_fact(
    one: Region, other: Region
) -> None:
    both, left = one.meet(other), one.minus(other)
    for fact in FACTS:
        here, there = one.has(fact), other.has(fact)
        assert (both is not None and both.has(fact)) is (here and there)
        assert sum(piece.has(fact) for piece in left) == (here and not there)


@thorough
@given(one=regions(SPREAD), other=regions(SPREAD))
def test_a_region_within_another_leaves_nothing_outside_it(one: Region, other: Region) -> None:
    if one.within(other):
        assert not one.minus(other)
    if one.within(other) is False:
        assert any(piece.empty is not True for piece in one.minus(other))


@thorough
@given(one=regions(SPREAD), other=regions(SPREAD))
def test_a_region_shows_a_fact_of_its_own_that_fits_its_kind(one: Region, other: Region) -> None:
    for piece in one.minus(other):
        fact = piece.fact(catalogue())
        if fact is None:
            assert piece.empty is None
        else:
            assert piece.has(fact)
            assert one.has(fact)
            assert not other.has(fact)


def test_a_pattern_is_a_region_and_what_it_leaves_open_is_left_open() -> None:
    (rule,) = policies.book_of([{"incident": {"phase": "open", "severity": "-"}}])
    region = Region.of(rule.conditions[0].patterns[0])
    assert [*region.sets] == ["phase"]
    fact = region.fact(catalogue())
    assert fact is not None
    assert dict(fact.values) == {"phase": "open"}


@pytest.mark.parametrize("pattern", ["refund", "(?i)train|bus", "^[0-9]+$"])
def test_what_a_pattern_alone_can_tell_is_shown_or_said_to_be_unknown(pattern: str) -> None:
    field = policies.shape("signal", "language")
    made = accepting(parse(f"matches {pattern}", field), field)
    shown = made.one()
    assert (made.empty is None) is (shown is None)
    assert shown is None or made.has(shown)
    assert made.meet(made.outside()).empty
