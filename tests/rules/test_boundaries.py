from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from rules.boundaries import candidates, distance, nearest
from rules.sfeel import MISSING, AllOf, Compare, Input, Interval, Not, OneOf, Operator, Test, holds

EXCESS = catalogue().kinds["spread"].fields["excess"]
TIER = catalogue().kinds["escalation"].fields["tier"]
AGE = catalogue().kinds["incident"].fields["age"]

numbers = st.integers(0, 2_000).map(lambda n: n / 100)
operators: st.SearchStrategy[Operator] = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
simple: st.SearchStrategy[Test] = st.builds(Compare, operators, numbers) | st.builds(
    lambda low, size, a, b: Interval(low, a, low + size, b),
    numbers,
    numbers,
    st.booleans(),
    st.booleans(),
)
tests: st.SearchStrategy[Test] = st.recursive(
    simple,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda found: OneOf(tuple(found)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda found: AllOf(tuple(found)))
    ),
    max_leaves=5,
)


@given(test=tests, value=numbers)
def test_the_nearest_value_holds_and_nothing_nearer_does(test: Test, value: float) -> None:
    near = nearest(test, value, EXCESS)
    every = [round(n / 100, 2) for n in range(4_100)]
    fitting = [one for one in every if holds(test, one, EXCESS)]
    if near is None:
        assert not fitting or all(one not in candidates([test], EXCESS) for one in fitting)
    else:
        assert holds(test, near, EXCESS)
        if holds(test, value, EXCESS) and value in candidates([test], EXCESS):
            assert near == value


@given(test=tests)
def test_between_two_candidates_a_test_never_changes_its_answer(test: Test) -> None:
    found = sorted(one for one in candidates([test], EXCESS) if isinstance(one, float))
    for low, high in pairwise(found):
        inside = [low + (high - low) * part / 7 for part in range(1, 7)]
        within = [round(one, 2) for one in inside if low < round(one, 2) < high]
        assert len({holds(test, one, EXCESS) for one in within}) <= 1


def test_tokens_are_near_by_their_place_in_the_scheme() -> None:
    assert nearest(Compare(">=", "executive"), "specialist", TIER) == "executive"


def test_a_duration_is_near_by_its_length() -> None:
    hour = timedelta(hours=1)
    assert nearest(Compare(">=", hour), timedelta(minutes=5), AGE) == hour


@pytest.mark.parametrize("value", candidates([], TIER))
def test_a_value_is_no_distance_from_itself_and_one_from_nothing(value: Input) -> None:
    assert distance(value, value, TIER) == 0.0
    assert distance(3.0, MISSING, EXCESS) == 1.0


@given(one=numbers, other=numbers)
def test_distance_is_symmetric_and_bounded(one: float, other: float) -> None:
    assert distance(one, other, EXCESS) == distance(other, one, EXCESS)
    assert 0.0 <= distance(one, other, EXCESS) <= 1.0
