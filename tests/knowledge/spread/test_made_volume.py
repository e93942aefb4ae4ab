from itertools import pairwise

import pytest

from knowledge.spread.made_volume import STEP, Shape, made, shapes
from knowledge.spread.volume_evaluation import as_shipped


def shape(*, level: float = 5.0, unsteady: bool = False) -> Shape:
    return Shape(level=level, daily=0.5, weekend=0.8, wander=0.1, small=0.2, unsteady=unsteady)


def test_a_seed_makes_the_same_series_again_and_another_one_another() -> None:
    assert made(shape(), 1) == made(shape(), 1)
    assert made(shape(), 1).counts != made(shape(), 2).counts


def test_a_steady_series_has_a_row_every_five_minutes_and_an_unsteady_one_gaps() -> None:
    steady, unsteady = made(shape(), 1), made(shape(unsteady=True), 1)
    assert {later - one for one, later in pairwise(steady.seconds)} == {STEP}
    assert max(later - one for one, later in pairwise(unsteady.seconds)) > 20 * STEP


def test_every_window_has_a_burst_in_its_middle() -> None:
    series = made(shape(level=50.0), 3)
    assert len(series.windows) == 4
    for first, last in series.windows:
        middle = (first + last) // 2
        before, after = series.counts[middle - 12 : middle], series.counts[middle : middle + 12]
        assert sum(after) > 2 * sum(before)


def test_there_are_zero_heavy_and_busy_shapes() -> None:
    counts = {each.level: made(each, 1).counts for each in shapes()[::12]}
    assert (min(counts), max(counts)) == (0.05, 50)
    assert counts[min(counts)].count(0) > 0.9 * len(counts[min(counts)])


@pytest.mark.slow
def test_the_detector_finds_most_made_bursts_at_the_rate_it_was_asked_for() -> None:
    series = [made(each, seed) for seed, each in enumerate(shapes()) if seed % 5 == 0]
    figures = {row.figure: row.value for row in as_shipped("made", series)}
    assert figures["windows found"] > 0.7
    assert figures["alarms, a month and series"] < 4
    assert figures["alarms outside windows, a month and series"] < 1
