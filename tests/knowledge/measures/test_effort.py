"""Effort: means, shares and changes find the truth, and their intervals cover as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binom  # type: ignore[import-untyped]  # scipy has no type stubs

from knowledge.measures.effort import Answers, as_asked, change, mean_of, share_of
from knowledge.measures.estimates import Estimate, Withheld

SCALE = np.arange(1, 8)
SHAPES = {
    "bell": [0.03, 0.07, 0.15, 0.25, 0.25, 0.17, 0.08],
    "easy for most": [0.02, 0.02, 0.02, 0.04, 0.1, 0.2, 0.6],
    "two camps": [0.35, 0.1, 0.03, 0.04, 0.03, 0.1, 0.35],
}
SAMPLES = 400
SLACK = 0.02
"""What the shares of a discrete scale are known to fall short of 95 % by (Wilson, small n)."""


def enough(covered: int, of: int) -> bool:
    """Whether so few misses come about more than once in 10^6 where intervals cover 93 %."""
    return bool(binom.cdf(covered, of, 0.95 - SLACK) > 1e-6)


def alone(score: np.ndarray) -> Answers:
    return Answers(score=score.astype(float), who=np.arange(len(score), dtype=np.uint64))


def estimate(figure: object) -> Estimate:
    assert isinstance(figure, Estimate)
    return figure


def covers(figure: object, truth: float) -> bool:
    found = estimate(figure)
    return found.low <= truth <= found.high


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("many", [12, 60])
def test_means_shares_and_changes_cover_the_truth(shape: str, many: int) -> None:
    chances, draw = SHAPES[shape], np.random.default_rng(7)
    mean, easy = float(SCALE @ chances), sum(chances[4:])
    hits = np.zeros(3, int)
    for _ in range(SAMPLES):
        one, other = (alone(draw.choice(SCALE, many, p=chances)) for _ in range(2))
        later = Answers(score=other.score, who=other.who + np.uint64(10_000))
        hits += (
            covers(mean_of(one), mean),
            covers(share_of(one.score >= 5, one.who), easy),
            covers(change(one, later), 0.0),
        )
    assert all(enough(int(covered), SAMPLES) for covered in hits)


def test_people_who_answer_often_do_not_make_the_interval_too_narrow() -> None:
    draw, people = np.random.default_rng(8), 40
    covered = plain = 0
    for _ in range(SAMPLES):
        habit = draw.normal(4, 1.2, people)
        often = draw.integers(1, 8, people)
        who = np.repeat(np.arange(people, dtype=np.uint64), often)
        answers = Answers(score=habit[who.astype(int)] + draw.normal(0, 0.5, len(who)), who=who)
        covered += covers(mean_of(answers), 4.0)
        plain += covers(mean_of(alone(answers.score)), 4.0)
    assert enough(covered, SAMPLES)
    assert not enough(plain, SAMPLES)


def test_a_change_of_the_same_people_is_surer_than_one_of_others() -> None:
    draw = np.random.default_rng(9)
    habit = draw.normal(4, 1.2, 200)
    first, second = (habit + draw.normal(shift, 0.4, 200) for shift in (0.0, 0.5))
    same = estimate(change(alone(first), alone(second)))
    who = np.arange(200, 400, dtype=np.uint64)
    others = estimate(change(alone(first), Answers(score=second, who=who)))
    assert same.high - same.low < 0.5 * (others.high - others.low)
    assert same.low <= 0.5 <= same.high


def test_the_mean_as_asked_undoes_silence_by_stratum() -> None:
    draw, covered = np.random.default_rng(10), 0
    asked = np.array([400, 100])
    truth = (400 * 5.0 + 100 * 3.0) / 500
    for _ in range(SAMPLES):
        answered = [draw.binomial(400, 0.1), draw.binomial(100, 0.6)]
        stratum = np.repeat([0, 1], answered)
        score = np.where(stratum == 0, 5.0, 3.0) + draw.normal(0, 1, len(stratum))
        answers = alone(score)
        covered += covers(as_asked(answers, stratum, asked), truth)
        assert estimate(mean_of(answers)).high < truth
    assert enough(covered, SAMPLES)


def test_a_stratum_that_kept_silent_withholds_the_mean_as_asked() -> None:
    answers = alone(np.full(20, 4.0))
    found = as_asked(answers, np.zeros(20, np.int64), np.array([40, 5]))
    assert isinstance(found, Withheld)
    assert "coarser" in found.reason


@pytest.mark.parametrize("people", [0, 1, 9])
def test_of_few_people_nothing_is_said(people: int) -> None:
    answers = alone(np.full(people, 4.0))
    many = alone(np.full(20, 4.0))
    told = (mean_of(answers), share_of(answers.score > 5, answers.who), change(answers, many))
    assert all(isinstance(one, Withheld) for one in told)


def test_one_person_who_answers_often_is_few() -> None:
    answers = Answers(score=np.full(50, 4.0), who=np.zeros(50, np.uint64))
    assert isinstance(mean_of(answers), Withheld)


def test_where_all_say_the_same_the_interval_has_a_width() -> None:
    same = alone(np.full(15, 7.0))
    assert estimate(mean_of(same)).low < 7.0
    share = estimate(share_of(same.score >= 5, same.who))
    assert share.low < 1.0
    assert share.high == 1.0


_SCORES = hnp.arrays(np.float64, st.integers(10, 60), elements=st.integers(1, 7))


@given(_SCORES, st.integers(1, 6))
def test_figures_lie_inside_their_intervals_and_these_on_the_scale(
    score: np.ndarray, often: int
) -> None:
    who = np.arange(len(score), dtype=np.uint64) // np.uint64(often)
    answers = Answers(score=score, who=who)
    for found, low, high in (
        (mean_of(answers), 1, 7),
        (share_of(score >= 5, who), 0, 1),
        (change(answers, answers), -6, 6),
    ):
        if isinstance(found, Estimate):
            assert low <= found.low <= found.value <= found.high <= high
