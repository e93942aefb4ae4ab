"""Recovery: the truth of made worlds is found, as often as intervals say; blanks stay blank."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from bench.recovery_coverage import FIGURES, covered
from knowledge.measures.binned import Binned, Gap, binned, counted, width_for
from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.interrupted import change, holm
from knowledge.measures.recovery import Recovery, recovery
from knowledge.measures.smoothing import smooth
from tests.knowledge.measures.made_dips import HOUR, World

DIP = World()
TRIED = 3_141
"""Seeds of worlds on which nothing was tuned; those of the bench are others."""


def series(world: World, seed: int, gaps: tuple[Gap, ...] = ()) -> Binned:
    times, values = world.posted(np.random.default_rng(seed))
    return binned(times, values, HOUR, gaps, end=HOUR * (world.hours - 0.5))


def found(world: World, seed: int = 1, **more: object) -> Recovery:
    gaps = (more.pop("gap"),) if "gap" in more else ()
    made = series(world, seed, gaps)  # type: ignore[arg-type] # gaps
    return recovery(made, gaps, np.random.default_rng(seed), **more)  # type: ignore[arg-type]


def holds(figure: object, truth: float) -> bool:
    assert isinstance(figure, Estimate), figure
    return figure.low <= truth <= figure.high


def few(rate: float, number: int) -> float:
    """The fewest of a number that comes with a rate, but once in a million."""
    return float(number * rate + NormalDist().inv_cdf(1e-6) * (number * rate * (1 - rate)) ** 0.5)


@pytest.fixture(scope="module")
def dip() -> Recovery:
    return found(DIP)


def test_a_dip_that_came_back_is_found_with_the_truth_in_its_intervals(dip: Recovery) -> None:
    truth = {
        "baseline": 0.2, "depth": 0.6, "trough_value": -0.4, "half_life": DIP.half,
        "onset": 40 * HOUR, "trough": 43 * HOUR,
        "area": float((DIP.baseline - DIP.curve()).sum()),
    }  # fmt: skip
    assert dip.answer == "recovered"
    missed = [name for name, value in truth.items() if not holds(dip.figures[name], value)]
    assert missed == []


def test_models_are_compared_and_a_level_is_the_worst_of_a_dip(dip: Recovery) -> None:
    assert min(dip.models.values()) == 0
    assert dip.models["level"] > 10
    assert set(dip.models) >= {"exponential", "stretched", "linear", "partial", "step"}


def test_what_never_fell_is_told_so() -> None:
    flat = found(World(depth=0.0, hours=100), 8)
    assert flat.answer == "never fell"
    assert holds(flat.figures["baseline"], 0.2)
    assert set(flat.figures) == {"baseline"}


def test_what_is_still_down_is_not_recovered_and_its_half_life_is_withheld() -> None:
    down = found(World(pace=400.0, hours=100), 4)
    assert down.answer == "not recovered yet"
    assert isinstance(down.figures["half_life"], Withheld)
    assert isinstance(down.figures["recovered"], Withheld)


def test_harm_may_lie_above_the_baseline() -> None:
    made = series(DIP, 1)
    turned = replace(made, value=-made.value)
    up = recovery(turned, (), np.random.default_rng(1), harm=1.0)
    assert holds(up.figures["baseline"], -0.2)
    assert holds(up.figures["trough_value"], 0.4)


def test_a_gap_is_unknown_and_what_lies_in_it_is_withheld() -> None:
    gap = Gap(since=36 * HOUR, until=50 * HOUR)
    blind = found(DIP, gap=gap)
    assert isinstance(blind.figures["trough"], Withheld)
    assert "silent" in blind.figures["trough"].reason
    assert isinstance(blind.figures["area"], Withheld)
    assert np.isnan(blind.line[0][38:48]).all()


def test_without_anything_before_the_onset_nobody_knows_what_was_usual() -> None:
    late = World(onset=1.0, hours=100)
    early = found(late, 5)
    assert early.answer in {"cannot tell", "never fell"}
    stated = found(late, 5, stated=0.2)
    assert holds(stated.figures["half_life"], late.half)


def test_a_fall_of_volume_is_read_from_counts() -> None:
    rng = np.random.default_rng(2)
    rate = 4 + 40 * (World().baseline - World().curve())
    hour = np.repeat(np.arange(160), rng.poisson(rate))
    times = HOUR * (hour + rng.random(len(hour)))
    made = counted(times, np.ones(len(times)), HOUR, end=HOUR * 159.5)
    surge = recovery(made, (), rng, harm=1.0)
    assert holds(surge.figures["baseline"], 4)
    assert holds(surge.figures["half_life"], DIP.half)


def test_a_feed_that_delivers_a_tenth_counts_tenfold() -> None:
    times = np.linspace(0, 24 * HOUR, 240, endpoint=False)
    whole = counted(times, np.ones(240), HOUR)
    tenth = counted(times[::10], np.full(24, 10.0), HOUR)
    assert tenth.value.mean() == pytest.approx(whole.value.mean())
    assert tenth.variance == pytest.approx(10 * whole.variance)


@pytest.mark.parametrize("posts", [0, 5, 39])
def test_too_few_posts_are_refused_with_what_would_do(posts: int) -> None:
    with pytest.raises(Unsuited, match="40 would do"):
        width_for(np.linspace(0, 100 * HOUR, posts))


def test_the_band_of_the_smooth_curve_follows_a_jump_where_it_is_told_of_one() -> None:
    made = series(DIP, 6)
    value, low, high = smooth(made, [40.0])
    known = made.known
    inside = (low[known] <= DIP.curve()[known]) & (DIP.curve()[known] <= high[known])
    assert inside.mean() > few(0.95, int(known.sum())) / known.sum()
    assert abs(value[38] - 0.2) < 0.15


def test_a_jump_is_found_and_moments_of_no_meaning_show_less() -> None:
    made = series(World(onset=80.0, fall=0.5, pace=500.0), 7)
    jump = change(made, 80 * HOUR)
    assert holds(jump.level, -0.6)
    assert jump.placebo is not None
    assert jump.placebo < 0.05
    assert isinstance(change(made, 2 * HOUR).level, Withheld)


def test_chances_of_many_looks_are_corrected_as_holm_does() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_intervals_of_a_change_hold_what_is_true_as_often_as_they_say() -> None:
    held, number = 0, 120
    for seed in range(number):
        made = series(World(depth=0.0, hours=60, lasting=0.6, spread=0.1), 100 + seed)
        held += holds(change(replace(made), 30 * HOUR).level, 0.0)
    assert held >= few(0.95, number)


@pytest.mark.slow
def test_intervals_hold_what_is_true_of_worlds_of_every_kind_as_often_as_they_say() -> None:
    told = covered(TRIED, worlds=32)
    assert {name for name, one in told.items() if one.told} == {"band", *FIGURES}
    short = {name: one for name, one in told.items() if one.held < few(0.95, one.told)}
    assert short == {}


@pytest.mark.slow
def test_what_never_fell_is_seldom_taken_for_a_fall() -> None:
    worlds = World(depth=0.0, hours=80), World(depth=0.0, hours=80, lasting=0.7, spread=0.1)
    falls = [found(one, 900 + seed).answer != "never fell" for one in worlds for seed in range(20)]
    assert sum(falls) <= 40 - few(0.95, 40)
