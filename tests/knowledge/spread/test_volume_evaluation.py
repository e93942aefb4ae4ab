import math
import random

import pytest

from knowledge.spread.nab import Labelled
from knowledge.spread.volume_evaluation import Evaluation, evaluate, exceedance

DAY = 288


def made(name: str, seed: int) -> Labelled:
    """Twenty days with a burst on day 8 and a larger one on day 15."""
    chance = random.Random(seed)  # noqa: S311 - test data
    counts = [max(0.0, round(chance.gauss(40, 7))) for _ in range(20 * DAY)]
    for day, height in ((8, 600), (15, 900)):
        for row in range(24):
            counts[day * DAY + row] += height * math.exp(-row / 8)
    return Labelled(
        name=name,
        stamps=tuple(f"day {k / DAY:.3f}" for k in range(len(counts))),
        seconds=tuple(300.0 * k for k in range(len(counts))),
        counts=tuple(counts),
        windows=tuple((day * DAY - 150, day * DAY + 150) for day in (8, 15)),
    )


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate([made("one", 1), made("two", 2), made("three", 3)])


def test_every_window_is_listed_with_when_it_was_found(found: Evaluation) -> None:
    assert [(w.series, w.first) for w in found.windows] == [
        (name, f"day {day}.479") for name in ("one", "two", "three") for day in (7, 14)
    ]
    for window in found.windows:
        assert window.found is not None
        assert abs(float(window.found.removeprefix("day ")) - float(window.first[4:])) < 1.05
    assert found.false_alarms.keys() == {"one", "two", "three"}


def test_a_window_without_a_burst_is_listed_as_missed() -> None:
    series = made("one", 1)
    also = Labelled(
        name="quiet",
        stamps=series.stamps,
        seconds=series.seconds,
        counts=(40.0,) * len(series.counts),
        windows=series.windows,
    )
    missed = [w for w in evaluate([series, also, made("two", 2)]).windows if w.found is None]
    assert [(window.series, window.worth) for window in missed] == [("quiet", -1)] * 2


def test_figures_name_data_split_interval_and_baseline(found: Evaluation) -> None:
    first = found.rows[0]
    assert (first.data, first.split) == ("3 series, 6 windows", "leave one series out")
    assert first.figure == "NAB score, standard profile"
    assert first.value > 90
    assert first.interval is not None
    assert first.interval[0] <= first.value <= first.interval[1]
    assert first.baseline.startswith("above all of 7 days ")


def test_alarms_are_counted_as_a_user_meets_them(found: Evaluation) -> None:
    figures = {row.figure: row.value for row in found.rows}
    assert figures["windows found"] == 1
    assert figures["alarms, a month and series"] == pytest.approx(2 / (17.4 / 30), rel=0.05)
    assert figures["alarms outside windows, a month and series"] == 0


def test_the_simple_detector_tells_what_is_above_the_last_seven_days_once_a_day() -> None:
    series = Labelled(
        name="ladder",
        stamps=("",) * 5,
        seconds=(0.0, 300.0, 600.0, 90_000.0, 900_000.0),
        counts=(10.0, 19.0, 30.0, 40.0, 5.0),
        windows=(),
    )
    assert exceedance(series) == pytest.approx([0, 9 / 20, 0, 10 / 41, 0])
