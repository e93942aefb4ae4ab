import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import heads
from knowledge.language.measures import Labels, Numbers
from knowledge.language.recalibration import Change, TooFewVerdicts, changed, fit


def verdicts(rows: int, slope: float, shift: float, seed: int = 1) -> tuple[Labels, Numbers]:
    """Posts whose true log-odds are `slope` times the scored ones plus `shift`."""
    chance = np.random.default_rng(seed)
    odds = chance.normal(0, 1.5, rows)
    true = 1 / (1 + np.exp(-(slope * odds + shift)))
    scores = 1 / (1 + np.exp(-odds))
    return (chance.uniform(0, 1, rows) < true).astype(np.int64), scores


def test_a_head_that_says_yes_too_often_is_brought_down_and_calibrated() -> None:
    report = fit(*verdicts(800, 0.8, -1.5))
    assert report.change.shift == pytest.approx(-1.5, abs=0.3)
    assert report.change.slope == pytest.approx(0.8, abs=0.2)
    assert report.after["value"] < report.before["low"]


def test_a_head_that_is_right_is_hardly_changed() -> None:
    change = fit(*verdicts(800, 1.0, 0.0)).change
    assert change.slope == pytest.approx(1.0, abs=0.15)
    assert change.shift == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("yes", [0, 9, 49])
def test_too_few_verdicts_of_a_kind_change_nothing(yes: int) -> None:
    labels = np.asarray([1] * yes + [0] * (49 if yes < 49 else 0), dtype=np.int64)
    with pytest.raises(TooFewVerdicts, match="at least 50"):
        fit(labels, np.full(len(labels), 0.8))


@given(st.floats(0.05, 5), st.floats(-4, 4), st.lists(st.floats(0.001, 0.999), min_size=2))
def test_a_change_keeps_the_order_of_scores_and_is_undone_by_going_back(
    slope: float, shift: float, scores: list[float]
) -> None:
    change = Change(slope=slope, shift=shift)
    ordered = np.asarray(sorted(scores))
    after = change.apply(ordered)
    assert (np.diff(after) >= 0).all()
    if 0.01 < after[0] < 0.99:
        assert change.back(float(after[0])) == pytest.approx(float(ordered[0]), abs=1e-3)


def test_a_changed_head_says_of_a_text_what_the_change_says() -> None:
    shipped = heads.load()
    report = fit(*verdicts(400, 0.7, -1.0))
    head = shipped.heads["irony"]
    chance = np.random.default_rng(7)
    blocks = {
        block: chance.normal(0, 0.1, (3, heads.WIDTHS[block])).astype(np.float32)
        for block in head.weights
    }
    old = np.asarray(heads.sigmoid(head.logits(blocks)[:, 0]), dtype=np.float64)
    new = changed(shipped, "irony", report).heads["irony"].logits(blocks)[:, 0]
    assert heads.sigmoid(new) == pytest.approx(report.change.apply(old), abs=2e-4)
