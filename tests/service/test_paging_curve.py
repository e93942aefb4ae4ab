"""Laws of the curve: what a stricter threshold can do, and that nothing sees ahead."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from ontology.identity import ThingId
from rules.thresholds import Threshold
from service.paging_curve import Curve, History, Terms, curve
from service.paging_grid import GridInvalid, grid
from service.paging_trial import Look, Told

START = datetime(2026, 11, 2, tzinfo=UTC)
EVERY = timedelta(minutes=15)
TERMS = Terms(window=timedelta(minutes=30), shift=timedelta(hours=8))
INCIDENTS = [ThingId(f"incident/{name}") for name in ("brakes", "doors", "refunds")]
TEAMS = [
    Told(tier="crisis-team", team="team/crisis-office"),
    Told(tier="board", team="team/legal"),
]


def moved(name: str = "excess", operator: str = ">=", value: float = 3.0) -> Threshold:
    return Threshold(
        rule="surge",
        kind="spread",
        field=catalogue().kinds["spread"].fields[name],
        operator=operator,
        value=value,
        file="book.yaml",
        places=((1, 1),),
    )


heights = st.sampled_from([0.0, 1.0, 2.0, 3.0, 3.5, 5.0, 8.0, inf])
looks = st.builds(
    Look,
    incident=st.sampled_from(INCIDENTS),
    at=st.integers(0, 60).map(lambda step: START + step * EVERY),
    sure=st.lists(st.tuples(heights), max_size=2).map(tuple),
    unsure=st.lists(st.tuples(heights), max_size=1).map(tuple),
    tells=st.sets(st.sampled_from(TEAMS)).map(frozenset),
)
histories = st.lists(looks, max_size=40).map(lambda found: sorted(found, key=lambda one: one.at))
moments = st.dictionaries(
    st.sampled_from(INCIDENTS), st.integers(0, 60).map(lambda step: START + step * EVERY)
)
values = st.sampled_from([1.0, 2.0, 3.0, 4.0, 6.0])


def history(said: list[Look], references: dict[ThingId, datetime]) -> History:
    return History(
        since=START,
        until=START + timedelta(hours=16),
        every=EVERY,
        said=tuple(said),
        looks=len(said),
        blind=0,
        unheard=(),
        references=references,
        without=(),
        others=frozenset(),
    )


def drawn(said: list[Look], references: dict[ThingId, datetime], *at: float) -> Curve:
    return curve([moved()], history(said, references), TERMS, [(one,) for one in at])


@given(histories, moments, values, values)
def test_a_stricter_threshold_never_pages_more_and_never_warns_earlier(
    said: list[Look], references: dict[ThingId, datetime], one: float, other: float
) -> None:
    found = drawn(said, references, one, other)
    loose, strict = found.of((min(one, other),)), found.of((max(one, other),))
    assert strict.pages <= loose.pages
    assert strict.at_most <= loose.at_most
    assert all(strict.teams.get(team, 0) <= many for team, many in loose.teams.items())
    assert strict.missed >= loose.missed
    for mine, theirs in zip(strict.warned, loose.warned, strict=True):
        assert (mine.minutes or 0.0) <= (theirs.minutes or 0.0)
    for late, early in zip(strict.minutes, loose.minutes, strict=True):
        assert late <= early


@given(histories, moments, values)
def test_a_look_of_which_nobody_can_tell_is_counted_apart_and_never_as_no_page(
    said: list[Look], references: dict[ThingId, datetime], at: float
) -> None:
    point = drawn(said, references, at).of((at,))
    assert point.pages <= point.at_most
    told = [one for one in said if one.tells]
    could = sum(
        any(height >= at for (height,) in one.unsure)
        and not any(height >= at for (height,) in one.sure)
        for one in told
    )
    assert point.unsure == could
    assert (point.at_most > point.pages) <= (could > 0)


@given(histories, st.integers(0, 60), values)
def test_cutting_the_history_changes_nothing_before_the_cut(
    said: list[Look], step: int, at: float
) -> None:
    cut = START + step * EVERY
    before = [one for one in said if one.at < cut]
    references = dict.fromkeys(INCIDENTS, cut - EVERY / 2)
    whole, part = (drawn(one, references, at).of((at,)) for one in (said, before))
    assert [one.minutes for one in whole.warned] == [one.minutes for one in part.warned]
    assert whole.pages >= part.pages


@given(histories, moments)
def test_no_point_of_the_front_is_beaten_and_every_other_one_is(
    said: list[Look], references: dict[ThingId, datetime]
) -> None:
    found = drawn(said, references, 1.0, 2.0, 4.0, 6.0)
    front = found.front()
    assert front
    for point in found.points:
        beaten = any(
            (o.pages, o.missed, -o.minutes[0]) != (point.pages, point.missed, -point.minutes[0])
            and o.pages <= point.pages
            and o.missed <= point.missed
            and o.minutes[0] >= point.minutes[0]
            for o in found.points
        )
        assert (point in front) is not beaten


@given(histories, moments, st.sampled_from([0.0, 0.5, 2.0, 100.0]))
def test_what_is_recommended_keeps_to_the_budget_and_nothing_that_does_misses_fewer(
    said: list[Look], references: dict[ThingId, datetime], budget: float
) -> None:
    found = drawn(said, references, 1.0, 2.0, 4.0, 6.0)
    best = found.best(budget)
    fitting = [one for one in found.points if found.load(one) <= budget]
    assert (best is None) is (not fitting)
    if best is not None:
        assert best in fitting
        assert best.missed == min(one.missed for one in fitting)


def fires(at: int, height: float = 5.0) -> Look:
    return Look(
        incident=INCIDENTS[0],
        at=START + at * EVERY,
        sure=((height,),),
        tells=frozenset(TEAMS[:1]),
    )


def test_one_cause_is_one_page_within_the_window_of_alerts() -> None:
    said = [fires(step) for step in range(16)]
    pages = drawn(said, {}, 3.0).present.pages
    assert pages in {8, 9}  # four hours in windows of half an hour, wherever the first begins


def test_minutes_of_warning_run_from_the_first_page_to_the_moment() -> None:
    point = drawn([fires(2), fires(4)], {INCIDENTS[0]: START + 6 * EVERY}, 3.0).present
    assert point.minutes == (60.0, 60.0)
    assert point.warned[0].minutes == 60.0


def test_a_page_after_the_moment_is_no_warning() -> None:
    point = drawn([fires(8)], {INCIDENTS[0]: START + 6 * EVERY}, 3.0).present
    assert (point.missed, point.minutes) == (1, (0.0, 0.0))


def test_a_test_that_falls_is_stricter_the_lower_it_stands() -> None:
    shift = moved("sentiment_shift", "<=", -1.5)
    assert shift.met(shift.height(-2.0), -1.5)
    assert not shift.met(shift.height(-2.0), -2.5)
    assert shift.met(shift.height(-1.5), -1.5)


@pytest.mark.parametrize(
    ("given_values", "words"),
    [
        ([[1.5]], "no whole number"),
        ([[-4.0]], "less than"),
        ([[float(n) for n in range(200)]], "more than 100"),
        ([[1.0], [2.0]], "values for 2 thresholds"),
    ],
)
def test_values_that_can_not_be_are_refused_with_some_that_can(
    given_values: list[list[float]], words: str
) -> None:
    with pytest.raises(GridInvalid, match=words):
        grid([moved("volume", ">=", 10.0)], given_values)


def test_two_thresholds_are_tried_together_within_bounds() -> None:
    both = [moved(), moved("volume", ">=", 10.0)]
    assert (2.0, 20.0) in grid(both, [[2.0, 3.0], [10.0, 20.0]])
    with pytest.raises(GridInvalid, match="more than 400"):
        grid(both, [[float(n) for n in range(30)], [float(n) for n in range(30)]])
    with pytest.raises(GridInvalid, match="not 3"):
        grid([*both, moved("virality", ">=", 0.9)], [])


def test_values_around_the_present_are_such_as_the_figure_can_have() -> None:
    shares = [at for (at,) in grid([moved("negative_share", ">=", 0.8)], [])]
    assert 0.8 in shares
    assert max(shares) <= 1.0
