"""Each threshold of a rule is shown as pages a shift against minutes of warning on what was
recorded, with what nobody can tell counted apart; who chooses a point gets the rule written, its
cases moved, as a policy proposal for a second person.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

QUARTERS = [1, 0, 2, 8, 20, 45, 30, 6]
RECORD = {
    "type": "Incident",
    "id": "incident/doors",
    "properties": {
        "name": "Doors that do not close",
        "cluster": "accidental",
        "severity": "severe",
        "certainty": "likely",
        "ownedBy": "team/crisis-office",
        "topic": ["slidingdoors"],
        "onPlatform": ["platform/twitter"],
    },
}


@pytest.fixture(scope="module")
def question(service: Served) -> dict[str, Any]:
    """Two hours of posts, which a person escalates at the end of them."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    begun = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    service.post("/v1/clock", {"at": begun.isoformat()}, status=200)
    service.post("/v1/records", RECORD)
    service.post("/v1/incidents/doors/acts", {"act": "open"})
    for quarter, many in enumerate(QUARTERS):
        start = begun + quarter * timedelta(minutes=15)
        service.post("/v1/clock", {"at": (start + timedelta(minutes=15)).isoformat()}, status=200)
        heard = [
            {
                "id": f"doors-{quarter}-{number}",
                "platform": "platform/twitter",
                "feed": "feed/listening",
                "posted_at": (start + timedelta(seconds=15 * number)).isoformat(),
                "text": f"Carriage {number}: the slidingdoors stay open at speed.",
            }
            for number in range(many)
        ]
        if heard:
            service.post("/v1/signals/batch", {"signals": heard}, status=202)
    end = begun + len(QUARTERS) * timedelta(minutes=15)
    act = {"act": "escalate", "data": {"tier": "executive", "reason": "A minister has called."}}
    service.post("/v1/incidents/doors/acts", act)
    return {
        "rule": "surge",
        "fields": "spread.excess",
        "values": "2,3,4,6,500",
        "reference": "escalated",
        "since": begun.isoformat(),
        "until": end.isoformat(),
        "pages_per_shift": 40,
    }


def point(curve: dict[str, Any], *at: float) -> dict[str, Any]:
    return dict(next(one for one in curve["points"] if one["at"] == [*at]))


def test_each_threshold_has_its_pages_a_shift_and_its_minutes_of_warning(
    service: Served, question: dict[str, Any]
) -> None:
    curve = service.get("/v1/alert-budget", **question)
    assert curve["history"]["incidents"] == 1
    present, strictest = point(curve, 3.0), point(curve, 500.0)
    assert present["present"]
    assert (present["warned"], present["of"]) == (1, 1)
    assert present["median_minutes"] >= 30
    assert strictest["pages"] == 0
    assert [one["incident"] for one in strictest["missed"]] == ["incident/doors"]
    pages = [one["pages_per_shift"] for one in curve["points"]]
    assert pages == sorted(pages, reverse=True)
    low, high = present["pages_per_shift_low"], present["pages_per_shift_high"]
    assert low < present["pages_per_shift"] < high
    assert present["pages_per_shift_at_most"] >= present["pages_per_shift"]


def test_a_budget_recommends_a_point_of_the_front_that_keeps_to_it(
    service: Served, question: dict[str, Any]
) -> None:
    curve = service.get("/v1/alert-budget", **question)
    best = point(curve, *curve["recommended"])
    assert best["busiest_team"] <= 40
    assert best["warned"] == 1


def test_the_picture_is_read_without_eyes(service: Served, question: dict[str, Any]) -> None:
    with service.client() as client:
        drawn = client.get("/v1/alert-budget/picture.svg", params=question)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "Present: spread.excess at least 3" in drawn.text


def command(service: Served, question: dict[str, Any], *more: object) -> Any:
    words = ["--field", question["fields"], "--values", question["values"], "--json"]
    span = ["--since", question["since"], "--until", question["until"]]
    return attune("alerts", "budget", question["rule"], *words, *span, *more, env=beside(service))


def test_the_command_line_has_the_same_figures(service: Served, question: dict[str, Any]) -> None:
    done = command(service, question, "--pages-per-shift", 40)
    assert done.returncode == 0, done.stderr
    curve = service.get("/v1/alert-budget", **question)
    assert json.loads(done.stdout)["points"] == curve["points"]


def test_a_chosen_point_becomes_a_policy_proposal_with_its_figures_as_the_reason(
    service: Served, question: dict[str, Any]
) -> None:
    active = service.get("/v1/policies")["active"]
    chosen = question | {
        "fields": "spread.volume",
        "values": "10,20",
        "at": [20],
        "reason": "Ten posts are one family.",
    }
    made = service.post("/v1/alert-budget/choices", chosen)
    assert any("volume 10 → 20" in one for one in made["cases"])
    policies = service.get("/v1/policies")
    (mine,) = [one for one in policies["proposals"] if one["id"] == made["proposal"]]
    assert mine["state"] == "proposed"
    assert "pages a shift" in mine["reason"]
    assert "1 of 1 incidents warned" in mine["reason"]
    assert policies["active"] == active


def test_a_choice_that_cases_object_to_becomes_a_working_copy_where_people_settle_them(
    service: Served, question: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    choice = ["--choose", "4", "--reason", "Called out for nothing.", "--out", folder]
    done = command(service, question, *choice)
    assert done.returncode == 0, done.stderr
    assert "excess: at least 4, volume" in (folder / "rules/books/detection.yaml").read_text()
    refused = command(service, question, "--choose", "500", "--reason", "Never.")
    assert refused.returncode == 2
    assert "--out" in refused.stderr


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--values", "a,b"], "write --values 2,3.5,5"),
        (["--field", "spread.exces", "--values", "3"], "did you mean 'spread.excess'"),
        (["--since", "yesterday"], "is no time with offset"),
        (["--picture", "budget.png"], "is no .svg"),
        (["--choose", "7", "--reason", "Too many."], "was not tried; choose one of"),
        (["--feeds", "nowhere"], "has no feed"),
    ],
)
def test_what_can_not_be_worked_out_is_refused_with_its_cure(
    service: Served, question: dict[str, Any], more: list[str], words: str
) -> None:
    plain = {
        "--field": "spread.excess",
        "--since": question["since"],
        "--until": question["until"],
    }
    if "--feeds" in more:
        plain = {"--field": "spread.excess"}
    given = {**plain, **dict(zip(more[::2], more[1::2], strict=True))}
    flat = [word for pair in given.items() for word in pair]
    done = attune("alerts", "budget", "surge", *flat, env=beside(service))
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
