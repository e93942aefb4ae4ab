"""Publication: whoever sees all that is told can work out nothing about a few."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.measures.publication import ALL, LEAST, Group, publication

_SITES = {"rail": "north", "bus": "north", "tram": "north", "desk": "south", "web": "south"}


@st.composite
def staffs(draw: st.DrawFn) -> Sequence[Mapping[str, str]]:
    """People in teams that lie within sites, and in roles across both."""
    kinds = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(sorted(_SITES)), st.sampled_from(["lead", "staff", "temp"])),
            st.integers(1, 25),
            min_size=1,
            max_size=8,
        )
    )
    return [
        {"team": team, "site": _SITES[team], "role": role}
        for (team, role), many in kinds.items()
        for _ in range(many)
    ]


def _members(people: Sequence[Mapping[str, str]], group: Group) -> list[bool]:
    return [group == ALL or one.get(group[0]) == group[1] for one in people]


@settings(deadline=None, max_examples=150)
@given(staffs())
def test_no_few_people_are_a_linear_combination_of_what_is_told(
    people: Sequence[Mapping[str, str]],
) -> None:
    told = publication(people)
    kinds = Counter(tuple(sorted(one.items())) for one in people)
    order = sorted(kinds)
    rows = np.array(
        [[float(group == ALL or group in kind) for kind in order] for group in told.shown]
    )
    if not len(rows):
        return
    rank = np.linalg.matrix_rank(rows)
    for size in range(1, len(order) + 1):
        for some in combinations(range(len(order)), size):
            if sum(kinds[order[at]] for at in some) < LEAST:
                few = np.isin(np.arange(len(order)), some).astype(float)
                assert np.linalg.matrix_rank(np.vstack([rows, few])) > rank, (few, told)


@given(staffs())
def test_nothing_is_told_of_a_group_that_is_too_small(people: Sequence[Mapping[str, str]]) -> None:
    told = publication(people)
    assert all(many >= LEAST for many in told.shown.values())
    assert all(sum(_members(people, group)) == many for group, many in told.shown.items())


def test_the_last_small_team_takes_another_one_with_it() -> None:
    people = [{"team": team} for team in ["rail"] * 30 + ["bus"] * 20 + ["web"] * 4]
    told = publication(people)
    assert told.shown == {ALL: 54, ("team", "rail"): 30}
    assert told.withheld == {("team", "bus"): 20, ("team", "web"): 4}


def test_large_groups_that_leave_nobody_small_are_all_told() -> None:
    people = [{"team": team, "site": _SITES[team]} for team in [*_SITES] * 12]
    told = publication(people)
    assert not told.withheld
    assert told.shown[("site", "north")] == 36


def test_two_groups_that_differ_by_few_are_not_both_told() -> None:
    people = [{"team": "rail", "site": "north"}] * 40 + [{"team": "bus", "site": "north"}] * 3
    people += [{"team": "web", "site": "south"}] * 20
    told = publication(people).shown
    assert not {("team", "rail"), ("site", "north")} <= set(told)


@pytest.mark.parametrize("many", [0, 9])
def test_of_too_few_nothing_at_all_is_told(many: int) -> None:
    assert not publication([{"team": "rail"}] * many).shown


def test_who_is_in_no_group_counts_among_all() -> None:
    told = publication([{"team": "rail"}] * 30 + [{}] * 12)
    assert told.shown == {ALL: 42, ("team", "rail"): 30}
    assert publication([{"team": "rail"}] * 30 + [{}] * 3).shown == {ALL: 33}
