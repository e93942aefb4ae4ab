"""From a log of contacts attune finds the touchpoints where people get hurt and bad ends follow,
with intervals and reasons; a named person records them, and decisions know.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

LINE = "touchpoint/accessibility-line"
MAP = """\
system: contact-centre
zone: America/New_York
columns: {Customer no: journey, Where: touchpoint, When: time, How it ended: outcome, Upset: harm}
touchpoints: {Assistance desk: touchpoint/accessibility-line, Chat: touchpoint/website-chat}
outcomes: {Gave up the pass: churn, Solved: resolved}
"""


def log() -> str:
    """Three hundred journeys: most who call for assistance are upset, and half of them leave."""
    rows = ["Customer no,Where,When,How it ended,Upset,Agent"]
    for number in range(300):
        day = f"2026-05-{1 + number % 20:02d}"
        ended = "Gave up the pass" if number % 2 else "Solved"
        rows += [
            f"{number},Assistance desk,{day} 11:00,{ended},{'yes' if number % 5 else 'no'},Ada",
            f"{number},Chat,{day} 09:00,,no,Ben",
        ]
    return "\n".join([*rows, "7,Canteen,2026-05-02 10:00,,no,Cy"]) + "\n"


def command(service: Served, *words: object) -> Any:
    env = beside(service)
    done = attune(*words, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Loaded:
    """The log is loaded, and what it tells is recorded: when, and where its bad rows went."""

    before: str
    bad: Path


@pytest.fixture(scope="module")
def loaded(service: Served) -> Loaded:
    before = service.get("/v1/clock")["at"]
    later = datetime.fromisoformat(before) + timedelta(hours=1)
    service.post("/v1/clock", {"at": later.isoformat()}, status=200)
    folder = service.home.parent
    (folder / "log.csv").write_text(log())
    (folder / "map.yaml").write_text(MAP)
    bad = folder / "bad.jsonl"
    words = ("--map", folder / "map.yaml", "--rejects", bad, "--json")
    found = command(service, "load", "journeys", folder / "log.csv", *words)
    assert (found["new"], found["known"], found["rejected"]) == (600, 0, 1)
    reason = ("--reason", "Complaints of the panel", "--by", "person/ada")
    command(service, "journeys", "zones", "--record", *reason, "--json")
    return Loaded(before=before, bad=bad)


def told(service: Served, touchpoint: str, **query: str) -> dict[str, Any]:
    answer = service.get("/v1/journeys/zones", **query)
    return next(one for one in answer["touchpoints"] if one["touchpoint"] == touchpoint)


def test_a_row_that_can_t_be_taken_is_named_with_line_and_reason(loaded: Loaded) -> None:
    (row,) = [json.loads(line) for line in loaded.bad.read_text().splitlines()]
    assert (row["line"], row["field"], row["value"]) == (602, "touchpoint", "'Canteen'")


@pytest.mark.usefixtures("loaded")
def test_a_place_where_people_get_hurt_is_found_with_figures_and_reasons(service: Served) -> None:
    line = told(service, LINE)
    assert line["verdict"] == "zone"
    assert line["harm"]["value"] == pytest.approx(0.8, abs=0.01)
    assert line["downstream"]["low"] < 0.5 < line["downstream"]["high"]
    assert line["share"]["low"] > 1
    assert "so it is a zone of risk" in line["explanation"]


@pytest.mark.usefixtures("loaded")
def test_a_place_that_few_journeys_met_is_not_judged(service: Served) -> None:
    few = told(service, "touchpoint/lost-property")
    assert (few["verdict"], few["risk"]) == ("cannot tell", None)
    assert "too few journeys to say" in few["explanation"]


def test_the_finding_is_recorded_by_a_person_and_what_stood_before_can_be_asked(
    service: Served, loaded: Loaded
) -> None:
    record = service.get(f"/v1/records/{LINE}")
    assert (record["state"], record["properties"]["riskZone"]) == ("assessed", [True])
    before = service.get(f"/v1/records/{LINE}", at=loaded.before)
    assert "riskZone" not in before["properties"]
    assert told(service, LINE, at=loaded.before)["verdict"] == "not seen"


@pytest.mark.usefixtures("loaded")
def test_a_decision_at_the_place_knows_that_it_is_a_zone(service: Served) -> None:
    body = {"touchpoint": LINE, "precedents": 0}
    made = service.post("/v1/decisions", body)
    facts = service.get(made["links"]["self"])["facts"]
    (place,) = [one["values"] for one in facts if one["kind"] == "touchpoint"]
    assert place["risk_zone"] is True


@pytest.mark.usefixtures("loaded")
def test_somebody_who_knows_the_place_can_dispute_the_finding(service: Served) -> None:
    acts = "/v1/touchpoints/help-line/acts"
    body = {"act": "dispute", "data": {"reason": "The log has no calls of the night shift."}}
    done = service.post(acts, body)
    assert (done["to"], done["possible"]) == ("disputed", ["assess"])


@pytest.mark.usefixtures("loaded")
def test_the_journeys_are_drawn(service: Served) -> None:
    with service.client() as client:
        answer = client.get("/v1/journeys/picture.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    for words in ("Line for assisted", "ZONE OF RISK", "bad ends"):
        assert f"<!-- {words}" in answer.text
