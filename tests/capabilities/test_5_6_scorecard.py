"""The board's scorecard on one page: four perspectives, each figure with target, trend and owner,
and how much revenue is at risk if trust falls as far as people declare, with what that hangs on.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.outcome_rows import ONSET, load
from tests.serving import Served, attune

ASKED = {
    "until": (ONSET + timedelta(days=110)).isoformat(),
    "days": 90,
    "currency": "CHF",
    "goals": [{"figure": "trust", "target": 6.5, "owner": "team/customer-care"}],
    "fall": {"least": 0.5, "most": 1.5, "why": "The last two crises cost that much."},
    "horizon_days": 90,
}


@pytest.fixture(scope="module")
def report(service: Served) -> dict[str, Any]:
    load(service)
    return service.post("/v1/reports/scorecard", ASKED, status=200)


def test_figures_stand_beside_target_trend_and_owner(report: dict[str, Any]) -> None:
    trust = next(one for one in report["items"] if one["name"].startswith("Trust"))
    assert (trust["verdict"], trust["owner"]) == ("missed", "team/customer-care")
    assert len({one["perspective"] for one in report["items"]}) == 4
    assert all("withheld" in one["now"] or one["now"]["n"] for one in report["items"])


def test_the_declared_fall_is_priced_with_an_interval_and_what_drives_it(
    report: dict[str, Any],
) -> None:
    added = next(one["now"] for one in report["items"] if "added" in one["name"])
    assert added["low"] < added["value"] < added["high"]
    assert "how far it falls" in report["drivers"]
    assert "The last two crises cost that much." in json.dumps(report["notes"])


def test_the_board_gets_one_page_the_same_bytes_each_time(service: Served) -> None:
    body, out = service.home.parent / "card.json", service.home.parent / "card.pdf"
    body.write_text(json.dumps(ASKED))
    pages = []
    for _ in range(2):
        words = ("report", "scorecard", "--body", body, "--format", "pdf", "--out", out)
        done = attune(*words, env=beside(service))
        assert done.returncode == 0, done.stderr
        pages.append(Path(out).read_bytes())
    assert pages[0] == pages[1]
    assert b"/Count 1" in pages[0]
