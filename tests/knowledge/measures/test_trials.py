"""Trials: how many are compared, who they are, and intervals that cover what is true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.trials import (
    Arms,
    TooFew,
    drawn,
    left_alone,
    means_differ,
    per_treated,
    power,
    share_needed,
    shares_differ,
)

WORLDS = 400
NAMES = st.lists(st.text("abcdef", min_size=1, max_size=6), unique=True, max_size=40)


def least_covers(worlds: int = WORLDS, level: float = 0.95) -> int:
    """How many of so many intervals cover at least, but for one such test in a million."""
    return int(binom.ppf(1e-6, worlds, level))


@given(st.dictionaries(st.sampled_from("xyz"), NAMES), st.floats(0, 0.5), st.binary(max_size=32))
def test_of_each_stratum_its_share_is_left_alone_to_within_one(
    strata: dict[str, list[str]], share: float, seed: bytes
) -> None:
    tagged = {name: [f"{name}{one}" for one in people] for name, people in strata.items()}
    alone = left_alone(seed, tagged, share)
    for people in tagged.values():
        assert abs(len(alone & {*people}) - share * len(people)) < 1 + 1e-9
    whole = sum(map(len, tagged.values()))
    assert abs(len(alone) - share * whole) <= 0.5 + 1e-9


def test_the_order_of_a_draw_depends_on_the_seed_and_on_nothing_else() -> None:
    people = [f"customer/{n}" for n in range(50)]
    assert drawn(b"one", people) == drawn(b"one", reversed(people))
    assert drawn(b"one", people) != drawn(b"two", people)


def test_everybody_is_left_alone_as_often_as_anybody_else() -> None:
    people = [f"customer/{n}" for n in range(20)]
    hits = dict.fromkeys(people, 0)
    draws = 2_000
    for n in range(draws):
        for one in left_alone(n.to_bytes(4, "big"), {"all": people}, 0.25):
            hits[one] += 1
    low, high = binom.ppf([1e-7, 1 - 1e-7], draws, 0.25)
    assert all(low <= many <= high for many in hits.values())


def test_the_share_that_is_needed_shows_the_difference_as_often_as_is_said() -> None:
    people, base, detect = 3_000, 0.7, 0.05
    share = share_needed(people, base, detect, 0.8)
    rng, seen = np.random.default_rng(5), 0
    control = round(share * people)
    for _ in range(WORLDS):
        one = rng.random(people - control) < base + detect
        other = rng.random(control) < base
        found = shares_differ(
            {"all": Arms(treated=[*map(float, one)], control=[*map(float, other)])}
        )
        seen += isinstance(found, Estimate) and found.low > 0
    low, high = binom.ppf([1e-6, 1 - 1e-6], WORLDS, 0.8)
    assert low <= seen <= high


def test_too_few_people_are_told_what_they_could_show_and_how_many_would_do() -> None:
    with pytest.raises(TooFew, match=r"200 people can't show .* 5\.0%.*could; 200 show"):
        share_needed(200, 0.7, 0.05, 0.8)
    with pytest.raises(TooFew, match="no share"):
        share_needed(200, 0.9, 0.2, 0.8)
    assert power(0.5, 0, 0.7, 0.05) < 0.05


@pytest.mark.parametrize(("base", "effect", "size"), [(0.7, 0.05, 400), (0.03, 0.0, 150)])
def test_intervals_of_a_difference_of_shares_cover_it(
    base: float, effect: float, size: int
) -> None:
    rng, covered = np.random.default_rng(11), 0
    for _ in range(WORLDS):
        strata = {
            str(n): Arms(
                treated=[float(u < base + effect + 0.02 * n) for u in rng.random(size)],
                control=[float(u < base + 0.02 * n) for u in rng.random(size // 3)],
            )
            for n in range(3)
        }
        found = shares_differ(strata)
        covered += isinstance(found, Estimate) and found.low <= effect <= found.high
    assert covered >= least_covers()


def test_intervals_of_a_difference_of_means_cover_it_though_tails_are_long() -> None:
    rng, covered = np.random.default_rng(12), 0
    for _ in range(WORLDS):
        strata = {
            str(n): Arms(
                treated=[float(u) + 5 + 10 * n for u in rng.gamma(0.5, 40, 300)],
                control=[float(u) + 10 * n for u in rng.gamma(0.5, 40, 100)],
            )
            for n in range(3)
        }
        found = means_differ(strata)
        covered += isinstance(found, Estimate) and found.low <= 5 <= found.high
    assert covered >= least_covers(level=0.93)  # skewed revenue of 100 people: docs/campaigns.md


def test_what_few_people_can_not_carry_is_withheld() -> None:
    few = {"all": Arms(treated=[1.0] * 50, control=[0.0] * 9)}
    assert isinstance(shares_differ(few), Withheld)
    assert isinstance(means_differ(few), Withheld)


def test_the_difference_of_whoever_got_something_is_larger_by_how_few_did() -> None:
    found = per_treated(Estimate(value=0.1, low=0.0, high=0.2, n=400), 100, 200)
    assert found == Estimate(value=0.2, low=0.0, high=0.4, n=400)
    assert isinstance(per_treated(Estimate(value=0.1, low=0, high=1, n=4), 0, 2), Withheld)
