import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.simulation import (
    Background,
    Delays,
    Talk,
    daily,
    exponential,
    heavy_tailed,
    humped,
    jumping,
    outbreak,
    simulate,
    stationary,
    stepped,
    thin,
)
from knowledge.spread.virality import Estimate, estimate

DAYS = 4 * 86_400.0


def told(
    factor: float,
    *,
    delays: Delays | None = None,
    background: Background = stationary,
    posts: int = 10_000,
    seed: int = 1,
) -> Estimate:
    talk = Talk(
        factor=factor,
        rate=posts * (1 - factor) / DAYS,
        delays=delays or exponential(30),
        background=background,
    )
    return estimate(simulate(np.random.default_rng(seed), talk, DAYS).tolist())


@pytest.mark.parametrize("factor", [0.3, 0.6, 0.8, 0.9, 0.95])
def test_the_factor_is_found_though_nobody_told_the_decay(factor: float) -> None:
    assert told(factor).factor == pytest.approx(factor, abs=0.07)


@pytest.mark.parametrize("delays", [heavy_tailed(20), humped(60)])
def test_the_factor_is_found_whatever_the_shape_of_the_delays(delays: Delays) -> None:
    assert told(0.8, delays=delays).factor == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize("background", [stepped(DAYS / 2), daily])
def test_a_rate_that_changes_by_itself_is_no_contagion(background: Background) -> None:
    found = told(0.0, background=background)
    assert found.factor is None or found.factor < 0.15


def test_the_interval_holds_the_factor_it_comes_with() -> None:
    found = told(0.6)
    assert found.factor is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.factor <= found.high


def test_a_sample_of_a_tenth_still_shows_strong_contagion() -> None:
    chance = np.random.default_rng(3)
    talk = Talk(factor=0.9, rate=200_000 * 0.1 / DAYS, delays=exponential(30))
    seen = thin(chance, simulate(chance, talk, DAYS, history=DAYS / 4), 0.1)
    found = estimate(seen, 0.1, (0, DAYS))
    assert found.factor == pytest.approx(0.9, abs=0.05)
    assert estimate(seen, 1.0, (0, DAYS)).factor != pytest.approx(0.9, abs=0.05)


def test_a_small_sample_leaves_virality_open() -> None:
    chance = np.random.default_rng(3)
    talk = Talk(factor=0.5, rate=20_000 * 0.5 / DAYS, delays=exponential(30))
    found = estimate(thin(chance, simulate(chance, talk, DAYS), 0.05), 0.05, (0, DAYS))
    assert found.factor is None
    assert found.reason is not None
    assert "sample of 5%" in found.reason


def test_a_sample_of_talk_that_explodes_tells_nothing() -> None:
    chance = np.random.default_rng(4)
    talk = Talk(factor=1.1, rate=0.02, delays=exponential(30))
    seen = thin(chance, outbreak(chance, talk, DAYS, 100_000), 0.1)
    assert estimate(seen, 0.1).factor is None


@pytest.mark.parametrize("posts", [4000, 20_000])
@pytest.mark.parametrize("seed", range(3))
def test_talk_that_feeds_itself_has_no_size_and_is_not_called_calm(seed: int, posts: int) -> None:
    chance = np.random.default_rng(seed)
    talk = Talk(factor=1.05, rate=0.02, delays=exponential(30))
    found = estimate(outbreak(chance, talk, DAYS, posts))
    assert found.size is None
    assert found.high is None or found.high > 0.9


def test_the_size_of_talk_follows_from_its_factor() -> None:
    assert Estimate(events=1, factor=0.75, low=0.7, high=0.8).size == 4
    assert Estimate(events=1, factor=0.97, low=0.93, high=1.01).size is None
    assert Estimate(events=1, reason="200 are needed").size is None


