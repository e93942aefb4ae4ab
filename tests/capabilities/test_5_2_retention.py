"""Whether those who got personal answers stay, held against their like: what decides who gets them
is declared, the balance shown, the effect told as difference and ratios, each with its interval.
"""

import json
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.outcome_rows import MANY, RATIO, SPAN, load
from tests.serving import Served, attune

ASKED = {
    **SPAN,
    "confounders": [{"column": "tenure", "why": "Those who stayed long are known, and stay."}],
    "horizon_days": 60,
}


@pytest.fixture(scope="module")
def report(service: Served) -> dict[str, Any]:
    load(service)
    return service.post("/v1/reports/retention", ASKED, status=200)


def test_the_truth_lies_in_the_interval_and_the_groups_are_balanced(
    report: dict[str, Any],
) -> None:
    found = {one["name"]: one for one in report["figures"]}
    assert found["hazard ratio"]["low"] < RATIO < found["hazard ratio"]["high"]
    assert found["risk difference"]["high"] < 0
    assert report["people"]["answered"] == MANY
    assert all(abs(one["after"]) < 0.1 < abs(one["before"]) for one in report["balance"])
    assert "association" in report["verdict"]


def test_nothing_is_told_where_nothing_is_declared(service: Served) -> None:
    told = service.post("/v1/reports/retention", dict(SPAN), status=422)
    assert "what decides who gets a personal answer" in json.dumps(told)
    late = [{"column": "empathy", "why": "It may matter as well."}]
    told = service.post("/v1/reports/retention", {**SPAN, "confounders": late}, status=422)
    assert "comes with the answer or after it" in json.dumps(told)


def test_the_command_line_says_it_in_words(service: Served, report: dict[str, Any]) -> None:
    body = service.home.parent / "retention.json"
    body.write_text(json.dumps(ASKED))
    done = attune("report", "retention", "--body", body, env=beside(service))
    assert done.returncode == 0, done.stderr
    assert report["verdict"] in done.stdout
    assert "Held equal: tenure" in done.stdout
