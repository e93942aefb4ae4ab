"""Employees who criticise us are heard by people of theirs, answered by no machine; how they feel
is told month by month, of groups only in which nobody can be worked out; managers get talking
points.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import incident, person
from tests.serving import Served, attune

MAP = """\
system: voice-of-us
columns: {Badge: subject, Day: at, Question: instrument, Answer: score, Depot: site, Team: team}
zone: America/New_York
"""


def answers(day: datetime) -> str:
    """Forty of the north depot, twelve of the south, four of the yard: lower in the south."""
    rows = ["Badge,Day,Question,Answer,Depot,Team"]
    for number, depot in enumerate(["north"] * 40 + ["south"] * 12 + ["yard"] * 4):
        score = 1 + number % 5 - (1 if depot == "south" and number % 2 else 0)
        rows.append(f"badge-{number},{day:%Y-%m-%d} 08:00,trust-in-us,{score},{depot},")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def month(service: Served) -> str:
    """A month whose answers were loaded, a day ago."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"]).astimezone(UTC)
    day = now.replace(day=1) - timedelta(days=20)
    folder = service.home.parent
    (folder / "pulse.csv").write_text(answers(day))
    (folder / "pulse.yaml").write_text(MAP)
    words = ["load", "pulse", folder / "pulse.csv", "--map", folder / "pulse.yaml"]
    done = attune(*words, "--rejects", folder / "pulse-rejects.jsonl", env=beside(service))
    assert done.returncode == 0, done.stderr
    closes = max(now, now.replace(day=8, hour=0)) + timedelta(days=1, hours=1)
    service.post("/v1/clock", {"at": closes.isoformat()}, status=200)
    return f"{day:%Y-%m}"


def told(service: Served, month: str) -> dict[str, Any]:
    found = service.get("/v1/reports/employees", month=month, instrument="trust-in-us")
    (question,) = found["questions"]
    return dict(question)


def test_groups_are_told_and_few_are_withheld_with_whoever_would_tell_of_them(
    service: Served, month: str
) -> None:
    question = told(service, month)
    shown = {(one["by"], one["group"]): one["people"] for one in question["groups"]}
    assert shown == {("all", "all"): 56, ("site", "north"): 40}
    assert question["withheld"] == 2
    mean = question["groups"][0]["mean"]
    assert mean["low"] < mean["value"] < mean["high"]
    assert mean["n"] == 56


def test_the_command_tells_the_same_and_draws_it(service: Served, month: str) -> None:
    asked = ["report", "employees", f"month={month}", "instrument=trust-in-us"]
    env = beside(service)
    assert json.loads(attune(*asked, "--json", env=env).stdout)["questions"] == [
        told(service, month)
    ]
    drawn = attune(*asked, "--format", "svg", env=env)
    assert drawn.stdout.startswith("<svg")
    assert "badge" not in drawn.stdout


def test_a_month_that_is_not_over_is_told_to_nobody(service: Served) -> None:
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    asked = ["report", "employees", f"month={now:%Y-%m}"]
    done = attune(*asked, env=beside(service))
    assert (done.returncode, "when its answers are in" in done.stderr) == (2, True), done.stderr


def test_what_an_employee_says_in_public_goes_to_people_of_theirs(service: Served) -> None:
    about = incident(service, "rosters-criticised", internal=True)
    facts = {"signal": {"from_employee": True}}
    body = {"incident": about, "facts": facts, "precedents": 0}
    decision = service.post("/v1/decisions", body)["decision"]
    assert "team/people-and-culture" in {one["team"] for one in decision["routes"]}
    assert {"automatic-reply", "naming-people"} <= set(decision["prohibitions"])
    assert "human-contact" in {one["name"] for one in decision["requirements"]}


def test_managers_get_talking_points_with_what_employees_heard(service: Served) -> None:
    about = incident(service, "rosters-talked-about", internal=True)
    manager = person(service, "team/people-and-culture", "responder", "reviewer")
    manager.tell_colleagues(about)
    made = manager.ask("POST", "/v1/briefs", {"incident": about, "audience": "employees"}, 201)
    assert made["text"].startswith("# Talking points for managers: ")
    assert made["verified"] is True
    assert made["content"]["holding_line"]["message"].startswith("message/")
    env = beside(service) | {"ATTUNE_URL": service.url, "ATTUNE_KEY": manager.key}
    done = attune("press", "brief", about, "--audience", "employees", env=env)
    assert "## Do not say" in done.stdout, done.stderr
