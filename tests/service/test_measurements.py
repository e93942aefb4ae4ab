"""Measurements and formulas of KPIs: what is reckoned, what is current, what is refused."""

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.record_values import RecordInvalid
from service.formulas import MEASURES, formulated, read_formula
from service.measurements import MEASURED, Measurements

KPI = ThingId("kpi/a")
AT = datetime(2026, 11, 23, tzinfo=UTC)


def event(sequence: int, days: int, value: float) -> Event:
    data: dict[str, Json] = {
        "value": value,
        "as_of": (AT - timedelta(days=days)).isoformat(),
        "sample": 10,
    }
    return Event(
        sequence=sequence,
        id=f"event/{sequence}",
        type=MEASURED,
        subject=KPI,
        actor=ThingId("person/ada"),
        occurred_at=AT,
        recorded_at=AT,
        scopes=(),
        data=data,
        personal={},
        governed=False,
        leaf=b"",
    )


def folded(events: Sequence[Event]) -> Measurements:
    known = Measurements()
    for one in events:
        known.apply(one)
    return known


def test_the_current_value_is_of_the_newest_time_in_whatever_order_it_was_recorded() -> None:
    events = [event(1, 9, 0.1), event(2, 2, 0.2), event(3, 5, 0.3)]
    for order in permutations(events):
        current = folded(order).current(KPI, AT)
        assert current is not None
        assert current.value == 0.2


def test_of_two_values_of_one_time_the_later_recorded_one_counts() -> None:
    current = folded([event(1, 2, 0.1), event(2, 2, 0.2)]).current(KPI, AT)
    assert current is not None
    assert current.value == 0.2


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(0, 50))
def test_nothing_of_a_later_time_is_current(days: list[int], ago: int) -> None:
    known = folded([event(n, day, float(n)) for n, day in enumerate(days)])
    current = known.current(KPI, AT - timedelta(days=ago))
    earlier = [day for day in days if day >= ago]
    assert (current is None) is (not earlier)
    assert current is None or current.as_of == AT - timedelta(days=min(earlier))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_measures_lie_between_the_least_and_the_greatest(numbers: list[float]) -> None:
    for name in MEASURES:
        found = read_formula(name, ["x"]).value({"x": [*numbers]})
        assert min(numbers) - 1e-9 * abs(min(numbers)) <= found
        assert found <= max(numbers) + 1e-9 * abs(max(numbers))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_nine_in_ten_do_not_exceed_the_ninetieth_percentile(numbers: list[int]) -> None:
    found = read_formula("ninetieth percentile", ["x"]).value({"x": [*numbers]})
    assert 10 * sum(one <= found for one in numbers) >= 9 * len(numbers)
    assert found in numbers


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_an_expression_is_reckoned_exactly(part: int, whole: int) -> None:
    formula = read_formula("100 * part / whole", ["part", "whole"])
    assert formula.value({"part": part, "whole": whole}) == pytest.approx(100 * part / whole)


def test_the_median_is_that_of_the_library() -> None:
    assert read_formula("median", ["x"]).value({"x": [3, 1, 2, 10]}) == statistics.median(
        [3, 1, 2, 10]
    )


@pytest.mark.parametrize(
    ("formula", "inputs", "where"),
    [
        ("", ["a"], "formula"),
        ("a +", ["a"], "formula"),
        ("a + b", ["a"], "formula"),
        ('"a"', [], "formula"),
        ("a > 1", ["a"], "formula"),
        ("mean", [], "input"),
        ("mean", ["a", "b"], "input"),
        ("a", ["a", "b"], "input"),
    ],
)
def test_a_formula_that_can_not_be_reckoned_is_refused(
    formula: str, inputs: list[str], where: str
) -> None:
    with pytest.raises(RecordInvalid) as refusal:
        read_formula(formula, inputs)
    assert [*refusal.value.errors] == [f"/properties/{where}"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "/inputs/x"),
        ({"x": []}, "/inputs/x"),
        ({"x": 3}, "/inputs/x"),
        ({"x": [1, "2"]}, "/inputs/x"),
        ({"x": [float("nan")]}, "/inputs/x"),
        ({"x": [1], "y": 2}, "/inputs/y"),
    ],
)
def test_inputs_that_a_measure_can_not_use_are_refused(
    given: dict[str, object], where: str
) -> None:
    with pytest.raises(RecordInvalid) as refusal:
        read_formula("mean", ["x"]).value(given)  # type: ignore[arg-type]
    assert where in refusal.value.errors


def test_only_kpis_have_formulas() -> None:
    assert formulated("Team", {"formula": "a +"}) == {"formula": "a +"}
    with pytest.raises(RecordInvalid):
        formulated("KPI", {"formula": "a +"})
    assert formulated("KPI", {"name": "Later"}) == {"name": "Later"}
