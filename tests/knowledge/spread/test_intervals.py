import numpy as np
import pytest

from knowledge.spread.intervals import PARTS, mean_interval, sum_interval, velocity_interval
from knowledge.spread.simulation import Talk, exponential, simulate

RUNS = 400


@pytest.mark.parametrize(("factor", "mean"), [(0.0, 1.0), (0.6, 20.0), (0.8, 20.0)])
def test_intervals_of_velocity_cover_it_though_posts_come_in_clusters(
    factor: float, mean: float
) -> None:
    chance = np.random.default_rng(11)
    inside = 0
    for _ in range(RUNS):
        talk = Talk(factor=factor, rate=0.04 * (1 - factor), delays=exponential(mean))
        times = simulate(chance, talk, 3600, history=3600)
        parts = np.histogram(times, bins=PARTS, range=(0, 3600))[0].tolist()
        half = PARTS // 2
        low, high = velocity_interval(sum(parts[:half]), sum(parts[half:]), 1800, parts)
        inside += low <= 0 <= high
    assert inside / RUNS > 0.92


def test_an_interval_of_velocity_grows_where_posts_come_in_clusters() -> None:
    even_posts = velocity_interval(120, 120, 1800, [10] * PARTS)
    clustered = velocity_interval(120, 120, 1800, [0, 20] * (PARTS // 2))
    assert clustered[1] > 1.5 * even_posts[1]
    assert even_posts[0] == pytest.approx(-even_posts[1])


@pytest.mark.parametrize("many", [5, 30, 300])
def test_intervals_of_a_mean_cover_it_as_often_as_they_say(many: int) -> None:
    chance = np.random.default_rng(12)
    values = chance.uniform(-1, 0.4, (2000, many))
    found = [mean_interval(many, row.sum(), (row**2).sum()) for row in values]
    inside = np.mean([each is not None and each[0] <= -0.3 <= each[1] for each in found])
    assert 0.92 < inside < 0.98


@pytest.mark.parametrize(("spread", "authors"), [(0.5, 50), (1.0, 50), (1.5, 300)])
def test_intervals_of_reach_cover_what_as_much_talk_brings(spread: float, authors: int) -> None:
    chance = np.random.default_rng(13)
    inside = 0
    for _ in range(1000):
        sizes = chance.lognormal(5, spread, chance.poisson(authors)).astype(int)
        found = sum_interval(sizes.tolist())
        assert found is not None
        inside += found[0] <= authors * np.exp(5 + spread**2 / 2) <= found[1]
    assert 0.92 < inside / 1000 < 0.985


def test_the_interval_of_a_count_is_the_exact_one_of_a_poisson_mean() -> None:
    assert sum_interval([1] * 10) == pytest.approx((4.795, 18.390), abs=0.001)


def test_nothing_known_has_no_interval() -> None:
    assert sum_interval([0, 0]) is None
    assert mean_interval(2, 1.0, 1.0) is None
