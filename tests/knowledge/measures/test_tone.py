"""Consistency, contrasts and drift on made worlds: the truth is found, intervals cover it."""

import numpy as np
import pytest
from scipy.stats import binom  # type: ignore[import-untyped]  # ships no types

from knowledge.measures.consistency import between
from knowledge.measures.contrasts import Contrast, contrast
from knowledge.measures.drift import MOST, drift
from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.looks import level, verdicts
from knowledge.measures.wordings import moved

ONE_IN_A_MILLION = 1e-6


def covers_as_often_as_it_says(covered: int, of: int, share: float = 0.95) -> bool:
    return bool(binom.cdf(covered, of, share) > ONE_IN_A_MILLION)


def made(
    chance: np.random.Generator, share: float, groups: int = 30
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts of groups of unequal size that meet situations unequally, scores 0 to 6 in tenths."""
    sizes = chance.integers(5, 60, groups)
    owner = np.repeat(np.arange(groups), sizes)
    like = (chance.random(len(owner)) < 0.2 + 0.6 * (owner % 3 == 0)).astype(np.int64)
    level_of = chance.normal(0, np.sqrt(share), groups)
    noise = chance.normal(0, np.sqrt(1 - share), len(owner))
    return 3 + level_of[owner] + 2.0 * like + noise, owner, like


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_the_share_between_groups_is_found_and_covered_whatever_situations_they_meet(
    share: float,
) -> None:
    chance = np.random.default_rng(11)
    found = [between(*made(chance, share)) for _ in range(300)]
    told = [one for one in found if isinstance(one, Estimate)]
    assert len(told) == 300
    assert abs(np.mean([one.value for one in told]) - share) < 0.03
    covered = sum(one.low <= share <= one.high for one in told)
    assert covers_as_often_as_it_says(covered, 300)


def test_too_few_groups_tell_no_spread() -> None:
    values, groups, like = made(np.random.default_rng(1), 0.2, groups=3)
    found = between(values, groups, like)
    assert isinstance(found, Withheld)
    assert "3 groups" in found.reason


def difference(chance: np.random.Generator, true: float, *, knows_people: bool) -> Contrast:
    """Two teams of eight people each; people differ by as much as texts do."""
    people = np.repeat(np.arange(16), 20)
    inside = people < 8
    like = (chance.random(320) < 0.3 + 0.4 * inside).astype(np.int64)
    values = true * inside + 2.0 * like + chance.normal(0, 1, 16)[people]
    values += chance.normal(0, 1, 320)
    return contrast(values, inside, like, people if knows_people else None)


def test_a_difference_of_teams_is_covered_where_people_differ_and_situations_too() -> None:
    chance = np.random.default_rng(5)
    found = [difference(chance, 0.5, knows_people=True).figure for _ in range(400)]
    told = [one for one in found if isinstance(one, Estimate)]
    assert abs(np.mean([one.value for one in told]) - 0.5) < 0.1
    assert covers_as_often_as_it_says(sum(one.low <= 0.5 <= one.high for one in told), 400)


def test_who_forgets_that_people_write_many_texts_raises_false_alarms() -> None:
    chance = np.random.default_rng(6)
    ps = [difference(chance, 0.0, knows_people=False).p for _ in range(200)]
    aware = [difference(chance, 0.0, knows_people=True).p for _ in range(200)]
    assert np.mean([p is not None and p < 0.05 for p in ps]) > 0.3
    assert binom.sf(sum(p is not None and p < 0.05 for p in aware), 200, 0.06) > ONE_IN_A_MILLION


def test_teams_of_few_people_are_not_compared() -> None:
    people = np.repeat(np.arange(6), 30)
    found = contrast(np.random.default_rng(1).random(180), people < 2, np.zeros(180, int), people)
    assert isinstance(found.figure, Withheld)
    assert "2 people" in found.figure.reason


def vectors(chance: np.random.Generator, many: int, shift: float) -> np.ndarray:
    """Texts as vectors of which the first coordinate may have moved."""
    rows = chance.normal(0, 1, (many, 24))
    rows[:, 0] += shift
    return rows.astype(np.float32)


def shifted(chance: np.random.Generator, shift: float, many: int = 120) -> float:
    """The p value of a shift, where strata differ and are mixed otherwise in either sample."""
    strata = ((chance.random(many) < 0.7) * 1, (chance.random(many) < 0.3) * 1)
    now, then = vectors(chance, many, shift), vectors(chance, many, 0.0)
    for rows, codes in zip((now, then), strata, strict=True):
        rows[:, 1] += 3.0 * codes
    p = drift(now, then, strata, chance, exchanges=199).p
    assert p is not None
    return p


@pytest.mark.slow
def test_drift_alarms_as_rarely_as_it_says_where_only_the_mix_of_situations_moved() -> None:
    chance = np.random.default_rng(21)
    ps = [shifted(chance, 0.0, 80) for _ in range(200)]
    for at in (0.05, 0.2):
        assert binom.sf(sum(p <= at for p in ps) - 1, 200, at) > ONE_IN_A_MILLION
        assert binom.cdf(sum(p <= at for p in ps), 200, at) > ONE_IN_A_MILLION


@pytest.mark.slow
def test_drift_is_found_more_often_the_further_texts_moved() -> None:
    chance = np.random.default_rng(22)
    power = [np.mean([shifted(chance, by) <= 0.05 for _ in range(25)]) for by in (0.5, 1.0, 1.8)]
    assert power[0] < power[1] <= power[2]
    assert power[2] > 0.95


@pytest.mark.slow
def test_how_far_apart_is_covered() -> None:
    chance = np.random.default_rng(23)
    zeros = np.zeros(MOST, dtype=np.int64)

    def apart(many: int) -> Estimate:
        rows = (vectors(chance, many, 1.0), vectors(chance, many, 0.0))
        found = drift(*rows, (zeros[:many], zeros[:many]), chance, exchanges=1).apart
        assert isinstance(found, Estimate)
        return found

    true = float(np.mean([apart(MOST).value for _ in range(20)]))
    told = [apart(60) for _ in range(100)]
    assert covers_as_often_as_it_says(sum(one.low <= true <= one.high for one in told), 100)


def test_large_samples_are_drawn_from_and_small_ones_are_refused() -> None:
    chance = np.random.default_rng(3)
    rows, none = vectors(chance, 2_000, 0.0), np.zeros(2_000, dtype=np.int64)
    large = drift(rows, rows, (none, none), chance, exchanges=19)
    assert large.apart.n == 2 * MOST
    small = drift(rows[:10], rows, (none[:10], none), chance)
    assert isinstance(small.apart, Withheld)
    assert small.p is None


def test_texts_without_their_like_in_the_other_time_are_left_out_and_counted() -> None:
    chance = np.random.default_rng(4)
    rows = vectors(chance, 100, 0.0)
    strata = (np.arange(100) % 2, np.zeros(100, dtype=np.int64))
    assert drift(rows, rows, strata, chance, exchanges=19).left_out == 50


def test_a_year_of_looks_that_show_nothing_alarms_in_one_of_twenty_years() -> None:
    chance = np.random.default_rng(9)
    years = 2_000
    alarms = sum(
        any("drifted" in {said for _, said in verdicts(list(month))} for month in year)
        for year in chance.random((years, 12, 15))
    )
    assert binom.sf(alarms - 1, years, 0.05) > ONE_IN_A_MILLION
    assert level() < 0.0043


def test_a_p_value_that_is_missing_stays_untold() -> None:
    assert verdicts([0.0001, None, 0.9])[1] == (None, "cannot tell")
    assert [said for _, said in verdicts([0.0001, None, 0.9])][::2] == ["drifted", "not shown"]


def test_the_words_that_moved_are_found_and_those_that_did_not_are_left() -> None:
    chance = np.random.default_rng(2)

    def texts(share: float) -> list[frozenset[str]]:
        made = chance.random((600, 3)) < [share, 0.3, 0.01]
        return [frozenset(np.array(["policy", "we", "jane"])[row]) for row in made]

    people = {"policy": 9, "we": 9, "jane": 1}
    (found,) = moved(texts(0.4), texts(0.1), people, 10)
    assert (found.word, found.now > found.then) == ("policy", True)
    assert found.figure.low <= np.log(0.4 / 0.6) - np.log(0.1 / 0.9) <= found.figure.high
    assert moved(texts(0.2), texts(0.2), people, 10) == ()
