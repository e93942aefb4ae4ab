import numpy as np
import pytest

from knowledge.retrieval_measures import held_out, mean, ndcg, recall
from knowledge.trainer_queries import agreement, trainer_queries
from loaders.archive import own_cases


def test_a_perfect_order_of_grades_has_all_the_gain() -> None:
    assert ndcg(["a", "b", "x"], {"a": 2, "b": 1}) == 1.0
    assert ndcg(["b", "a"], {"a": 2, "b": 1}) < 1.0


def test_recall_counts_what_is_relevant_not_what_was_found() -> None:
    assert recall(["a", "x", "y"], {"a": 1, "b": 1, "c": 2, "d": 1}) == 0.25


def test_the_interval_of_a_mean_covers_it_as_often_as_it_says() -> None:
    draw = np.random.default_rng(3)
    covers = 0
    for number in range(300):
        found = mean(draw.exponential(1.0, 80), seed=number)
        covers += found.low <= 1.0 <= found.high
    assert covers >= 252  # 95 % less what the bootstrap lacks on skewed samples of 80


def test_held_out_figures_are_of_the_setting_that_won_elsewhere() -> None:
    good, bad = np.full(50, 0.6), np.full(50, 0.5)
    lucky = np.where(np.arange(50) == 0, 1.0, 0.5)
    assert held_out([[bad, good, lucky]])[0] == pytest.approx(good)


def test_one_setting_is_chosen_for_all_corpora() -> None:
    first = [np.full(20, 0.2), np.full(20, 0.6)]
    second = [np.full(30, 0.9), np.full(30, 0.8)]
    chosen = held_out([first, second])
    assert chosen[0] == pytest.approx(0.6)
    assert chosen[1] == pytest.approx(0.8)


def test_questions_of_trainers_name_cases_that_there_are() -> None:
    cases = tuple(case.id.removeprefix("precedent/") for case in own_cases())
    queries = trainer_queries()
    assert len(queries) >= 60
    assert len({one.text for one in queries}) == len(queries)
    for one in queries:
        assert {*one.first, *one.second, *one.stands} <= {*cases}
    assert {one.kind for one in queries if not one.stands} == {"nothing", "other language"}
    agreed = agreement(queries, cases)
    assert agreed is not None
    assert 0.6 < agreed.low <= agreed.value < 1.0
