"""Windows that are met and beginnings outside are counted on a series whose truth is known."""

import pytest

from knowledge.spread.nab import Labelled
from service.evaluations import PARTS
from service.unusual_evaluation import judge

ROWS = 4 * 24 * 12
BURSTS = (ROWS - 400, ROWS - 60)


def series(windows: tuple[tuple[int, int], ...]) -> Labelled:
    counts = [50.0 + 3 * (row % 5) for row in range(ROWS)]
    for at in BURSTS:
        counts[at : at + 12] = [600.0] * 12
    return Labelled(
        name="made",
        stamps=tuple(str(row) for row in range(ROWS)),
        seconds=tuple(300.0 * row for row in range(ROWS)),
        counts=tuple(counts),
        windows=windows,
    )


@pytest.mark.parametrize(
    ("labelled", "met", "begun"),
    [
        (((BURSTS[0] - 20, BURSTS[0] + 30),), 1, 1),
        (tuple((at - 20, at + 30) for at in BURSTS), 2, 0),
        (((BURSTS[0] - 200, BURSTS[0] - 100),), 0, 2),
    ],
)
def test_a_burst_counts_for_its_window_or_as_begun_outside(
    labelled: tuple[tuple[int, int], ...], met: int, begun: int
) -> None:
    found = judge(series(labelled))
    assert (found.windows, found.met, found.begun) == (len(labelled), met, begun)


def test_it_is_a_part_of_the_evaluation() -> None:
    assert "unusual" in {part.name for part in PARTS}
