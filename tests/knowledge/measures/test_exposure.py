"""Exposure and periods: true figures are recovered, and intervals cover as often as they say."""

import numpy as np
import pytest

from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.exposure import exposure, link
from knowledge.measures.periods import (
    mean,
    mean_change,
    median,
    median_change,
    share,
    share_change,
)
from tests.knowledge.measures.test_effects import enough


def expit(lines: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-lines)))


def made(many: int, seed: int) -> tuple[Floats, Floats, Floats]:
    generator = np.random.default_rng(seed)
    scores = np.clip(np.round(generator.normal(5, 1.2, many)), 1, 7)
    tenure = generator.uniform(0, 2000, many)
    left = (generator.random(many) < expit(-1.5 - 0.5 * (scores - 5))).astype(float)
    return scores, tenure, left


def test_odds_of_leaving_a_point_lower_are_recovered() -> None:
    covers = 0
    for seed in range(200):
        scores, tenure, left = made(500, seed)
        found = link(scores, left, tenure).odds
        covers += found.low <= np.exp(0.5) <= found.high
    assert enough(covers, 200)


def test_revenue_at_risk_covers_the_truth() -> None:
    covers = 0
    for seed in range(20):
        scores, tenure, left = made(500, 900 + seed)
        paid = np.random.default_rng(seed).uniform(50, 150, 500)
        generator = np.random.default_rng(seed)
        found = exposure(link(scores, left, tenure), (scores, tenure, paid), (1.0, 1.0), generator)
        risks = [expit(-1.5 - 0.5 * (scores - 5 - one)) for one in (0, 1)]
        truth = float(paid @ (risks[1] - risks[0]))
        covers += found.added.low <= truth <= found.added.high
    assert enough(covers, 20)


def test_what_drives_the_risk_is_told() -> None:
    scores, tenure, left = made(4000, 2)
    paid = np.full(4000, 100.0)
    linked = link(scores, left, tenure)
    wide = exposure(linked, (scores, tenure, paid), (0.1, 2.0), np.random.default_rng(1))
    assert max(wide.drivers, key=lambda one: wide.drivers[one]) == "how far it falls"
    narrow = exposure(linked, (scores, tenure, paid), (1.0, 1.0), np.random.default_rng(1))
    assert narrow.drivers["how far it falls"] == 0
    assert narrow.added.high - narrow.added.low < wide.added.high - wide.added.low


def test_a_link_needs_people_who_left_and_answers_that_differ() -> None:
    scores, tenure, left = made(300, 1)
    with pytest.raises(Unsuited, match="0 of 300 people left"):
        link(scores, np.zeros(300), tenure)
    with pytest.raises(Unsuited, match="said the same"):
        link(np.full(300, 4.0), left, tenure)
    linked = link(scores, left, tenure)
    with pytest.raises(Unsuited, match="customers paid"):
        exposure(linked, (scores, tenure, np.zeros(300)), (0.5, 1.0), np.random.default_rng(1))


def test_means_medians_and_shares_cover() -> None:
    covers = [0, 0, 0, 0]
    for seed in range(300):
        generator = np.random.default_rng(seed)
        one, two = generator.exponential(2, 80), generator.exponential(3, 60)
        ends = generator.uniform(1, 8, 80)
        figures = (
            (mean(one), 2.0),
            (mean_change(one, two), -1.0),
            (median(np.minimum(one, ends), (one <= ends).astype(float)), 2 * np.log(2)),
            (share(int(generator.binomial(90, 0.2)), 90), 0.2),
        )
        for at, (found, truth) in enumerate(figures):
            assert isinstance(found, Estimate)
            covers[at] += found.low <= truth <= found.high
    assert all(enough(one, 300, 0.92) for one in covers), covers


def test_changes_of_medians_cover_though_some_have_not_ended() -> None:
    covers = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        one, two = generator.exponential(2, 120), generator.exponential(6, 120)
        both = [(np.minimum(some, 9), (some <= 9).astype(float)) for some in (one, two)]
        found = median_change(both[0], both[1], generator)
        assert isinstance(found, Estimate)
        covers += found.low <= -4 * np.log(2) <= found.high
    assert enough(covers, 40, 0.93)
    few = (np.ones(9), np.ones(9))
    assert isinstance(median_change(few, few, np.random.default_rng(1)), Withheld)


def test_few_are_withheld_and_shares_change() -> None:
    assert isinstance(mean(np.ones(9)), Withheld)
    assert isinstance(mean_change(np.ones(20), np.ones(9)), Withheld)
    assert isinstance(median(np.ones(20), np.zeros(20)), Withheld)
    found = share_change((10, 50), (30, 50))
    assert isinstance(found, Estimate)
    assert found.low < found.value == pytest.approx(-0.4)
