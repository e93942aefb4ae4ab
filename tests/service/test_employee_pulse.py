"""The pulse of employees: closed months only, no few people, and nothing that comes later."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.observation_files import Load
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observation_rows import Row
from knowledge.measures.publication import ALL
from ontology.identity import ThingId
from service.clock import StoppedClock
from service.employee_pulse import pulse
from service.employee_report import Pulse
from service.observing import person, store
from service.problems import ProblemError
from service.pulse_body import PulseIn
from service.reported import table
from service.world import World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 14, 9, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 10, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


@pytest.fixture
def world(worlds: Callable[..., World]) -> World:
    return worlds()


def answer(
    world: World, who: Iterable[int], score: Callable[[int], float], at: datetime, **more: Any
) -> None:
    """Each of them answers once."""
    kind = KINDS["pulse"]
    rows = [
        Row(
            number=number,
            values={
                "subject": person(world, kind, "hr", str(number)),
                "at": at,
                "instrument": "mood",
                "score": score(number),
                **more,
            },
        )
        for number in who
    ]
    at = world.clock.now()
    load = Load(actor=ThingId("person/operator"), at=at, id=world.ids)
    store(world).commit(kind, [rows], load)


def found(world: World, clock: StoppedClock, month: str | None = None) -> Pulse:
    """What is told a day after what was loaded."""
    clock.advance(clock.now() + timedelta(days=1))
    return pulse(world, PulseIn(month=month), lambda _done, _of: None)


def spread(number: int) -> float:
    return float(1 + number % 5)


def test_groups_are_told_with_interval_and_size(world: World, clock: StoppedClock) -> None:
    answer(world, range(30), spread, OCTOBER, team="team/rail")
    answer(world, range(30, 55), spread, OCTOBER, team="team/bus")
    (question,) = found(world, clock).questions
    assert [(one.group, one.people) for one in question.told] == [
        (ALL, 55),
        (("team", "team/bus"), 25),
        (("team", "team/rail"), 30),
    ]
    mean = question.told[0].mean
    assert isinstance(mean, Estimate)
    assert (mean.value, mean.n, mean.low < 3 < mean.high) == (3.0, 55, True)


def test_a_small_team_is_withheld_with_the_one_that_would_tell_of_it(
    world: World, clock: StoppedClock
) -> None:
    answer(world, range(30), spread, OCTOBER, team="team/rail")
    answer(world, range(30, 45), spread, OCTOBER, team="team/bus")
    answer(world, range(45, 49), spread, OCTOBER, team="team/web")
    (question,) = found(world, clock).questions
    assert [one.group[1] for one in question.told] == ["all", "team/rail"]
    assert question.withheld == 2


def test_what_nearly_all_said_is_not_told(world: World, clock: StoppedClock) -> None:
    answer(world, range(30), lambda _: 1.0, OCTOBER)
    (question,) = found(world, clock).questions
    assert isinstance(question.told[0].mean, Withheld)
    assert "1.0" not in json.dumps(found(world, clock).to_json())


def test_who_answers_twice_in_a_month_counts_once(world: World, clock: StoppedClock) -> None:
    answer(world, range(12), spread, OCTOBER)
    answer(world, range(12), lambda number: spread(number + 1), OCTOBER + timedelta(days=1))
    assert found(world, clock).questions[0].told[0].people == 12


def test_answers_that_come_after_a_month_was_told_change_nothing(
    world: World, clock: StoppedClock
) -> None:
    answer(world, range(12), spread, OCTOBER)
    before = found(world, clock).to_json()
    clock.advance(clock.now() + timedelta(seconds=1))
    answer(world, [99], spread, OCTOBER)
    assert found(world, clock).to_json() == before


def test_a_month_is_told_only_when_it_is_closed(world: World, clock: StoppedClock) -> None:
    answer(world, range(12), spread, NOW)
    with pytest.raises(ProblemError) as refused:
        found(world, clock, "2026-11")
    assert refused.value.faults[0].detail.startswith("is told from 2026-12-08 on")
    assert refused.value.faults[0].example == "2026-10"


def test_a_change_since_the_month_before_has_an_interval(
    world: World, clock: StoppedClock
) -> None:
    answer(world, range(30), spread, SEPTEMBER)
    answer(world, range(30), lambda number: spread(number) - 1, OCTOBER)
    change = found(world, clock).questions[0].told[0].change
    assert isinstance(change, Estimate)
    assert (change.value, change.low < -1 < change.high < 0) == (-1.0, True)


@pytest.mark.parametrize("many", [0, 9])
def test_of_too_few_answers_nothing_is_told(world: World, clock: StoppedClock, many: int) -> None:
    answer(world, range(many), spread, OCTOBER)
    with pytest.raises(Unsuited, match="2026-10"):
        found(world, clock)


def test_no_employee_is_in_any_form_of_the_report(world: World, clock: StoppedClock) -> None:
    answer(world, range(40), spread, OCTOBER, team="team/rail", comment="Ada said so")
    report = found(world, clock)
    told = table(report.rows()) + report.picture() + "\n".join(report.lines())
    assert "person/" not in told + json.dumps(report.to_json())
    assert "Ada" not in told
    rows = [*csv.DictReader(io.StringIO(table(report.rows())))]
    assert [row["n"] for row in rows] == ["40", "40"]


def test_answers_may_come_late_until_their_month_is_told(
    world: World, clock: StoppedClock
) -> None:
    answer(world, range(5), spread, OCTOBER)
    with pytest.raises(Unsuited, match="fewer than 10"):
        found(world, clock)
    answer(world, range(5, 12), spread, OCTOBER)
    assert found(world, clock).questions[0].told[0].people == 12


def test_a_month_without_answers_says_of_which_there_are(
    world: World, clock: StoppedClock
) -> None:
    answer(world, range(12), spread, SEPTEMBER)
    with pytest.raises(Unsuited, match="there are answers from 2026-09 to 2026-09"):
        found(world, clock)
