"""A team practises a crisis that begins with our own tone-deaf reply, in a world of its own with
its own clock; people act through every door of attune, and times, answers and words are scored.
"""

import json
import time
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

INCIDENT = "incident/drill-harlow-platform"


class Room:
    """A drill that a trainer leads and two people practise."""

    def __init__(self, service: Served) -> None:
        self.service = service
        self.keys = {
            name: self._key(name, *roles)
            for name, roles in (
                ("tess", ("trainer", "governance")),
                ("ada", ("analyst",)),
                ("lee", ("legal",)),
            )
        }
        planned = self.drills(
            "tess",
            "new",
            "bot-answers-a-mother",
            "--team",
            "team/crisis-office",
            "--person",
            "person/ada=responder+reviewer",
            "--person",
            "person/lee=legal@team/legal",
        )
        self.id = str(planned["id"])
        self.path = f"/v1/drills/{self.id.partition('/')[2]}"

    def _key(self, name: str, *roles: str) -> str:
        given = [word for role in roles for word in ("--role", role)]
        made = attune(
            "keys",
            "create",
            "--holder",
            f"person/{name}",
            *given,
            "--json",
            env=beside(self.service),
        )
        assert made.returncode == 0, made.stderr
        return str(json.loads(made.stdout)["key"])

    def drills(self, who: str, *words: str) -> dict[str, Any]:
        url = {"ATTUNE_URL": self.service.url, "ATTUNE_KEY": self.keys[who]}
        done = attune("drills", *words, "--json", env=beside(self.service) | url)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def post(self, who: str, path: str, body: object) -> dict[str, Any]:
        with self.service.client(self.keys[who]) as client:
            answer = client.post(f"{self.path}{path}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def get(self, who: str, path: str) -> dict[str, Any]:
        with self.service.client(self.keys[who]) as client:
            answer = client.get(f"{self.path}{path}")
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def practised(service: Served) -> Room:
    room = Room(service)
    room.drills("tess", "start", room.id, "--speed", "60")
    for _ in range(600):
        if "clock" in room.drills("tess", "status", room.id):
            break
        time.sleep(0.2)
    room.drills("tess", "pause", room.id)
    room.drills("tess", "step", room.id, "--by", "PT5M")
    room.drills("ada", "say", room.id, "detect", "--why", "Our bot answered a mother.")
    room.post("ada", f"/world/v1/incidents/{INCIDENT[9:]}/acts", {"act": "open", "data": {}})
    said = ["--tier", "executive", "--route", "team/crisis-office", "--why", "We made it worse."]
    room.drills("ada", "say", room.id, "decide", *said)
    room.drills("tess", "step", room.id, "--by", "PT10M")
    room.post("tess", "/injects", {"id": "tv-asks"})
    words = "People were hurt at Harlow. Call 555-0100. Our bot was wrong. Next word at 18:30."
    room.drills("lee", "say", room.id, "approve")
    room.drills("ada", "say", room.id, "publish", "--text", words)
    room.drills("tess", "finish", room.id)
    return room


def test_posts_and_injects_arrive_by_the_clock_of_the_drill(practised: Room) -> None:
    story = practised.get("ada", "/events")
    arrived = [one for one in story["items"] if one["what"] == "told"]
    assert arrived[0]["minute"] >= 1
    assert {"own-reply", "post", "press-enquiry"} <= {one["kind"] for one in arrived}
    assert story["local_time"].startswith("2026-11-20 17:")


def test_what_is_done_in_a_drill_stays_in_it(practised: Room) -> None:
    there = practised.get("ada", "/world/v1/incidents")
    assert INCIDENT in {one["id"] for one in there["items"]}
    live = practised.service.get("/v1/incidents")
    assert INCIDENT not in {one["id"] for one in live["items"]}


def test_a_finished_drill_is_scored_against_deadlines_reference_and_rules(practised: Room) -> None:
    score = practised.drills("tess", "score", practised.id)
    outcomes = {one["id"]: one["outcome"] for one in score["acts"]}
    assert outcomes["notice"] == outcomes["open-incident"] == outcomes["publish-words"] == "met"
    assert outcomes["stop-bot"] == "not-asked"  # it was not due yet when the drill ended
    tier = next(one for one in score["answers"]["points"] if one["point"] == "tier")
    assert tier["people"] == tier["reference"] == "executive"
    assert tier["rules"] == "crisis-team"
    assert score["words"][0]["criteria"]
    assert score["next"]
    assert score["figures"]["in_time"]["n"] > 3
    draft = practised.post("tess", "/proposals", {"point": "tier", "reason": "It was our reply."})
    assert practised.service.get(f"/v1/policy-drafts/{draft['draft'].partition('/')[2]}")


def test_quarters_are_compared_and_a_single_run_is_told_as_one(practised: Room) -> None:
    report = practised.service.get("/v1/reports/drills?team=team/crisis-office")
    assert "a mean needs 3" in json.dumps(report)
