import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.background import DAY, Background, daily, even

BACKGROUNDS = [even(20, 1000, 0), even(20, 1000, 5), daily(3000, 3 * DAY + 500)]


def dense(background: Background, times: np.ndarray) -> np.ndarray:
    return background.hats(times)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_hat_functions_add_up_to_one_everywhere(background: Background) -> None:
    times = np.linspace(background.edges[0], background.edges[-1], 500)
    assert dense(background, times).sum(axis=0) == pytest.approx(1)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_each_whole_is_the_integral_of_its_hat(background: Background) -> None:
    start, end = background.edges[0], background.edges[-1]
    times = start + (np.arange(200_000) + 0.5) * (end - start) / 200_000
    assert background.wholes == pytest.approx(
        dense(background, times).mean(axis=1) * (end - start), rel=1e-3
    )


@settings(max_examples=30)
@given(st.integers(0, 2), st.integers(0, 10**6))
def test_sums_and_products_are_those_of_the_hats_written_out(which: int, seed: int) -> None:
    background, chance = BACKGROUNDS[which], np.random.default_rng(seed)
    times = np.sort(chance.uniform(background.edges[0], background.edges[-1], 60))
    background.place(times)
    hats, values = dense(background, times), chance.uniform(size=(2, 60))
    weights = chance.uniform(size=background.knots)
    assert background.rates(weights) == pytest.approx(weights @ hats)
    assert background.sums(values) == pytest.approx(values @ hats.T)
    assert background.gram(values[0]) == pytest.approx((hats * values[0]) @ hats.T)


def test_a_daily_rate_is_the_same_at_the_same_time_of_day() -> None:
    background = daily(0, 4 * DAY)
    times = np.linspace(0, DAY - 1, 77)
    assert dense(background, times) == pytest.approx(dense(background, times + 2 * DAY))
