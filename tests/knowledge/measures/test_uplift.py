"""Uplift by group: true differences are found, false ones seldom stand, few are not told."""

import numpy as np
from scipy.stats import binom  # type: ignore[import-untyped]

from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.trials import Arms, arm
from knowledge.measures.uplift import ALPHA, Uplift, by_group, differ, judged

WORLDS = 300
GROUPS = 6


def world(
    draw: np.random.Generator, lifts: list[float], many: int = 60, base: float = 0.5
) -> list[Uplift]:
    """Groups of a share whose lift is known."""
    groups = {
        f"g{n}": {
            "all": Arms(
                treated=[*draw.binomial(1, base + lift, many).astype(float)],
                control=[*draw.binomial(1, base, many).astype(float)],
            )
        }
        for n, lift in enumerate(lifts)
    }
    return by_group(groups, share=True)


def test_where_there_is_no_difference_one_stands_as_seldom_as_is_said() -> None:
    draw = np.random.default_rng(71)
    wrong = sum(
        any(one.stands for one in judged([world(draw, [0.0] * GROUPS)])[0]) for _ in range(WORLDS)
    )
    assert wrong <= binom.isf(1e-6, WORLDS, ALPHA)


def test_of_what_stands_few_are_false_and_what_is_large_is_found() -> None:
    draw = np.random.default_rng(72)
    lifts = [0.35, 0.35, 0.0, 0.0, 0.0, 0.0]
    false = stands = 0
    for _ in range(WORLDS):
        found = judged([world(draw, lifts)])[0]
        stands += sum(bool(one.stands) for one in found[:2])
        false += any(one.stands for one in found[2:])
    assert stands > 0.85 * 2 * WORLDS
    assert false <= binom.isf(1e-6, WORLDS, 2 * ALPHA)


def test_groups_differ_where_they_do_and_seldom_where_they_do_not() -> None:
    draw = np.random.default_rng(73)
    alike = [differ(world(draw, [0.1] * 4, many=150)) for _ in range(WORLDS)]
    other = [differ(world(draw, [0.4, 0.0, 0.0, 0.0], many=150)) for _ in range(40)]
    assert sum(p is not None and p < ALPHA for p in alike) <= binom.isf(1e-6, WORLDS, 1.5 * ALPHA)
    assert all(p is not None and p < ALPHA for p in other)


def test_a_small_group_and_the_one_it_could_be_worked_out_from_are_withheld() -> None:
    few = {"all": Arms(treated=[1.0] * 3, control=[0.0] * 3)}
    some = {"all": Arms(treated=[1.0, 0.0] * 10, control=[0.0] * 20)}
    many = {"all": Arms(treated=[1.0, 0.0] * 20, control=[0.0] * 40)}
    found = {
        one.group: one.difference
        for one in by_group({"few": few, "some": some, "many": many}, share=True)
    }
    assert isinstance(found["many"], Estimate)
    assert isinstance(found["few"], Withheld)
    assert isinstance(found["some"], Withheld)
    assert found["few"].n == found["some"].n == 0


def test_an_arm_has_an_interval_or_is_withheld() -> None:
    assert isinstance(arm([1.0] * 9, share=True), Withheld)
    share, mean = arm([1.0, 0.0] * 20, share=True), arm([1.0, 3.0] * 20, share=False)
    assert isinstance(share, Estimate)
    assert isinstance(mean, Estimate)
    assert (share.value, mean.value) == (0.5, 2.0)
    assert 0 < share.low < 0.5 < share.high < 1


def test_means_of_one_value_have_a_p_of_one() -> None:
    flat = {"all": Arms(treated=[2.0] * 20, control=[2.0] * 20)}
    (found,) = judged([by_group({"all": flat}, share=False)])[0]
    assert (found.p, found.stands) == (1.0, False)
