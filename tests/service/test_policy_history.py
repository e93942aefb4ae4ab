"""What policies changed: differences, blame and the log, over HTTP and from the home."""

from typing import Any

import pytest

from service.blame import blame
from service.job_kinds import KINDS
from service.world import World
from tests.conftest import Door, key_for
from tests.service.test_policies import BOOK, act, bundle

REASON = "A better reason."


@pytest.fixture
def second(door: Door, world: World) -> Door:
    return Door(http=door.http, key=key_for(world, "person/second", "governance"))


def activated(first: Door, second: Door, *changes: tuple[str, str]) -> str:
    """The proposal of a policy with some words changed, after two people let it decide."""
    wanted = bundle(first)
    for before, after in changes:
        assert before in wanted["files"][BOOK]
        for file in (BOOK, CASES):
            wanted["files"][file] = wanted["files"][file].replace(before, after)
    proposal: dict[str, Any] = first.post("/v1/policies", wanted).get_json()
    assert act(second, proposal["id"], "approve").status_code == 201
    assert act(first, proposal["id"], "activate").status_code == 201
    return str(proposal["id"])


def blamed(door: Door, rule: str) -> Any:
    return door.get("/v1/policies/active/blame", query_string={"rule": rule}).get_json()


CASES = BOOK.replace(".yaml", ".cases.yaml")
REWORD = ("A candidate is looked at", "Somebody looks at it")
RENAME = (": early-warning", ": earliest-warning")


def test_a_rule_that_nobody_touched_came_with_what_attune_ships(door: Door) -> None:
    told = blamed(door, "open-incident")
    assert told["introduced"]["shipped"]
    assert told["introduced"]["what"] == ["introduced"]
    assert told["as_shipped"]
    assert len(told["touches"]) == 1


def test_who_changed_a_rule_is_told_with_the_reason_and_who_approved(
    door: Door, second: Door
) -> None:
    proposal = activated(door, second, REWORD, RENAME)
    told = blamed(door, "suspected-incident")
    last = told["last"]
    assert (last["what"], last["proposal"], last["reason"]) == (["reworded"], proposal, REASON)
    assert last["approved_by"] == ["person/second"]
    assert told["introduced"]["shipped"]
    assert not blamed(door, "open-incident")["last"].get("proposal")
    renamed = blamed(door, "earliest-warning")
    assert renamed["introduced"]["as"] == "early-warning"
    assert renamed["last"]["what"] == ["renamed"]


def test_going_back_to_an_earlier_policy_touches_no_rule(door: Door, second: Door) -> None:
    proposal = activated(door, second, REWORD)
    done = act(second, proposal, "rollback", reason="It reads worse.")
    assert done.status_code == 201
    assert blamed(door, "suspected-incident")["last"]["shipped"]


def test_every_rule_of_the_active_policy_has_somebody_to_answer_for_it(
    door: Door, world: World
) -> None:
    items = door.get("/v1/policies/active/blame").get_json()["items"]
    assert {one["rule"] for one in items} == {
        rule.id for rule in world.policies.current().policy.rules
    }
    assert len(blame(world.policies)) == len(items)


def test_a_rule_that_is_not_there_gets_the_nearest_that_is(door: Door) -> None:
    answer = door.get("/v1/policies/active/blame", query_string={"rule": "open-incidnt"})
    assert answer.status_code == 404
    assert "open-incident" in answer.get_data(as_text=True)


def test_history_says_what_became_of_rules_and_files(door: Door, second: Door) -> None:
    activated(door, second, REWORD)
    newest, first = door.get("/v1/policies/history").get_json()["items"]
    assert newest["rules"] == {"reworded": 1}
    assert newest["files"] == [BOOK]
    assert newest["proposal"]["reason"] == REASON
    assert first["rules"]["added"] > 100


def test_a_proposal_is_compared_with_the_active_policy(door: Door) -> None:
    wanted = bundle(door)
    wanted["files"][BOOK] = wanted["files"][BOOK].replace(*REWORD, 1)
    proposal = door.post("/v1/policies", wanted).get_json()["id"]
    path = "/v1/policies/difference"
    told = door.get(path, query_string={"to": proposal}).get_json()
    assert (told["verdict"], told["version"]["level"]) == ("same", "patch")
    assert told["counts"]["reworded"] == 1
    note = door.get(path, query_string={"to": proposal, "format": "markdown"})
    assert note.content_type.startswith("text/markdown")
    assert "**Decides the same**" in note.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"to": "nobody"}, 404),
        ({"to": "0" * 64}, 404),
        ({"to": "shipped", "format": "xml"}, 422),
        ({"to": "shipped", "from": "x" * 300}, 422),
        ({"to": "shipped", "more": "1"}, 422),
    ],
)
def test_a_comparison_of_what_is_none_is_refused(
    door: Door, query: dict[str, str], status: int
) -> None:
    assert door.get("/v1/policies/difference", query_string=query).status_code == status


def test_a_comparison_is_a_job_too(world: World) -> None:
    kind = KINDS["difference"]
    body = kind.body.model_validate({"to": "shipped"})
    assert body.model_dump(mode="json") == {"from": "active", "to": "shipped"}
    told = kind.run(world, body, lambda _done, _all: None).to_json()
    assert told["verdict"] == "identical"