def test_a_clock_of_whole_seconds_changes_the_estimate_little() -> None:
    talk = Talk(factor=0.7, rate=10_000 * 0.3 / DAYS, delays=exponential(30))
    times = simulate(np.random.default_rng(8), talk, DAYS)
    exact, whole = estimate(times, 1.0, (0, DAYS)), estimate(np.floor(times), 1.0, (0, DAYS))
    assert whole.factor == pytest.approx(exact.factor, abs=0.04)


def test_news_that_sets_people_off_is_no_contagion() -> None:
    found = told(0.0, background=jumping(DAYS / 3, DAYS / 40))
    assert found.low is None or found.low < 0.05


def test_where_nearly_all_posts_come_at_once_only_that_time_counts() -> None:
    chance = np.random.default_rng(5)
    talk = Talk(factor=0.7, rate=8000 * 0.3 / DAYS, delays=exponential(20))
    times = simulate(chance, talk, DAYS)
    few = chance.uniform(-9 * DAYS, 0, 50)
    alone = estimate(times, 1.0, (0, DAYS))
    among = estimate(np.concatenate([few, times]), 1.0, (-9 * DAYS, DAYS))
    assert among.factor == pytest.approx(alone.factor, abs=0.02)
    assert among.events == alone.events + 50
    assert among.within == pytest.approx(DAYS / 20, rel=0.2)


def test_a_burst_that_is_shorter_than_answers_may_take_tells_nothing() -> None:
    chance = np.random.default_rng(6)
    times = np.concatenate([chance.uniform(0, DAYS, 50), chance.uniform(DAYS - 900, DAYS, 2000)])
    found = estimate(times, 1.0, (0, DAYS), shortest=4 * 3600)
    assert found.factor is None
    assert found.reason == "most events within 15 minutes: answers or one cause look alike"


def test_an_outbreak_ends_with_its_last_post() -> None:
    talk = Talk(factor=1.2, rate=0.05, delays=exponential(10))
    times = outbreak(np.random.default_rng(1), talk, 10_000, 3000)
    assert len(times) == 3000
    assert np.all(np.diff(times) >= 0)


def test_history_shows_in_the_posts_that_it_brings_about() -> None:
    talk = Talk(factor=0.9, rate=0.1, delays=exponential(50))
    chance = np.random.default_rng(1)
    with_history = simulate(chance, talk, 500, history=5000)
    assert with_history[0] >= 0
    assert len(with_history) > 1.5 * len(simulate(chance, talk, 500))


def test_whole_seconds_make_no_contagion() -> None:
    chance = np.random.default_rng(5)
    times = np.floor(chance.uniform(0, 20_000, 10_000)).tolist()
    found = estimate(times)
    assert found.factor is None or found.factor < 0.15


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=195, max_size=260))
def test_any_times_give_an_estimate_or_a_reason(times: list[float]) -> None:
    found = estimate(times)
    assert (found.factor is None) == (found.reason is not None)
    assert found.factor is None or math.isfinite(found.factor)


def test_the_order_of_times_changes_nothing() -> None:
    times = np.random.default_rng(2).uniform(0, 1000, 400)
    assert estimate(times.tolist()) == estimate(times[::-1].tolist())


def test_made_up_talk_has_the_number_of_posts_that_its_factor_says() -> None:
    talk = Talk(factor=0.5, rate=1.0, delays=exponential(5))
    times = simulate(np.random.default_rng(1), talk, 20_000)
    assert len(times) == pytest.approx(40_000, rel=0.05)
    assert np.all(np.diff(times) >= 0)


def test_made_up_talk_that_feeds_itself_is_stopped() -> None:
    talk = Talk(factor=1.5, rate=1.0, delays=exponential(1))
    assert len(simulate(np.random.default_rng(1), talk, 1000, most=5000)) < 20_000


def test_a_thinned_feed_keeps_its_share() -> None:
    chance = np.random.default_rng(1)
    assert len(thin(chance, np.arange(10_000.0), 0.1)) == pytest.approx(1000, rel=0.15)
