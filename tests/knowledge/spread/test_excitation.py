import numpy as np
import pytest

from knowledge.spread.excitation import Evidence, gather

TIMES = np.array([0.0, 10.0, 12.0, 300.0, 990.0])
COUNTS = np.array([1.0, 2.0, 1.0, 1.0, 3.0])


def evidence() -> Evidence:
    return gather(TIMES, COUNTS, 1000.0, 0.0)


def test_each_post_is_excited_by_those_before_it_and_not_by_itself() -> None:
    found = evidence()
    for row, scale in zip(found.excited, found.scales, strict=True):
        written_out = [
            sum(
                count * np.exp(-(at - before) / scale) / scale
                for before, count in zip(TIMES, COUNTS, strict=True)
                if before < at
            )
            for at in found.times
        ]
        assert row == pytest.approx(written_out, rel=1e-9, abs=1e-12)


def test_what_is_expected_is_the_integral_of_the_excitation() -> None:
    found = evidence()
    grid = found.start + (np.arange(400_000) + 0.5) * (found.end - found.start) / 400_000
    for scale, expected in zip(found.scales, found.expected, strict=True):
        if scale < 1:
            continue
        since = grid - TIMES[:, None]
        rate = np.where(since > 0, np.exp(-np.maximum(since, 0) / scale) / scale, 0)
        whole = (COUNTS @ rate).mean() * (found.end - found.start)
        assert expected == pytest.approx(whole, rel=2e-3)


def test_the_first_part_serves_as_history_only() -> None:
    found = evidence()
    assert found.start == 20
    assert found.times.tolist() == [300.0, 990.0]


def test_on_a_coarse_clock_the_excitation_of_a_post_still_adds_up_to_one() -> None:
    times = np.arange(400.0)
    counts = np.ones(400)
    counts[0] = 10**9
    found = gather(times, counts, 400.0, 1.0)
    row = found.excited[np.argmin(np.abs(found.scales - 2))]
    # What is left of the great first post after the history of 8 seconds.
    scale = found.scales[np.argmin(np.abs(found.scales - 2))]
    left = np.exp(-(8 - 1) / scale)
    assert row.sum() / 10**9 == pytest.approx(left, rel=1e-3)
