"""What was known then: a look back at the moment of a decision finds its facts and its outcome."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from ontology.identity import ThingId
from service.cli import build
from service.world import World
from tests.conftest import Door, key_for
from tests.service.test_policies import activated, second
from tests.service.test_signals import post

__all__ = ["second"]

TRAIN = "incident/2013-ny-train"
KEY = {"system": "zendesk", "key": "hindsight"}


def decided(door: Door, asked: dict[str, Any]) -> dict[str, Any]:
    """A recorded decision with its facts, the moment when it was made, and the policy."""
    made = door.post("/v1/decisions", asked).get_json()
    found: dict[str, Any] = door.get(f"/v1/decisions/{made['id'].split('/')[1]}").get_json()
    return found


def looked_back(door: Door, asked: dict[str, Any], at: str) -> dict[str, Any]:
    answer = door.post("/v1/as-of", asked | {"at": at})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def put_customer(door: Door, **properties: object) -> None:
    body = {"type": "Customer", "key": KEY, "properties": properties}
    assert door.post("/v1/records", body).status_code == 201


def test_a_look_back_finds_what_the_decision_of_that_moment_was_made_from(
    door: Door, second: Door
) -> None:
    asked = {"incident": TRAIN, "customer": KEY}
    put_customer(door, vulnerable=False)
    door.post("/v1/signals/batch", {"signals": [post(one) for one in range(1, 30)]})
    recorded = decided(door, asked)
    put_customer(door, vulnerable=True, bereaved=True)
    door.post("/v1/signals/batch", {"signals": [post(one) for one in range(30, 90)]})
    activated(door, second)
    said = {"act": "close-feedback", "data": {}}
    door.post("/v1/incidents/2013-ny-train/acts", said)
    assert decided(door, asked)["decision"] != recorded["decision"]
    found = looked_back(door, asked, recorded["decision"]["at"])
    assert found["facts"] == recorded["facts"]
    assert found["decision"] == recorded["decision"]
    assert found["policy"]["digest"] == recorded["decision"]["policy"]
    assert found["sequence"] < recorded["sequence"]


def test_a_look_back_records_nothing(door: Door, world: World) -> None:
    head = world.ledger.head()
    looked_back(door, {"incident": TRAIN}, world.clock.now().isoformat())
    assert world.ledger.head() == head


def test_no_way_of_reading_an_earlier_ledger_shows_what_came_later(world: World) -> None:
    last = world.ledger.head() // 2
    then = world.ledger.until(last)
    assert then.head() == last
    assert then.newest(limit=1)[0].sequence == last
    assert then.read(last) == then.outlines(last, types=("thing.acted",), limit=5) == ()
    with pytest.raises(TypeError, match="can't be written to"):
        then.append([])


def test_before_the_first_policy_nothing_can_be_looked_back_on(door: Door) -> None:
    answer = door.post("/v1/as-of", {"at": "2001-01-01T00:00:00Z"})
    assert answer.status_code == 404
    assert "2001-01-01T00:00:00Z" in answer.get_json()["detail"]


@pytest.mark.parametrize("at", ["yesterday", "2026-11-20T08:00:00", None, [], ""])
def test_a_moment_that_is_none_is_refused(door: Door, at: object) -> None:
    answer = door.post("/v1/as-of", {"at": at})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/at"


def test_a_moment_ahead_is_refused(door: Door, world: World) -> None:
    ahead = (world.clock.now() + timedelta(hours=1)).isoformat()
    answer = door.post("/v1/as-of", {"at": ahead})
    assert answer.status_code == 422
    assert "lies ahead" in answer.get_json()["errors"][0]["detail"]


def test_who_was_erased_since_is_not_known_in_hindsight_either(door: Door, world: World) -> None:
    put_customer(door, vulnerable=True)
    recorded = decided(door, {"customer": KEY})
    customer = ThingId(recorded["request"]["customer"])
    operator = ThingId("person/operator")
    world.ledger.erase(customer, actor=operator, id=world.ids("event"), reason="Asked to.")
    world.catch_up()
    found = looked_back(door, {"customer": customer}, recorded["decision"]["at"])
    (known,) = [one["values"] for one in found["facts"] if one["kind"] == "customer"]
    assert "vulnerable" not in known


def test_who_may_not_read_about_people_may_not_look_back(door: Door, world: World) -> None:
    analyst = Door(http=door.http, key=key_for(world, "person/analyst", "analyst"))
    answer = analyst.post("/v1/as-of", {"at": world.clock.now().isoformat()})
    assert answer.status_code == 403


def test_the_command_line_tells_what_was_known(world: World) -> None:
    at = world.clock.now().isoformat()
    home = str(world.settings.home)
    done = CliRunner().invoke(
        build(), ["decide", "--home", home, "--incident", TRAIN, "--as-of", at]
    )
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"as of {datetime.fromisoformat(at).isoformat()[:19]}")
    assert lines[1].startswith("  policy        ")
    assert any(line.startswith("  known         incident: ") for line in lines)


def test_the_command_line_refuses_a_moment_that_is_none(world: World) -> None:
    home = str(world.settings.home)
    done = CliRunner().invoke(build(), ["decide", "--home", home, "--as-of", "noon"])
    assert done.exit_code == 2
    assert "/at" in done.output
    assert "noon" in done.output
