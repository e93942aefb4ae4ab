"""Means over runs recover what simulated teams are, and their intervals cover as they say."""

import numpy as np
import pytest

from knowledge.measures.drill_runs import mean_of_runs
from knowledge.measures.estimates import Estimate, Withheld

WORLDS = 400


@pytest.mark.parametrize("runs", [3, 5, 12])
def test_the_interval_covers_what_a_team_truly_is(runs: int) -> None:
    draw = np.random.default_rng(16 + runs)
    covered = 0
    for _ in range(WORLDS):
        found = mean_of_runs([*draw.normal(20.0, 6.0, runs)])
        assert isinstance(found, Estimate)
        covered += found.low <= 20.0 <= found.high
    # 380 of 400 worlds are to be expected; fewer than 355 come once in a million runs
    assert covered >= 355


def test_shares_of_runs_of_eight_acts_are_covered_although_acts_hang_together() -> None:
    draw = np.random.default_rng(7)
    covered = 0
    for _ in range(WORLDS):
        able = draw.beta(6.0, 4.0, 6)  # each run has a skill of its own
        shares = draw.binomial(8, able) / 8
        found = mean_of_runs([*shares], low=0.0, high=1.0)
        assert isinstance(found, Estimate)
        covered += found.low <= 0.6 <= found.high
    assert covered >= 350


def test_two_runs_and_runs_that_are_all_alike_are_withheld() -> None:
    assert isinstance(mean_of_runs([]), Withheld)
    assert isinstance(mean_of_runs([0.2, 0.9]), Withheld)
    alike = mean_of_runs([0.5, 0.5, 0.5])
    assert isinstance(alike, Withheld)
    assert "nothing of the spread" in alike.reason


def test_an_interval_is_cut_off_where_no_share_can_lie() -> None:
    found = mean_of_runs([0.9, 1.0, 0.8], low=0.0, high=1.0)
    assert isinstance(found, Estimate)
    assert found.high == 1.0
