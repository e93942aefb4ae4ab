"""Rosenbaum's bounds: as published, and no stronger than what hid in simulated worlds."""

import numpy as np
import pytest

from knowledge.measures.confounding import Hidden, hidden
from knowledge.measures.estimates import Withheld
from tests.knowledge.measures.test_effects import enough


def pairs(hits: int, others: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of which one of each had it happen: so often who got it, so often the other one."""
    sets = np.repeat(np.arange(hits + others), 2)
    got = np.tile([True, False], hits + others)
    happened = np.where(np.arange(hits + others) < hits, 1, 0).repeat(2) == got
    return sets, got, happened


def test_smoking_and_lung_cancer_stand_up_to_what_was_published() -> None:
    """Of 122 pairs of Hammond (1964) 110: sure at 5, p = 0.03; not at 6, p = 0.1 (Rosenbaum)."""
    found = hidden(*pairs(110, 12))
    assert isinstance(found, Hidden)
    assert (found.more, found.sets) == (True, 122)
    assert 4.5 < found.gamma < 5.2


def test_fewer_is_as_sure_as_more_the_other_way_round() -> None:
    one, two = hidden(*pairs(60, 20)), hidden(*pairs(20, 60))
    assert isinstance(one, Hidden)
    assert isinstance(two, Hidden)
    assert one.gamma == pytest.approx(two.gamma)
    assert (one.more, two.more) == (True, False)


def test_where_nothing_differs_nothing_hidden_is_needed() -> None:
    found = hidden(*pairs(30, 30))
    assert isinstance(found, Hidden)
    assert found.gamma == 1.0


def test_few_sets_that_tell_are_not_enough() -> None:
    assert isinstance(hidden(*pairs(5, 4)), Withheld)
    sets = np.repeat(np.arange(40), 3)
    assert isinstance(hidden(sets, np.arange(120) % 3 == 0, np.ones(120, bool)), Withheld)


def test_a_hidden_cause_of_that_strength_is_hardly_ever_outdone() -> None:
    """Nothing happens by what was got; something unseen doubles its odds and brings the event."""
    within = 0
    for seed in range(200):
        draw = np.random.default_rng(7_000 + seed)
        unseen = draw.random((400, 3)) < 0.5
        odds = np.where(unseen, 2.0, 1.0)
        chosen = (odds.cumsum(1) / odds.sum(1, keepdims=True) > draw.random((400, 1))).argmax(1)
        got = np.arange(3) == chosen[:, None]
        happened = draw.random((400, 3)) < np.where(unseen, 0.9, 0.1)
        found = hidden(np.repeat(np.arange(400), 3), got.ravel(), happened.ravel())
        assert isinstance(found, Hidden)
        within += found.gamma <= 2.0
    assert enough(within, 200, 0.975), within
