"""Survival: held against lifelines, and covering as often as intervals say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter  # type: ignore[import-untyped]
from lifelines.statistics import logrank_test  # type: ignore[import-untyped]

from knowledge.measures.survival import kaplan_meier, log_rank, seen_weights
from tests.knowledge.measures.populations import people
from tests.knowledge.measures.test_effects import enough


def test_curve_and_interval_are_those_of_lifelines() -> None:
    made = people(500, np.random.default_rng(1))
    ours = kaplan_meier(made.until, made.left)
    theirs = KaplanMeierFitter().fit(made.until, made.left)
    for time in (5.0, 40.0, 90.0):
        ends = theirs.confidence_interval_.loc[:time].iloc[-1]
        expected = (theirs.predict(time), ends.iloc[0], ends.iloc[1])
        assert ours.at(time) == pytest.approx(expected, abs=1e-9)


def test_log_rank_is_that_of_lifelines() -> None:
    made = people(300, np.random.default_rng(2))
    had = made.exposed > 0
    theirs = logrank_test(made.until[had], made.until[~had], made.left[had], made.left[~had])
    assert log_rank(made.until, made.left, made.exposed) == pytest.approx(theirs.p_value)


def test_intervals_of_the_mean_time_cover() -> None:
    truth = 50 * (1 - np.exp(-60 / 50))
    covers = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        leaves, followed = generator.exponential(50, 150), generator.uniform(20, 150, 150)
        curve = kaplan_meier(np.minimum(leaves, followed), (leaves <= followed).astype(float))
        covers += abs(curve.mean(60.0) - truth) <= 1.96 * curve.mean_deviation(60.0)
    assert enough(covers, 400, 0.94)


def test_weights_of_those_seen_stand_for_those_who_were_lost() -> None:
    generator = np.random.default_rng(3)
    leaves, followed = generator.exponential(50, 4000), generator.uniform(0, 300, 4000)
    weights = seen_weights(np.minimum(leaves, followed), (leaves <= followed).astype(float))
    assert weights.sum() == pytest.approx(4000, rel=0.05)
    assert np.average(leaves, weights=weights) == pytest.approx(50, rel=0.08)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40))
def test_a_curve_falls_within_its_interval(rows: list[tuple[int, bool]]) -> None:
    until = np.array([float(days) for days, _ in rows])
    left = np.array([float(gone) for _, gone in rows])
    curve = kaplan_meier(until, left)
    assert (np.diff(curve.share) <= 0).all()
    assert (curve.low <= curve.share + 1e-12).all()
    assert (curve.share <= curve.high + 1e-12).all()
    assert 0 <= curve.mean(30.0) <= 30


def test_nobody_left_is_a_flat_curve() -> None:
    curve = kaplan_meier(np.array([3.0, 4.0]), np.zeros(2))
    assert curve.at(10.0) == (1.0, 1.0, 1.0)
    assert (curve.mean(4.0), curve.mean_deviation(4.0)) == (4.0, 0.0)
    assert log_rank(np.array([3.0, 4.0]), np.zeros(2), np.array([0.0, 1.0])) == 1.0
