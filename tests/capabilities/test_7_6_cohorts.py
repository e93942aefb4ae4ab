"""Whether trust and lifetime value came back after an incident: those whom it touched, matched
with others who were alike before, followed month by month, with staying, trust and revenue.
"""

import json
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.outcome_rows import INCIDENT, ONSET, load
from tests.serving import Served, attune

ASKED = {
    "incident": INCIDENT,
    "onset": ONSET.isoformat(),
    "months": 4,
    "exact": [],
    "nearest": ["tenure"],
    "currency": "CHF",
    "margin": 0.4,
}


@pytest.fixture(scope="module")
def report(service: Served) -> dict[str, Any]:
    load(service)
    return service.post("/v1/reports/cohorts", ASKED, status=200)


def test_trust_is_back_in_the_month_in_which_it_truly_is(report: dict[str, Any]) -> None:
    assert report["restored_month"] == 3
    found = {(one["part"], one["name"]): one for one in report["figures"]}
    assert found["Trust, affected less others (1 to 7)", "month 1"]["high"] < -2


def test_what_it_cost_in_staying_and_revenue_is_told_with_intervals(
    report: dict[str, Any],
) -> None:
    found = {(one["part"], one["name"]): one for one in report["figures"]}
    assert found["Staying", "affected less others, of 120 days"]["high"] < 0
    assert found["Paid in 4 months, discounted", "affected less others"]["high"] < 0
    assert report["people"]["matched"] > 100
    assert all(abs(one["after"]) < 0.1 for one in report["balance"])


def test_the_command_line_gives_the_table(service: Served, report: dict[str, Any]) -> None:
    assert report["figures"]
    body = service.home.parent / "cohorts.json"
    body.write_text(json.dumps(ASKED))
    done = attune("report", "cohorts", "--body", body, "--format", "csv", env=beside(service))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("part,name,unit,value,low,high,n,withheld")
