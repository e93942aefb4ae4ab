"""Customers are drawn by lot within quotas to advise; their secret votes become evidence, by seat
and never by name.
"""

import json
from pathlib import Path

import pytest

from tests.capabilities.governed import person
from tests.serving import Served, attune


@pytest.fixture(scope="module")
def riders(service: Served) -> list[str]:
    """Customers who consented to be contacted."""
    found = []
    for n in range(12):
        key = {"system": "crm", "key": f"panel-{n}"}
        said = {"preferredLanguage": "es" if n < 4 else "en"}
        who = service.post("/v1/records", {"type": "Customer", "key": key, "properties": said})
        consent = {"ofCustomer": who["id"], "purpose": "contact", "validFrom": FROM}
        record = {"type": "Consent", "key": {"system": "crm", "key": f"panel-consent-{n}"}}
        service.post("/v1/records", record | {"properties": consent})
        found.append(str(who["id"]))
    return found


PANEL = {
    "name": "Riders",
    "team": "team/customer-service",
    "seats": 5,
    "quotas": [{"by": "language", "value": "es", "seats": 2}],
}
FROM = "2020-01-01T00:00:00Z"
QUESTION = {
    "question": "Does it sound as if somebody had read your letter?",
    "on": "template/holding-statement",
    "options": ["yes", "no"],
    "quorum": 3,
}


@pytest.mark.usefixtures("riders")
def test_a_panel_is_drawn_seated_and_votes_in_secret(service: Served, tmp_path: Path) -> None:
    host = person(service, "team/customer-service", "governance", "reviewer")
    file = tmp_path / "panel.json"
    file.write_text(json.dumps(PANEL))
    env = {"ATTUNE_URL": service.url, "ATTUNE_KEY": host.key}
    planned = attune("panels", "plan", str(file), "--json", env=env)
    assert planned.returncode == 0, planned.stderr
    panel = json.loads(planned.stdout)["id"]
    path = panel.replace("panel/", "/v1/panels/")
    host.act(panel, "draw")
    shown = host.ask("GET", path)
    assert shown["seats"] == {"invited": 5}
    assert shown["draws"][0]["quotas"][0]["short"] == 0
    assert "customer/" not in str(shown)
    codes = {}
    for n in range(1, 5):
        told = host.ask("POST", f"{path}/seats/{n}/answers", {"answer": "accept"}, 201)
        codes[n] = told["code"]
    host.ask("POST", f"{path}/seats/5/answers", {"answer": "decline"}, 201)
    host.act(panel, "seat")
    vote = host.ask("POST", f"{path}/votes", QUESTION, 201)["id"]
    ballots = vote.replace("panel-vote/", "/v1/panel-votes/") + "/ballots"
    for n, code in codes.items():
        choice = "no" if n == 1 else "yes"
        host.ask("POST", ballots, {"seat": n, "code": code, "choice": choice}, 201)
    host.ask("POST", ballots, {"seat": 1, "code": codes[2], "choice": "yes"}, 422)
    assert host.ask("GET", ballots.removesuffix("/ballots"))["result"] is None
    host.act(vote, "close")
    result = attune("panels", "result", vote, env=env)
    assert "decided: yes" in result.stdout
    assert "dissent: no" in result.stdout
