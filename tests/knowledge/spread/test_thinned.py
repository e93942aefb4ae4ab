import numpy as np
import pytest

from knowledge.spread.simulation import DAY, Talk, Times, exponential, simulate, thin
from knowledge.spread.thinned import PIECES, fluctuation


def seen(factor: float, kept: float, posts: int = 20_000, seed: int = 1) -> Times:
    chance = np.random.default_rng(seed)
    talk = Talk(factor=factor, rate=posts / kept * (1 - factor) / DAY, delays=exponential(10))
    return thin(chance, simulate(chance, talk, DAY, most=10**7, history=DAY / 4), kept)


@pytest.mark.parametrize("kept", [0.5, 0.1, 0.02])
def test_the_factor_is_that_of_all_posts_whatever_share_is_seen(kept: float) -> None:
    found = fluctuation(seen(0.9, kept), DAY, kept, 0.0)
    assert found is not None
    assert found.low <= 0.9 <= found.high
    assert found.factor == pytest.approx(0.9, abs=0.05)


def test_a_wrong_share_gives_a_wrong_factor() -> None:
    found = fluctuation(seen(0.9, 0.1), DAY, 0.5, 0.0)
    assert found is not None
    assert found.high < 0.85


def test_posts_by_chance_alone_may_have_a_factor_of_0() -> None:
    found = fluctuation(np.sort(np.random.default_rng(2).uniform(0, DAY, 20_000)), DAY, 0.5, 0.0)
    assert found is not None
    assert found.low == 0


def test_whole_seconds_change_little() -> None:
    times = seen(0.8, 0.2)
    exact, whole = (
        fluctuation(each, DAY, 0.2, tick) for each, tick in ((times, 0.0), (np.floor(times), 1.0))
    )
    assert exact is not None
    assert whole is not None
    assert whole.factor == pytest.approx(exact.factor, abs=0.03)


def test_an_hour_of_whole_seconds_is_too_coarse() -> None:
    times = np.floor(np.sort(np.random.default_rng(3).uniform(0, 3600, 3000)))
    assert fluctuation(times, 3600.0, 0.1, 1.0) is None


def test_posts_that_all_come_at_the_end_tell_nothing() -> None:
    times = np.sort(np.random.default_rng(4).uniform(0.95 * DAY, DAY, 3000))
    assert fluctuation(times, DAY, 0.1, 0.0) is None


def test_pieces_count_by_their_posts() -> None:
    chance = np.random.default_rng(5)
    late = np.concatenate([chance.uniform(0, DAY, 3200), chance.uniform(0.9 * DAY, DAY, 30_000)])
    found = fluctuation(np.sort(late), DAY, 0.1, 0.0)
    assert found is not None
    assert found.pieces < PIECES / 4
