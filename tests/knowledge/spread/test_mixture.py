import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.background import even
from knowledge.spread.excitation import Evidence, gather
from knowledge.spread.likelihood import Problem
from knowledge.spread.mixture import Search
from knowledge.spread.onsets import CELLS, Onsets, onset
from knowledge.spread.simulation import Talk, exponential, simulate

SPAN = 20_000.0


def evidence(factor: float, seed: int = 1, posts: int = 3000) -> Evidence:
    talk = Talk(factor=factor, rate=posts * (1 - factor) / SPAN, delays=exponential(5))
    times = simulate(np.random.default_rng(seed), talk, SPAN)
    return gather(times, np.ones(len(times)), SPAN, 0.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_no_weights_nearby_are_likelier_than_those_found(seed: int) -> None:
    chance = np.random.default_rng(seed)
    times = np.sort(chance.uniform(0, 100, 80))
    columns = chance.uniform(0, 2, (2, 80))
    wholes = np.array([60.0, 90.0])
    background = even(0, 100, 3)
    background.place(times)
    problem = Problem(
        np.ones(80), background, columns, np.concatenate([background.wholes, wholes])
    )
    weights, likelihood, _, _ = problem.solve(np.full(6, 0.3))
    hats = background.hats(times)

    def written_out(tried: np.ndarray) -> float:
        rate = tried[:4] @ hats + tried[4:] @ columns
        return float(np.log(rate).sum() - tried @ [*background.wholes, *wholes])

    assert likelihood == pytest.approx(written_out(weights))
    for _ in range(20):
        tried = np.maximum(weights + chance.normal(0, 0.02, 6), 1e-9)
        assert written_out(tried) <= likelihood + 0.05


@pytest.mark.parametrize("place", [3, CELLS + 100, 2 * CELLS + 511, 4 * CELLS + 7, 5 * CELLS + 99])
def test_the_gain_of_a_change_is_that_of_its_column(place: int) -> None:
    seen = evidence(0.3)
    background = even(seen.start, seen.end, 0)
    background.place(seen.times)
    onsets = Onsets(seen)
    rate = np.full(len(seen.times), 0.2)
    gains = onsets.gains(background, np.zeros((0, len(rate))), seen.counts, rate)
    column, whole = onsets.column(onset(place))
    scale = max(abs((column / rate).sum()), whole)
    assert gains.slope[place] == pytest.approx((column / rate).sum() - whole, abs=0.01 * scale + 3)
    assert gains.curve[place] == pytest.approx((column**2 / rate**2).sum(), rel=0.05, abs=60)


def test_a_step_is_found_as_one_change_and_no_contagion() -> None:
    chance = np.random.default_rng(2)
    times = np.sort(
        np.concatenate([chance.uniform(0, SPAN, 2000), chance.uniform(SPAN / 2, SPAN, 2000)])
    )
    seen = gather(times, np.ones(len(times)), SPAN, 0.0)
    found = Search(seen, even(seen.start, seen.end, 0), SPAN / 20).onsets_first(-np.inf)
    assert found is not None
    assert [member for member in found.members if not isinstance(member, int)]
    assert found.factor < 0.1


def test_contagion_is_found_as_kernels_and_no_change() -> None:
    seen = evidence(0.7)
    found = Search(seen, even(seen.start, seen.end, 0), SPAN / 20).kernels_first(onsets=True)
    assert all(isinstance(member, int) for member in found.members)
    assert found.factor == pytest.approx(0.7, abs=4 * found.error())
    assert 0.005 < found.error() < 0.05
