"""What was judged of a part speaks for the whole, however unevenly the part was chosen."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.counters import (
    FIELDS,
    JUDGED,
    NEGATIVE,
    POSTS,
    UNSCORED,
    Cell,
    grain,
)
from knowledge.spread.weighing import weighed
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
X = ThingId("platform/x")


def post(screened: float | None, negative: float | None) -> Signal:
    return Signal(
        id=ThingId("signal/x-1"),
        platform=X,
        feed=ThingId("feed/x"),
        posted_at=AT,
        received_at=AT,
        text="late",
        screened=screened,
        scores=None if negative is None else Scores(negative=negative, sentiment=-negative),
    )


def sums(*many: tuple[int, float | None, float | None]) -> list[int]:
    """How many posts, with what the screen and the models say."""
    cell = Cell()
    for number, screened, negative in many:
        one = grain(post(screened, negative), frozenset({"en"}))
        for _ in range(number):
            cell.add(one)
    return cell.sums


def share(counted: list[int]) -> float:
    found = weighed(counted)
    return found[NEGATIVE] / found[JUDGED]


def test_a_share_is_that_of_all_though_the_marked_ones_were_judged_more_often() -> None:
    marked = [(40, 0.9, 0.9), (10, 0.9, 0.1), (50, 0.9, None)]
    others = [(1, 0.01, 0.9), (9, 0.01, 0.1), (890, 0.01, None)]
    counted = sums(*marked, *others)
    assert counted[NEGATIVE] / counted[JUDGED] == pytest.approx(41 / 60)
    assert share(counted) == pytest.approx(0.1 * 0.8 + 0.9 * 0.1)


def test_judgements_that_stand_for_many_are_worth_less_than_their_number() -> None:
    counted = sums((50, 0.9, 0.9), (50, 0.9, None), (10, 0.01, 0.1), (890, 0.01, None))
    assert 10 < weighed(counted)[JUDGED] < 60
    assert weighed(sums((10, 0.9, 0.9), (90, 0.9, None)))[JUDGED] == pytest.approx(10)


def test_nothing_is_told_where_posts_of_a_kind_were_left_out_and_none_was_judged() -> None:
    assert weighed(sums((10, 0.9, 0.9), (90, 0.01, None)))[JUDGED] == 0


def test_what_is_unscored_is_counted_and_is_neither_calm_nor_judged() -> None:
    counted = sums((3, 0.9, None), (1, None, None))
    assert (counted[POSTS], counted[UNSCORED], counted[JUDGED]) == (4, 3, 0)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([None, 0.01, 0.9]), st.floats(0, 1))))
def test_with_all_judged_nothing_changes(
    many: list[tuple[int, float | None, float | None]],
) -> None:
    counted = sums(*many)
    assert weighed(counted) == counted
    assert len(counted) == FIELDS
