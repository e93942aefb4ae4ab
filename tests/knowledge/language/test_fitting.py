"""Heads are fitted to what the rows say, calibrated, and measured as defined."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.language import fitting, heads, measures
from knowledge.language.fitting import Problem


def _problem(classes: int) -> Problem:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(900, 4)).astype(np.float32) * 5 + 2
    logits = (rows - 2) @ chance.normal(size=(4, classes)) / 3
    drawn = (logits + chance.gumbel(size=logits.shape)).argmax(axis=1)
    words = csr_matrix((chance.random((900, 6)) < 0.3).astype(np.float32))
    return Problem(blocks={"depths": rows, "surface": words}, labels=drawn, classes=classes)


@pytest.mark.parametrize(("classes", "outputs"), [(2, 1), (3, 3)])
def test_a_head_learns_what_the_rows_say(classes: int, outputs: int) -> None:
    problem = _problem(classes)
    head = fitting.fit(problem, penalty=1e-3)
    found = fitting.probabilities(head, problem.blocks)
    assert head.bias.shape == (outputs,)
    guesses = (found >= 0.5).astype(int) if classes == 2 else found.argmax(axis=1)
    assert measures.macro_f1(problem.labels, guesses) > 0.7


def test_a_calibrated_head_says_how_often_it_is_right() -> None:
    problem = _problem(2)
    sharp = fitting.fit(problem, penalty=1e-3)
    sharp = heads.Head(
        weights={name: one * np.float32(6) for name, one in sharp.weights.items()},
        bias=sharp.bias * np.float32(6),
    )
    calm = fitting.stacked([sharp], problem)
    errors = [
        measures.calibration_error(
            problem.labels, fitting.probabilities(head, problem.blocks).astype(float)
        )
        for head in (sharp, calm)
    ]
    assert errors[1] < errors[0] / 2


def test_ties_count_half_in_auroc() -> None:
    assert measures.auroc(np.array([0, 1]), np.array([0.5, 0.5])) == 0.5


def test_average_precision_of_a_constant_is_the_share_of_the_class() -> None:
    assert measures.average_precision(np.array([0, 1, 0, 0]), np.full(4, 0.3)) == 0.25


def test_macro_f1_is_the_mean_over_the_classes() -> None:
    labels, guesses = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])
    assert measures.macro_f1(labels, guesses) == pytest.approx((0.5 + 2 / 3 + 0) / 3)


def test_an_interval_holds_its_value_and_is_the_same_twice() -> None:
    labels = np.arange(200) % 2
    scores = labels + np.random.default_rng(0).normal(size=200)
    first = measures.figure(measures.auroc, labels, scores)
    assert first["low"] <= first["value"] <= first["high"]
    assert first == measures.figure(measures.auroc, labels, scores)


def test_a_column_that_hardly_moves_gets_no_weight_that_drowns_the_others() -> None:
    problem = _problem(2)
    rows = problem.blocks["depths"].copy()
    rows[:, 0] = 1 + 1e-6 * np.arange(len(rows)) % 7
    still = Problem(blocks={"depths": rows}, labels=problem.labels, classes=2)
    weights = np.abs(fitting.fit(still, penalty=1e-3).weights["depths"])
    assert weights[0] < 3 * weights.max(where=np.arange(4)[:, None] > 0, initial=0.0)
