"""The report on effort: phases, groups, silence; what few people said is not told."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.observation_kinds import KINDS
from service.effort import effort
from service.effort_report import Effort
from service.founding import OPERATOR
from service.observation_loading import take
from service.problems import ProblemError
from service.survey_bodies import EffortIn
from service.world import World
from tests.conftest import Door

INCIDENT = "incident/2013-ny-train"
RESOLVED = "2013-12-20T12:00:00-05:00"


def told(world: World, **said: Any) -> Effort:
    return effort(world, EffortIn.model_validate(said), lambda _done, _all: None)


def answer(world: World, many: int, score: float | None, day: str, **more: Any) -> None:
    rows: list[object] = [
        {
            "subject": f"{day}-{n}",
            "at": f"2026-{day}T10:00:00Z",
            "instrument": "ces",
            "score": score,
            **more,
        }
        for n in range(many)
    ]
    _, faults = take(world, KINDS["survey"], rows, system="lab", actor=OPERATOR)
    assert not faults


def test_the_sample_fell_with_the_crash_and_rose_after_it(world: World) -> None:
    found = told(world, incident=INCIDENT, resolved=RESOLVED).phases
    assert found is not None
    assert isinstance(found.fell, Estimate)
    assert found.fell.high < 0
    assert isinstance(found.rose, Estimate)
    assert found.rose.low > 0


def test_an_incident_that_is_not_resolved_has_no_after(world: World) -> None:
    found = told(world, incident=INCIDENT).phases
    assert found is not None
    assert isinstance(found.rose, Withheld)
    assert "resolved" in found.rose.reason


def test_groups_of_few_people_are_withheld_and_cannot_be_subtracted_out(world: World) -> None:
    for many, team in ((30, "legal"), (20, "safety"), (4, "operations")):
        answer(world, many, 5, f"01-{many:02d}", team=f"team/{team}")
    groups = told(world, since="2026-01-01T00:00:00Z", by=["team"]).groups
    shown = {one.name for one in groups if isinstance(one.mean, Estimate)}
    assert shown == {"team/legal"}
    assert all(one.mean.n == 0 for one in groups if isinstance(one.mean, Withheld))


def test_who_was_asked_and_kept_silent_counts_in_the_response_only(world: World) -> None:
    answer(world, 20, 6, "01-05")
    answer(world, 60, None, "01-06")
    found = told(world, since="2026-01-01T00:00:00Z")
    assert isinstance(found.response, Estimate)
    assert found.response.value == pytest.approx(0.25)
    assert found.mean.n == 20


def test_without_those_who_kept_silent_the_response_is_withheld(world: World) -> None:
    answer(world, 20, 6, "01-05")
    found = told(world, since="2026-01-01T00:00:00Z")
    assert isinstance(found.response, Withheld)
    assert isinstance(found.as_asked, Withheld)
    assert any("kept silent" in one for one in found.warnings)


def test_a_scale_that_ended_at_five_is_suspected(world: World) -> None:
    answer(world, 60, 5, "01-05")
    answer(world, 60, 3, "01-06")
    warnings = told(world, since="2026-01-01T00:00:00Z").warnings
    assert any("scales: {ces: [1, 5]}" in one for one in warnings)


def test_weeks_without_answers_are_gaps(world: World) -> None:
    answer(world, 20, 6, "01-05")
    answer(world, 20, 6, "03-02")
    trend = told(world, since="2026-01-01T00:00:00Z").trend
    assert [isinstance(one.mean, Estimate) for one in trend] == [True, *[False] * 7, True]


def test_too_few_answers_are_refused_with_what_would_do(world: World) -> None:
    answer(world, 9, 6, "01-05")
    with pytest.raises(Unsuited, match="attune load survey"):
        told(world, since="2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "said",
    [
        {"incident": "incident/none"},
        {"onset": "2014-01-01T00:00:00Z", "resolved": "2013-01-01T00:00:00Z"},
    ],
)
def test_phases_that_cannot_be_are_refused(world: World, said: dict[str, Any]) -> None:
    with pytest.raises(ProblemError):
        told(world, **said)


def test_the_report_comes_in_every_form_and_the_same_each_time(door: Door) -> None:
    where = f"/v1/reports/effort?incident={INCIDENT}&resolved=2013-12-20T17:00:00Z"
    forms = {form: door.get(f"{where}&format={form}") for form in ("json", "csv", "svg", "text")}
    assert {one.status_code for one in forms.values()} == {200}
    assert forms["svg"].data == door.get(f"{where}&format=svg").data
    ET.fromstring(forms["svg"].data)  # noqa: S314 - our own picture
    assert forms["csv"].text.startswith("by,group,figure,value,low,high,n,withheld")
    assert forms["json"].get_json()["phases"]["change"]["from before to during"]["high"] < 0
