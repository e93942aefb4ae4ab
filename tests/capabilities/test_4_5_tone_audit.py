"""A month of what was said to customers is audited: how alike agents, teams and places speak,
whether the tone drifted, how like the chosen wordings it is; nobody is named.
"""

import json
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.service.test_tone import replies
from tests.serving import Served, attune

ASKED = {"month": "2026-05", "against": "2026-04-01", "of": "replies"}
COLD = "operations"


@pytest.fixture(scope="module")
def audit(service: Served) -> dict[str, Any]:
    """Three teams, of which one turned cold in May."""
    rows = [*replies(4, None), *replies(5, COLD)]
    told = service.post("/v1/observations/reply", {"system": "tone", "rows": rows}, status=202)
    assert told["rejected"] == []
    return service.post("/v1/reports/tone", ASKED, status=200)


def test_the_team_whose_tone_drifted_is_told_and_no_other(audit: dict[str, Any]) -> None:
    drifted = {
        one["group"]
        for one in audit["drift"]
        if one["verdict"] == "drifted" and one["by"] == "team"
    }
    assert drifted == {f"team/{COLD}"}


def test_every_figure_has_its_interval_and_sample_or_says_why_not(audit: dict[str, Any]) -> None:
    figures = [*audit["means"].values(), *(one["share"] for one in audit["between"])]
    assert len(figures) > 10
    assert all("withheld" in one or one["low"] <= one["value"] <= one["high"] for one in figures)
    assert all(one["n"] >= 0 for one in figures)


def test_consistency_between_agents_teams_and_regions_and_likeness_to_the_brand_are_told(
    audit: dict[str, Any],
) -> None:
    assert {"agent", "team", "region", "channel"} == {one["by"] for one in audit["between"]}
    assert {"empathy", "voice", "grade", "likeness"} == {*audit["means"]}


def test_nobody_is_named_and_nothing_is_quoted(audit: dict[str, Any]) -> None:
    words = json.dumps(audit)
    assert f"{COLD}-1" not in words
    assert "boiler failed twice" not in words


def test_the_command_line_writes_the_same_audit_as_a_table(
    service: Served, audit: dict[str, Any]
) -> None:
    words = [f"{name}={value}" for name, value in ASKED.items()]
    done = attune("report", "tone", *words, "--format", "csv", env=beside(service))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("part,by,group,score,value,low,high,n")
    told = [line for line in lines if line.startswith("drift,team,") and "drifted" in line]
    assert len(told) == sum(
        one["verdict"] == "drifted" and one["by"] == "team" for one in audit["drift"]
    )


def test_a_month_in_which_too_little_was_said_is_refused_with_what_would_do(
    service: Served,
) -> None:
    refused = service.post("/v1/reports/tone", {"month": "2025-01"}, status=409)
    assert "50 would do" in json.dumps(refused)
