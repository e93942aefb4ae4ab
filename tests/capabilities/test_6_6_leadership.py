"""Crisis performance of leaders: figures with their events and the leader's reply beside them,
seen by the person, their assessors and people and culture only, never changed once final.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Person, person
from tests.serving import Served, attune

ROLES = ("responder", "reviewer", "legal", "governance", "trainer", "analyst", "auditor", "admin")


@pytest.fixture(scope="module")
def carer(service: Served) -> Person:
    return person(service, "team/people-and-culture", "responder")


@pytest.fixture(scope="module")
def leader(service: Served) -> Person:
    return person(service, "team/executive", "responder")


@pytest.fixture(scope="module")
def assessor(service: Served) -> Person:
    return person(service, "team/board", "analyst")


@pytest.fixture(scope="module")
def second(service: Served) -> Person:
    return person(service, "team/board", "trainer")


def told(service: Served, who: Person, *words: object) -> Any:
    """What the command line answers somebody."""
    door = ("--url", service.url, "--key", who.key, "--json")
    done = attune("assessments", *words, *door, env=beside(service))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def path(name: str) -> str:
    return f"/v1/assessments/{name.partition('/')[2]}"


@pytest.fixture(scope="module")
def show(
    service: Served,
    carer: Person,
    leader: Person,
    assessor: Person,
    second: Person,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], str]:
    """Makes an assessment that its person was shown."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    asked = {
        "person": leader.id,
        "assessor": assessor.id,
        "second": second.id,
        "since": (now - timedelta(days=180)).isoformat(),
        "until": (now - timedelta(seconds=1)).isoformat(),
    }
    file = tmp_path_factory.mktemp("leadership") / "asked.json"
    file.write_text(json.dumps(asked))

    def one() -> str:
        name = str(told(service, carer, "draft", file)["id"])
        told(service, assessor, "act", name, "write", "--text", "The figures are of few.")
        told(service, assessor, "act", name, "show")
        return name

    return one


@pytest.fixture
def shown(show: Callable[[], str]) -> str:
    """An assessment that its person was shown, for one test."""
    return show()


@pytest.fixture(scope="module")
def standing(show: Callable[[], str]) -> str:
    """One that nobody changes."""
    return show()


def test_the_person_finds_it_in_the_queue_replies_and_it_is_final_with_the_reply(
    service: Served, leader: Person, assessor: Person, shown: str
) -> None:
    waiting = leader.ask("GET", "/v1/queue?kind=assessment")["items"]
    assert shown in {one["thing"] for one in waiting}
    assert told(service, leader, "show", shown)["possible"] == ["reply", "contest"]
    told(service, leader, "act", shown, "reply", "--text", "I was on leave until May.")
    done = told(service, assessor, "act", shown, "finalise")
    assert [one["act"] for one in done["words"]] == ["write", "reply"]
    leader.act(shown, "contest", status=409, text="Too late.")


def test_every_figure_has_its_sample_and_few_are_withheld(
    leader: Person, carer: Person, standing: str
) -> None:
    found = leader.ask("GET", path(standing))["report"]
    assert found["figures"]
    assert all("withheld" in one or one["low"] <= one["value"] for one in found["figures"])
    said = {one: found["asked"][one] for one in ("person", "since", "until")}
    for who in (leader, carer):
        again = who.ask("POST", "/v1/reports/competency", said)
        assert again["figures"] == found["figures"]


def test_a_contested_one_is_reviewed_by_a_second_assessor(
    leader: Person, assessor: Person, second: Person, shown: str
) -> None:
    second.ask("GET", path(shown), status=404)
    leader.act(shown, "contest", text="The roster was wrong.")
    assessor.act(shown, "review", status=403, text="No.", verdict="stands")
    second.act(shown, "review", text="It was.", verdict="does-not-stand")
    assert assessor.act(shown, "finalise")["state"] == "final"


@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_it(service: Served, standing: str, role: str) -> None:
    stranger = person(service, "team/legal", role)
    stranger.ask("GET", path(standing), status=404)
    stranger.act(standing, "reply", status=404, text="Hers.")
    assert standing not in str(stranger.ask("GET", "/v1/queue?limit=200"))
    assert stranger.ask("GET", "/v1/assessments")["items"] == []
