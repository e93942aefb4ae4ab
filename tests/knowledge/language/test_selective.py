import numpy as np
import pytest

from knowledge.language.selective import curve, thinned


def test_a_judge_whose_surest_judgements_are_right_is_wrong_less_often_at_lower_coverage() -> None:
    chance = np.random.default_rng(3)
    scores = chance.uniform(0, 1, 4_000)
    labels = (chance.uniform(0, 1, 4_000) < scores).astype(np.int64)
    found = curve(labels, scores)
    risks = [found.at(share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert risks == sorted(risks)
    assert risks[-1] == pytest.approx(0.25, abs=0.02)
    assert risks[0] == pytest.approx(0.0625, abs=0.02)


def test_the_order_of_rows_changes_nothing_though_scores_are_tied() -> None:
    chance = np.random.default_rng(4)
    scores = chance.integers(0, 5, 300) / 5
    labels = chance.integers(0, 2, 300)
    order = chance.permutation(300)
    one, other = curve(labels, scores), curve(labels[order], scores[order])
    assert one.area == other.area
    assert one.at(0.5) == other.at(0.5)


def test_a_thinned_curve_ends_where_the_whole_one_ends() -> None:
    chance = np.random.default_rng(5)
    found = curve(chance.integers(0, 2, 1_000), chance.uniform(0, 1, 1_000))
    assert thinned(found, 20).at(1.0) == found.at(1.0)
