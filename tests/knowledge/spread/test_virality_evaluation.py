import numpy as np
import pytest

from knowledge.spread.virality_evaluation import (
    BACKGROUNDS,
    DELAYS,
    FACTORS,
    Cell,
    cells,
    evaluate,
    trials,
)

DELAY, BACKGROUND = next(iter(DELAYS)), next(iter(BACKGROUNDS))


def test_talk_that_need_not_end_begins_with_nothing() -> None:
    every = cells()
    assert {each.factor for each in every} == set(FACTORS)
    assert {each.background for each in every if each.factor >= 1} == {"stationary"}
    assert {each.background for each in every if each.factor < 1} == set(BACKGROUNDS)


def test_made_talk_has_about_as_many_posts_as_are_asked_for() -> None:
    every = [
        Cell(factor=factor, delays=DELAY, background=background, kept=kept)
        for factor, background, kept in ((0.3, "news", 1.0), (0.6, "daily cycle", 0.5))
    ]
    for trial in trials(every, [1], posts=2000):
        assert trial.found.events == pytest.approx(2000, rel=0.2)


def test_the_same_seed_makes_the_same_talk() -> None:
    cell = Cell(factor=0.6, delays=DELAY, background=BACKGROUND)
    first, second = ([*trials([cell], [3], posts=1000)] for _ in range(2))
    assert first == second


def test_rows_say_what_was_told_how_wrong_and_how_often_it_was_covered() -> None:
    cell = Cell(factor=0.6, delays=DELAY, background=BACKGROUND)
    rows = evaluate([*trials([cell], range(3), posts=3000)], "made, seeds 0 to 2")
    assert [row.figure for row in rows] == [
        "told",
        "root of the mean squared error",
        "covered by 95 % intervals",
    ]
    assert rows[1].value < 0.1
    assert "Fano factor" in rows[1].baseline
    assert "EM with the mean delay known" in rows[1].baseline
    for row in rows:
        assert row.interval is not None
        assert row.interval[0] <= row.value <= row.interval[1]
        assert row.split == "made, seeds 0 to 2"


def test_where_nothing_is_told_no_error_is_claimed() -> None:
    cell = Cell(factor=1.05, delays=DELAY, background=BACKGROUND)
    rows = evaluate([*trials([cell], [1, 2], posts=3000)], "made")
    assert [(row.figure, row.value) for row in rows] == [("told", 0.0)]


@pytest.mark.slow
def test_factors_are_met_and_covered_on_talk_it_was_not_tuned_on() -> None:
    every = [
        cell
        for cell in cells(factors=(0.6, 0.9))
        if cell.background in {"doubling", "daily cycle"}
    ]
    made = [*trials(every, range(30_000, 30_003))]
    told = [each for each in made if each.found.factor is not None]
    errors = np.array([(each.found.factor or 0) - each.cell.factor for each in told])
    inside = [(each.found.low or 0) <= each.cell.factor <= (each.found.high or 0) for each in told]
    assert len(told) > 0.8 * len(made)
    assert np.sqrt((errors**2).mean()) <= 0.04
    assert np.mean(inside) >= 0.85


@pytest.mark.slow
def test_a_rate_that_doubles_is_not_contagion() -> None:
    every = [cell for cell in cells(factors=(0.0,)) if cell.background != "news"]
    found = [each.found for each in trials(every, range(30_000, 30_003), posts=10_000)]
    assert all(each.low is None or each.low < 0.15 for each in found)
    assert sum(each.factor is not None for each in found) > len(found) / 2
