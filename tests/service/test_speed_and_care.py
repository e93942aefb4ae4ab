"""The report on speed and care: from cases and answers of the home to figures and a picture."""

from typing import Any

import numpy as np
import pytest

from service.world import World
from tests.conftest import Door
from tests.knowledge.measures.test_tradeoff import made
from tests.service.measured import BEGIN, days, keep, who

PATH = "/v1/reports/speed-and-care"
SPAN = {"since": BEGIN.isoformat(), "until": (BEGIN + days(2)).isoformat()}


@pytest.fixture
def served(world: World) -> World:
    cases, kinds, _ = made(400, 4, followed=900.0)
    opened = [BEGIN + days(n / 400) for n in range(400)]
    ended = [opened[n] + days(cases.hours[n] / 24) for n in range(400)]
    rows, answers, surveys = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for n in range(400):
        done = bool(cases.resolved[n])
        rows.append(
            {
                "case": f"case/made-{n}",
                "subject": who(n),
                "opened": opened[n],
                "resolved": ended[n] if done else None,
                "touchpoint": f"touchpoint/{kinds[n]}",
                "team": "team/care" if n % 3 else "team/crisis-office",
            }
        )
        named = {"case": f"case/made-{n}"} if n % 2 else {}
        at = opened[n] + days(cases.hours[n] / 48)
        answers.append({"subject": who(n), "at": at, "empathy": float(cases.care[n]), **named})
        if done and n % 4:
            score = float(cases.effort[n])
            at = ended[n] + days(1)
            surveys.append({"subject": who(n), "at": at, "instrument": "ces", "score": score})
    keep(world, "resolution", rows)
    keep(world, "response", answers)
    keep(world, "survey", surveys)
    return world


@pytest.mark.usefixtures("served")
def test_care_takes_time_among_cases_that_are_alike(door: Door) -> None:
    told = door.post(PATH, {"held_equal": ["touchpoint"], **SPAN}).get_json()
    by = {(one["part"], one["name"]): one for one in told["figures"]}
    slope = by["Time taken for each point of care more, like with like", "quantile 0.25"]
    assert slope["low"] < np.exp(0.2) < slope["high"]
    assert "take longer have more caring answers" in told["verdict"]
    assert {one["unit"] for one in told["frontier"]} == {"team/care", "team/crisis-office"}
    assert any("still open" in note for note in told["notes"])


@pytest.mark.usefixtures("served")
def test_every_form_has_speed_and_care(door: Door) -> None:
    drawn = door.get(f"{PATH}?format=svg&by=touchpoint").text
    assert "on the frontier" in drawn
    assert door.get(f"{PATH}?format=csv&by=template").text.startswith("part,name")


def test_without_cases_it_says_what_to_load(door: Door) -> None:
    answer = door.get(f"{PATH}?until=2010-01-01T00:00:00Z")
    assert (answer.status_code, "resolution" in answer.text) == (409, True)


@pytest.mark.parametrize("words", ["by=agent", "held_equal=mood", "since=yesterday"])
def test_what_can_not_be_compared_is_refused(door: Door, words: str) -> None:
    answer = door.get(f"{PATH}?{words}")
    assert answer.status_code == 422, answer.text
