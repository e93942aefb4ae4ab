import json
import math
import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.anomalies import CountInvalid, Memory, Reading, limit, observe
from knowledge.spread.memories import kept, restored

FIVE_MINUTES = 300.0
DAY = 288
COUNTS = st.lists(st.floats(0, 1e9), max_size=60)
STEPS = st.floats(1e-3, 1e8)


def readings(
    counts: Iterable[float], step: float = FIVE_MINUTES, gaps: dict[int, float] | None = None
) -> list[Reading]:
    memory, found = Memory(), []
    for row, count in enumerate(counts):
        memory, reading = observe(memory, count, step + (gaps or {}).get(row, 0.0))
        found.append(reading)
    return found


def alarms(counts: Iterable[float], **how: object) -> list[int]:
    return [row for row, reading in enumerate(readings(counts, **how)) if reading.alarm]  # type: ignore[arg-type]


def noisy(level: float, rows: int, seed: int = 1) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - test data
    return [max(0.0, round(chance.gauss(level, math.sqrt(level)))) for _ in range(rows)]


def in_season(days: int, *, weekend: float = 1.0, seed: int = 1) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - test data
    levels = [
        100 * (1 + 0.9 * math.sin(2 * math.pi * k / DAY)) * (weekend if k // DAY % 7 >= 5 else 1.0)
        for k in range(days * DAY)
    ]
    return [max(0.0, round(chance.gauss(level, math.sqrt(level)))) for level in levels]


def test_a_burst_is_an_alarm_at_once_and_what_was_before_is_none() -> None:
    assert alarms([*noisy(50, 10 * DAY), 900]) == [10 * DAY]


def test_an_alarm_says_how_many_times_the_usual_and_since_when() -> None:
    last = readings([*noisy(50, 10 * DAY), *[400.0] * 12])[-1]
    assert last.usual == pytest.approx(600, rel=0.1)
    assert 4 < last.rate / last.usual < 8
    assert last.lasting == pytest.approx(1, abs=0.2)


def test_a_burst_under_way_is_told_once() -> None:
    assert len(alarms([*noisy(50, 10 * DAY), *[600.0] * 40])) == 1


def test_a_burst_under_way_that_grows_manifold_is_told_again() -> None:
    told = alarms([*noisy(50, 10 * DAY), *[300.0] * 24, *[30_000.0] * 24])
    assert [row // DAY for row in told] == [10, 10]


def test_the_same_burst_five_days_later_is_told_again() -> None:
    counts = noisy(50, 31 * DAY)
    for day in (15, 20, 25, 30):
        for row in range(day * DAY, day * DAY + 24):
            counts[row] += 400
    assert [row // DAY for row in alarms(counts)] == [15, 20, 25, 30]


def test_a_series_of_zeros_wakes_up_for_posts_beyond_chance_only() -> None:
    quiet = [0.0] * 10 * DAY
    assert not alarms([*quiet, 1, 0, 2])
    assert alarms([*quiet, 20]) == [10 * DAY]


def test_a_series_with_a_post_now_and_then_is_quiet() -> None:
    chance = random.Random(3)  # noqa: S311 - test data
    assert not alarms(float(chance.random() < 0.02) for _ in range(30 * DAY))


def test_a_daily_cycle_is_no_alarm() -> None:
    assert not alarms(in_season(21))


def test_weekends_are_no_alarm_after_the_first_one() -> None:
    assert not [row for row in alarms(in_season(28, weekend=0.3)) if row > 8 * DAY]


def test_a_burst_at_night_that_stays_below_the_day_is_told_once_nights_are_known() -> None:
    counts = in_season(22)
    night = 21 * DAY + 3 * DAY // 4
    for row in range(night, night + 12):
        counts[row] += 100
    assert max(counts[night : night + 12]) < max(counts[:night])
    assert len([row for row in alarms(counts) if row >= night]) == 1


@pytest.mark.parametrize("times", [6, 30])
def test_a_new_level_is_one_alarm_and_then_usual(times: float) -> None:
    found = alarms([*noisy(50, 14 * DAY), *noisy(50 * times, 28 * DAY)])
    assert [row // DAY for row in found] == [14]


def test_a_falling_level_is_no_alarm() -> None:
    assert not alarms([*noisy(300, 14 * DAY), *noisy(30, 14 * DAY), *noisy(50, 7 * DAY)])


def test_a_gap_is_no_alarm_and_teaches_nothing() -> None:
    counts = noisy(50, 20 * DAY)
    for pause in (7_200.0, 86_400.0 * 3, 86_400.0 * 60):
        found = readings(counts, gaps={10 * DAY: pause})
        assert not any(reading.alarm for reading in found)
        assert found[10 * DAY].usual == pytest.approx(600, rel=0.1)


def test_a_burst_before_a_gap_is_not_told_again_behind_it() -> None:
    counts = noisy(50, 12 * DAY)
    counts[10 * DAY - 6 : 10 * DAY] = [600.0] * 6
    assert len(alarms(counts, gaps={10 * DAY: 86_400.0 * 2})) == 1


@pytest.mark.parametrize("rows_in_one", [3, 12])
def test_alarms_are_the_same_for_rows_of_another_length(rows_in_one: int) -> None:
    counts = noisy(50, 21 * DAY)
    for day in (12, 18):
        counts[day * DAY : day * DAY + 36] = [500.0] * 36
    sums = [sum(counts[k : k + rows_in_one]) for k in range(0, len(counts), rows_in_one)]
    days = [row * rows_in_one // DAY for row in alarms(sums, step=FIVE_MINUTES * rows_in_one)]
    assert days == [row // DAY for row in alarms(counts)] == [12, 18]


def test_alarms_depend_on_ratios_where_there_are_enough_posts() -> None:
    counts = noisy(500, 14 * DAY)
    counts[12 * DAY : 12 * DAY + 36] = [5000.0] * 36
    assert alarms(counts) == alarms([8 * count for count in counts])


def heavy(days: int, seed: int) -> list[float]:
    """Counts whose rate wanders, with a burst a day of a size that has a heavy tail."""
    chance, wander, burst, counts = random.Random(seed), 0.0, 0.0, []  # noqa: S311 - test data
    for _ in range(days * DAY):
        wander = 0.97 * wander + 0.05 * chance.gauss(0, 1)
        burst = 0.93 * burst + (chance.paretovariate(1.5) / 2 if chance.random() < 1 / DAY else 0)
        level = 40 * math.exp(wander) * (1 + burst)
        counts.append(max(0.0, round(chance.gauss(level, math.sqrt(2 * level)))))
    return counts


def test_about_as_many_alarms_come_as_were_asked_for() -> None:
    told = {}
    for wanted in (1.0, 4.0):
        beyond, many = limit(wanted), 0
        for seed in range(3):
            memory = Memory()
            for count in heavy(30, seed):
                memory, reading = observe(memory, count, FIVE_MINUTES, beyond)
                many += reading.alarm
        told[wanted] = many / 3
    assert 0.25 <= told[1.0] <= 3
    assert 1.5 <= told[4.0] <= 7
    assert told[1.0] < told[4.0]


@given(COUNTS, COUNTS)
def test_no_reading_depends_on_what_comes_later(past: list[float], later: list[float]) -> None:
    assert readings([*past, *later])[: len(past)] == readings(past)


@given(st.lists(st.tuples(st.floats(0, 1e9), STEPS), max_size=60), st.integers(0, 59))
def test_a_memory_kept_as_json_goes_on_as_if_never_stopped(
    rows: Sequence[tuple[float, float]], cut: int
) -> None:
    straight, stopped, found = Memory(), Memory(), []
    for at, (count, passed) in enumerate(rows):
        if at == cut:
            stopped = restored(json.loads(json.dumps(kept(stopped))))
        straight, one = observe(straight, count, passed)
        stopped, other = observe(stopped, count, passed)
        found.append((one, other))
    assert all(one == other for one, other in found)
    assert straight == stopped


@given(COUNTS)
def test_a_memory_has_the_same_size_after_any_past(counts: list[float]) -> None:
    memory = Memory()
    sizes = {name: len(value) for name, value in kept(memory)["usual"].items() if name != "level"}
    for count in counts:
        memory, _ = observe(memory, count, FIVE_MINUTES)
    grown = kept(memory)
    assert grown.keys() == kept(Memory()).keys()
    assert {n: len(v) for n, v in grown["usual"].items() if n != "level"} == sizes


@given(st.lists(st.tuples(st.floats(0, 1e12), STEPS), max_size=60))
def test_every_score_is_between_nothing_and_one_and_every_figure_finite(
    rows: Sequence[tuple[float, float]],
) -> None:
    memory = Memory()
    for count, passed in rows:
        memory, reading = observe(memory, count, passed)
        assert 0 <= reading.score <= 1
        assert all(map(math.isfinite, (reading.rate, reading.usual, reading.lasting)))
        assert min(reading.rate, reading.usual, reading.lasting) >= 0
    assert restored(kept(memory)) == memory


@pytest.mark.parametrize("count", [-1.0, math.nan, math.inf])
def test_what_is_no_count_is_refused_with_a_valid_one(count: float) -> None:
    with pytest.raises(CountInvalid, match="like 42"):
        observe(Memory(), count, FIVE_MINUTES)


@pytest.mark.parametrize("passed", [-1.0, 0.0, math.nan, math.inf])
def test_time_that_stands_still_is_refused(passed: float) -> None:
    memory, _ = observe(Memory(), 42, 0.0)
    with pytest.raises(CountInvalid, match="like 300"):
        observe(memory, 42, passed)


@pytest.mark.parametrize("wanted", [0.0, -1.0, 11.0, math.nan])
def test_an_impossible_number_of_alarms_is_refused(wanted: float) -> None:
    with pytest.raises(CountInvalid, match="like 4"):
        limit(wanted)


def test_more_alarms_a_month_mean_a_lower_limit() -> None:
    assert limit(10) < limit(5) < limit(4) < limit(1) < limit(0.1)
