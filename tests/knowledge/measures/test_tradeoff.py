"""Speed and care: the truth is recovered though hard cases blur it and some are still open."""

import numpy as np
import pytest
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from knowledge.measures.designs import Floats, Values, design
from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.frontier import units
from knowledge.measures.quantiles import quantile_regression
from knowledge.measures.ranks import spearman
from knowledge.measures.tradeoff import Cases, slopes, together
from tests.knowledge.measures.test_effects import enough


def made(
    many: int, seed: int, slope: float = 0.2, followed: float = 1e9
) -> tuple[Cases, Values, Floats]:
    """Cases of which hard ones take long and get more care, besides what care itself takes."""
    generator = np.random.default_rng(seed)
    hard = (generator.random(many) < 0.4).astype(float)
    care = np.clip(2 + 1.5 * hard + generator.normal(size=many), 0, 6)
    hours = np.exp(1 + slope * care + 1.2 * hard + 0.5 * generator.normal(size=many))
    ends = generator.uniform(0.2, 1, many) * followed
    cases = Cases(
        hours=np.minimum(hours, ends),
        resolved=(hours <= ends).astype(float),
        care=care,
        effort=np.clip(np.round(5 - 0.5 * np.log(hours) + generator.normal(size=many)), 1, 7),
        people=np.arange(many),
    )
    return cases, np.where(hard > 0, "refund", "delay").astype(object), hours


def test_rank_correlation_is_that_of_scipy() -> None:
    generator = np.random.default_rng(1)
    one, two = generator.integers(0, 5, 300) * 1.0, generator.integers(0, 9, 300) * 1.0
    assert spearman(one, two, np.ones(300)) == pytest.approx(spearmanr(one, two).statistic)
    twice = np.repeat(one, 2), np.repeat(two, 2)
    assert spearman(one, two, np.full(300, 2.0)) == pytest.approx(spearmanr(*twice).statistic)


def test_quantile_regression_is_that_of_statsmodels() -> None:
    from statsmodels.regression.quantile_regression import (  # type: ignore[import-untyped]
        QuantReg,
    )

    generator = np.random.default_rng(2)
    matrix = np.column_stack([np.ones(1500), generator.normal(size=(1500, 2))])
    values = matrix @ [1, 0.5, -0.4] + generator.gumbel(size=1500)
    for share in (0.25, 0.5, 0.9):
        ours = quantile_regression(matrix, values, share, np.ones(1500))
        assert np.allclose(ours, QuantReg(values, matrix).fit(q=share).params, atol=0.01)


@pytest.mark.parametrize("followed", [1e9, 60.0])
def test_slopes_cover_the_truth_also_where_cases_are_open(followed: float) -> None:
    covers = told = 0
    for seed in range(60):
        cases, hard, _ = made(400, seed, followed=followed)
        found = slopes(cases, design({"kind": hard}))
        for one in found:
            if isinstance(one.times, Estimate):
                told += 1
                covers += one.times.low <= np.exp(0.2) <= one.times.high
    assert told > 150
    assert enough(covers, told, 0.92)


def test_like_with_like_takes_out_what_hard_cases_do() -> None:
    cases, hard, _ = made(900, 5, slope=0.0)
    found = together(cases, design({"kind": hard}), np.random.default_rng(1))[0]
    assert isinstance(found.plain, Estimate)
    assert isinstance(found.alike, Estimate)
    assert found.plain.low > 0.1
    assert found.alike.low < 0 < found.alike.high


def test_open_cases_do_not_bias_the_correlation() -> None:
    whole, hard, hours = made(3000, 7)
    some, _, _ = made(3000, 7, followed=150.0)
    truth = spearmanr(np.minimum(hours, 100), whole.care).statistic
    found = together(some, design({"kind": hard}), np.random.default_rng(1))[0].plain
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(truth, abs=0.06)


def test_the_frontier_is_of_those_whom_nobody_beats() -> None:
    cases, _, _ = made(900, 9, slope=0.0)
    names = np.array(["a", "b", "c"] * 300, dtype=object)
    hours = cases.hours * np.where(names == "b", 3, 1)
    care = np.clip(cases.care + np.where(names == "c", 1.5, 0), 0, 6)
    slower = Cases(
        hours=hours, resolved=cases.resolved, care=care, effort=cases.effort, people=cases.people
    )
    found, small = units(slower, names, design({}, len(names)), np.random.default_rng(1))
    by = {one.name: one for one in found}
    assert small == 0
    assert not by["b"].on_frontier
    assert by["c"].on_frontier
    assert by["c"].efficient > 0.9 > by["b"].efficient


def test_small_units_are_not_shown() -> None:
    cases, _, _ = made(60, 9)
    names = np.array(["a"] * 55 + ["b"] * 5, dtype=object)
    found, small = units(cases, names, design({}, len(names)), np.random.default_rng(1))
    assert ([one.name for one in found], small) == (["a"], 1)


def test_too_few_cases_are_refused_and_too_thin_quantiles_withheld() -> None:
    cases, hard, _ = made(29, 1)
    with pytest.raises(Unsuited, match="at least 30"):
        together(cases, design({"kind": hard}), np.random.default_rng(1))
    cases, hard, _ = made(150, 1)
    found = slopes(cases, design({"kind": hard}))
    assert isinstance(found[-1].times, Withheld)
    assert isinstance(found[1].times, Estimate)


def test_a_team_that_gets_the_hard_cases_is_not_called_slower_for_it() -> None:
    """Both teams work alike; the truth of like with like is equal hours, and it is covered."""
    covers = plainly = 0
    for seed in range(40):
        cases, hard, _ = made(400, 500 + seed, slope=0.0)
        draw = np.random.default_rng(seed)
        names = np.where(draw.random(400) < np.where(hard == "refund", 0.8, 0.2), "a", "b")
        (a, b), _ = units(cases, names.astype(object), design({"kind": hard}), draw)
        plainly += a.plain[0] > 1.3 * b.plain[0]
        assert isinstance(a.hours, Estimate)
        assert isinstance(b.hours, Estimate)
        apart = abs(np.log(a.hours.value / b.hours.value))
        wide = [np.log(one.high / one.low) / 3.92 for one in (a.hours, b.hours)]
        covers += apart <= 1.96 * np.hypot(*wide)
    assert plainly >= 38
    assert enough(covers, 40, 0.93), covers
