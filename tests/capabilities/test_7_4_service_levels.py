"""What customers can count on is written in versions, tried on recorded cases before two people
agree, and held to by clocks that know business hours, holidays and waiting.
"""

import json
from pathlib import Path

from tests.capabilities.conftest import beside
from tests.capabilities.governed import person
from tests.serving import Served, attune


def test_an_agreement_is_tried_agreed_and_counted(service: Served, tmp_path: Path) -> None:
    author, other = (
        person(service, "team/customer-service", "reviewer", "analyst") for _ in range(2)
    )
    env = {"ATTUNE_URL": service.url, "ATTUNE_KEY": author.key}
    file = tmp_path / "sla.json"
    said = {
        "sla": "support",
        "name": "What customers can count on",
        "team": "team/customer-service",
        "targets": [
            {"what": "first-reply", "within": "PT4H", "hours": "always"},
            {"what": "resolution", "within": "P2D", "hours": "always"},
        ],
    }
    file.write_text(json.dumps(said))
    proposed = attune("slas", "propose", str(file), "--json", env=env)
    assert proposed.returncode == 0, proposed.stderr
    found = json.loads(proposed.stdout)
    assert {*found["tried"]["targets"]} == {"first-reply", "resolution"}
    assert author.act(found["id"], "approve")["to"] == "proposed"
    assert other.act(found["id"], "approve")["to"] == "approved"
    key = {"system": "crm", "key": "sla-1"}
    opened = service.get("/v1/clock")["at"]
    case = service.post(
        "/v1/records", {"type": "Case", "key": key, "properties": {"openedAt": opened}}
    )["id"]
    clocks = author.ask("GET", f"{case.replace('case/', '/v1/cases/')}/clocks")
    assert clocks["case"] == case
    report = attune("report", "slas", "--format", "csv", env=beside(service))
    assert report.returncode == 0, report.stderr
    assert report.stdout.startswith("target,touchpoint,kept,low,high,n")


def test_an_agreement_that_can_not_be_is_refused_at_its_place(service: Served) -> None:
    body = {
        "sla": "support",
        "name": "x",
        "team": "team/customer-service",
        "calendar": "calendar/none",
        "targets": [{"what": "first-reply", "within": "PT4H"}],
    }
    refused = service.post("/v1/slas", body, status=422)
    assert "lacks opens" in str(refused)
