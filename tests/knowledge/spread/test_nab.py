import csv
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.nab import PROFILES, Labelled, left_out, percent, run
from knowledge.spread.volume_evaluation import detector
from loaders.labelled_series import read_labelled

ROWS = 400
WINDOWS = ((100, 139), (300, 339))
ALARMS = st.dictionaries(st.integers(60, ROWS - 1), st.sampled_from([0.2, 0.6, 0.9]), max_size=9)


def labelled(name: str = "one") -> Labelled:
    return Labelled(
        name=name,
        stamps=tuple(f"row {k}" for k in range(ROWS)),
        seconds=tuple(300.0 * k for k in range(ROWS)),
        counts=(0.0,) * ROWS,
        windows=WINDOWS,
    )


def raw(alarms: Sequence[int], profile: str = "standard") -> float:
    scores = [float(k in alarms) for k in range(ROWS)]
    return run(labelled(), scores).totals([0.5], PROFILES[profile])[0]


def test_alarms_at_the_first_row_of_every_window_are_perfect() -> None:
    assert percent([raw([100, 300])], 2) == pytest.approx(100, abs=0.2)


def test_no_alarm_is_zero() -> None:
    assert percent([raw([])], 2) == 0


def test_an_earlier_alarm_in_a_window_is_worth_more_and_a_second_one_nothing() -> None:
    assert raw([105]) > raw([130]) > raw([])
    assert raw([105, 110, 130]) == raw([105])


def test_a_false_alarm_costs_more_the_farther_it_is_behind_a_window() -> None:
    costs = [raw([100, 300]) - raw([100, row, 300]) for row in (140, 150, 250)]
    assert 0 < costs[0] < costs[1] < costs[2] <= PROFILES["standard"]


def test_a_false_alarm_before_all_windows_costs_in_full_twice_as_much_for_the_low_profile() -> (
    None
):
    for profile, cost in PROFILES.items():
        assert raw([], profile) - raw([70], profile) == pytest.approx(cost)


def test_alarms_in_the_first_rows_are_not_judged() -> None:
    assert raw([0, 30, 59]) == raw([])


@given(st.lists(ALARMS, min_size=3, max_size=3), ALARMS)
def test_the_limit_of_a_series_does_not_depend_on_its_own_scores(
    many: list[dict[int, float]], instead: dict[int, float]
) -> None:
    own, *others = [run(labelled(), [some.get(k, 0.0) for k in range(ROWS)]) for some in many]
    other = run(labelled(), [instead.get(k, 0.0) for k in range(ROWS)])
    for cost in PROFILES.values():
        limits = [left_out([each, *others], cost)[1][0] for each in (own, other)]
        rest = [sum(each.totals([limit], cost)[0] for each in others) for limit in limits]
        assert rest[0] == rest[1]


def reference(scores: dict[str, list[float]], series: Sequence[Labelled], folder: Path) -> str:
    """What the benchmark's own scorer prints."""
    shared = os.environ.get("ATTUNE_SHARED", "")
    for each in series:
        with (folder / f"{each.name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("timestamp", "anomaly_score"))
            writer.writerows(zip(each.stamps, scores[each.name], strict=True))
    return subprocess.run(  # noqa: S603 - the benchmark's own scorer
        [sys.executable, f"{shared}/eval/nab_score.py", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def tweets() -> list[Labelled]:
    shared = os.environ.get("ATTUNE_SHARED")
    if shared is None:
        pytest.skip("set ATTUNE_SHARED to the folder that has data/volume and eval/nab_score.py")
    return read_labelled(Path(shared, "data/volume/nab-realtweets"))


@pytest.mark.parametrize("how", ["detector", "chance"])
def test_scores_are_those_of_the_reference_scorer(
    tweets: list[Labelled], tmp_path: Path, how: str
) -> None:
    chance = random.Random(5)  # noqa: S311 - test data
    scores = {
        each.name: detector(each)
        if how == "detector"
        else [round(chance.random() ** 40, 3) for _ in each.counts]
        for each in tweets
    }
    windows = sum(len(each.windows) for each in tweets)
    runs = [run(each, scores[each.name]) for each in tweets]
    printed = reference(scores, tweets, tmp_path)
    for cost in PROFILES.values():
        own = percent(left_out(runs, cost)[0], windows)
        assert f"loo {own:.2f}" in printed


def test_the_detector_is_above_the_aims_on_the_five_series(tweets: list[Labelled]) -> None:
    runs = [run(each, detector(each)) for each in tweets]
    windows = sum(len(each.windows) for each in tweets)
    assert percent(left_out(runs, PROFILES["standard"])[0], windows) >= 80
    assert percent(left_out(runs, PROFILES["low-FP"])[0], windows) >= 74
