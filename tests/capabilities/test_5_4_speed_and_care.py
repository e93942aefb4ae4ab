"""How long cases take against how empathetic their answers are: rank correlations, quantiles and
who is both quicker and more caring, like with like, cases that are still open respected.
"""

from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.outcome_rows import SLOWER, SPAN, load
from tests.serving import Served, attune


@pytest.fixture(scope="module")
def report(service: Served) -> dict[str, Any]:
    load(service)
    asked = {**SPAN, "by": "channel", "held_equal": ["channel"]}
    return service.post("/v1/reports/speed-and-care", asked, status=200)


def test_each_point_of_care_takes_as_much_longer_as_it_truly_does(report: dict[str, Any]) -> None:
    slopes = {one["name"]: one for one in report["figures"] if "times as long" in one["unit"]}
    assert slopes["quantile 0.5"]["low"] < SLOWER < slopes["quantile 0.5"]["high"]
    assert "take longer have more caring answers" in report["verdict"]


def test_who_is_on_the_frontier_is_told_with_how_sure_that_is(report: dict[str, Any]) -> None:
    assert {one["unit"] for one in report["frontier"]} >= {"phone", "chat"}
    assert all(0 <= one["share"] <= 1 for one in report["frontier"])


def test_the_command_line_draws_it(service: Served, report: dict[str, Any]) -> None:
    assert report["figures"]
    words = ("report", "speed-and-care", "by=channel", "held_equal=channel", "--format", "svg")
    done = attune(
        *words, *(f"{name}={moment}" for name, moment in SPAN.items()), env=beside(service)
    )
    assert done.returncode == 0, done.stderr
    assert "on the frontier" in done.stdout
