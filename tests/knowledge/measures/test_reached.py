"""Reach and medians: bounds that hold however people overlap, intervals that hold the median."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.medians import median
from knowledge.measures.reached import Bounds, clicked, of_report, together

PEOPLE = st.frozensets(st.integers(0, 60), min_size=1)


@given(st.lists(PEOPLE, min_size=1, max_size=6))
def test_reach_of_several_lies_within_the_bounds_however_they_overlap(
    parts: list[frozenset[int]],
) -> None:
    found = together([of_report(2 * len(one), len(one)) for one in parts])
    assert isinstance(found, Bounds)
    assert found.low <= len(frozenset().union(*parts)) <= found.high


@given(st.integers(0, 10**9), st.none() | st.integers(0, 10**9))
def test_nobody_reaches_more_people_than_there_were_impressions(
    impressions: int, reach: int | None
) -> None:
    found = of_report(impressions, reach)
    assert 0 <= found.low <= found.high <= impressions


def test_without_reports_reach_is_withheld_and_not_nothing() -> None:
    assert isinstance(together([]), Withheld)
    assert isinstance(clicked(0, 0, 0), Withheld)


def test_clicks_are_a_share_with_its_interval() -> None:
    found = clicked(200, 20, 1)
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (0.1, 200)
    assert found.low < 0.1 < found.high


def test_an_interval_of_a_median_holds_it_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(5), 0
    for number in range(400):
        found = median(rng.lognormal(0.0, 2.0, 6 + number % 20).tolist())
        assert isinstance(found, Estimate)
        held += found.low <= 1.0 <= found.high
    assert held >= 400 * 0.95 - 4.75 * (400 * 0.95 * 0.05) ** 0.5


@given(st.lists(st.floats(-1e6, 1e6), max_size=5))
def test_too_few_values_carry_no_interval(values: list[float]) -> None:
    assert isinstance(median(values), Withheld)
