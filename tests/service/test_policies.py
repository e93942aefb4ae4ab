from typing import Any

import pytest

from service.proposing import tidy
from service.world import World
from tests.conftest import Door, key_for

BOOK = "rules/books/escalation.yaml"


@pytest.fixture
def second(door: Door, world: World) -> Door:
    """Another person's key, with the role of governance."""
    return Door(http=door.http, key=key_for(world, "person/second", "governance"))


def bundle(door: Door) -> dict[str, Any]:
    digest = door.get("/v1/policies/active").get_json()["digest"]
    body: dict[str, Any] = door.get(f"/v1/policies/{digest}").get_json()
    return {"files": body["files"], "base": digest, "reason": "A better reason."}


def changed(door: Door, note: str = "# changed") -> dict[str, Any]:
    proposal = bundle(door)
    proposal["files"][BOOK] += f"{note}\n"
    return proposal


def act(door: Door, proposal: str, name: str, **data: str) -> Any:
    local = proposal.partition("/")[2]
    return door.post(f"/v1/policy-proposals/{local}/acts", {"act": name, "data": data})


def activated(first: Door, second: Door, note: str = "# changed") -> dict[str, Any]:
    proposal: dict[str, Any] = first.post("/v1/policies", changed(first, note)).get_json()
    assert "id" in proposal, proposal
    assert act(second, proposal["id"], "approve").status_code == 201
    assert act(first, proposal["id"], "activate").status_code == 201
    return proposal


def test_two_people_put_a_policy_into_effect_and_the_next_decision_names_it(
    door: Door, second: Door
) -> None:
    proposal = activated(door, second)
    decision = door.post("/v1/decisions", {}).get_json()["decision"]
    assert decision["policy"] == proposal["digest"]


def test_nobody_approves_what_they_proposed(door: Door) -> None:
    proposal = door.post("/v1/policies", changed(door)).get_json()
    answer = act(door, proposal["id"], "approve")
    assert answer.status_code == 403
    assert act(door, proposal["id"], "activate").status_code == 409


def test_a_broken_book_is_refused_with_file_line_and_column(door: Door) -> None:
    proposal = bundle(door)
    proposal["files"][BOOK] = proposal["files"][BOOK].replace(
        "stratum: escalate", "stratum: escalat", 1
    )
    answer = door.post("/v1/policies", proposal)
    assert answer.status_code == 422
    (fault, *_) = answer.get_json()["errors"]
    assert fault["pointer"].startswith("/files/rules~1books~1escalation.yaml")
    assert fault["detail"].startswith(f"{BOOK}:3:10: 'escalat'")


def test_a_policy_whose_cases_fail_is_refused_and_the_active_one_decides_on(door: Door) -> None:
    proposal = bundle(door)
    text = proposal["files"][BOOK]
    assert "tier: executive" in text
    proposal["files"][BOOK] = text.replace("tier: executive", "tier: specialist")
    answer = door.post("/v1/policies", proposal)
    assert answer.status_code == 422
    assert "cases.yaml:" in answer.get_json()["errors"][0]["detail"]
    assert door.get("/v1/policies").get_json()["active"] == proposal["base"]


def test_a_proposal_on_a_policy_that_is_active_no_longer_is_refused(
    door: Door, second: Door
) -> None:
    old = changed(door, "# other")
    late = door.post("/v1/policies", old).get_json()
    act(second, late["id"], "approve")
    activated(door, second)
    assert act(door, late["id"], "activate").status_code == 409
    assert door.post("/v1/policies", old).status_code == 409


def test_a_rollback_brings_the_policy_before_it_back(
    door: Door, second: Door, world: World
) -> None:
    before = door.get("/v1/policies").get_json()["active"]
    proposal = activated(door, second)
    answer = act(door, proposal["id"], "rollback", reason="Every complaint goes to legal.")
    assert answer.status_code == 201
    assert door.get("/v1/policies").get_json()["active"] == before
    tidy(world)


def test_a_replaced_proposal_is_superseded_and_one_that_comes_back_is_reinstated(
    door: Door, second: Door, world: World
) -> None:
    first = activated(door, second, "# one")
    later = activated(door, second, "# two")
    tidy(world)
    world.catch_up()
    states = {one.id: one.state for one in world.policies.proposals.values()}
    assert states == {first["id"]: "superseded", later["id"]: "active"}
    act(door, later["id"], "rollback", reason="It was wrong.")
    tidy(world)
    world.catch_up()
    states = {one.id: one.state for one in world.policies.proposals.values()}
    assert states == {first["id"]: "active", later["id"]: "rolled-back"}


def test_break_glass_takes_effect_at_once_and_ends_with_a_review_by_someone_else(
    door: Door, second: Door
) -> None:
    before = door.get("/v1/policies").get_json()["active"]
    proposal = door.post("/v1/policies", changed(door)).get_json()
    said = {"within": "PT2H", "reason": "It pages the executive for every cat picture."}
    assert act(door, proposal["id"], "break-glass", **said).status_code == 201
    assert door.get("/v1/policies").get_json()["active"] == proposal["digest"]
    assert act(door, proposal["id"], "end").status_code == 201
    assert door.get("/v1/policies").get_json()["active"] == before
    assert act(door, proposal["id"], "review", finding="Mine.").status_code == 403
    assert act(second, proposal["id"], "review", finding="It was right.").status_code == 201


@pytest.mark.parametrize("within", ["PT5H", "P1D"])
def test_break_glass_lasts_at_most_four_hours(door: Door, within: str) -> None:
    proposal = door.post("/v1/policies", changed(door)).get_json()
    answer = act(door, proposal["id"], "break-glass", within=within, reason="Now.")
    assert answer.status_code in {409, 422}
    assert "PT4H" in answer.get_data(as_text=True)


def test_break_glass_refuses_to_change_shapes(door: Door) -> None:
    wanted = bundle(door)
    wanted["files"]["ontology/shapes/platforms.ttl"] += "# looser\n"
    proposal = door.post("/v1/policies", wanted).get_json()
    answer = act(door, proposal["id"], "break-glass", within="PT1H", reason="Now.")
    assert answer.status_code == 409
    assert "second person" in answer.get_data(as_text=True)


def test_what_was_active_at_a_moment_can_be_asked(door: Door, second: Door) -> None:
    shown = door.get("/v1/policies").get_json()["history"][-1]
    activated(door, second)
    then = door.get("/v1/policies/active", query_string={"at": shown["since"]}).get_json()
    assert then["digest"] == shown["digest"]
    never = door.get("/v1/policies/active?at=1999-01-01T00:00:00Z")
    assert never.status_code == 404


def test_a_decision_replays_by_its_own_policy_after_another_became_active(
    door: Door, second: Door
) -> None:
    made = door.post("/v1/decisions", {"incident": "incident/2013-ny-train"}).get_json()
    activated(door, second)
    assert door.post(made["links"]["replay"]).get_json()["identical"] is True


def test_the_gate_judges_by_the_shapes_of_the_active_policy(door: Door, second: Door) -> None:
    body = {
        "type": "Platform",
        "id": "platform/x",
        "properties": {"name": "X", "fallback": "platform/x"},
    }
    assert door.post("/v1/records", body).status_code == 422
    wanted = bundle(door)
    wanted["files"]["ontology/shapes/platforms.ttl"] = "# no shapes for platforms\n"
    del wanted["files"]["ontology/shapes/platforms.cases.yaml"]
    proposal = door.post("/v1/policies", wanted).get_json()
    act(second, proposal["id"], "approve")
    assert act(door, proposal["id"], "activate").status_code == 201
    assert door.post("/v1/records", body).status_code == 201


LEADS = """\
shapes:
  - id: figure-has-a-name
    for: KPI
    property: name
    length: {at least: 5}
    message: The name of a figure says too little.
    cure: Write it out.
"""
TRIED = """\
cases:
  - shape: figure-has-a-name
    note: Short
    change: {kpi/x: {name: FRT, accountable: team/care}}
    want: fires
  - shape: figure-has-a-name
    note: Written out
    change: {kpi/x: {name: First response, accountable: team/care}}
    want: stays quiet
"""


def test_a_simple_shape_of_a_lead_refuses_once_its_policy_is_active(
    door: Door, second: Door
) -> None:
    wanted = bundle(door)
    wanted["files"]["ontology/shapes/figures.yaml"] = LEADS
    wanted["files"]["ontology/shapes/figures.cases.yaml"] = TRIED
    answer = door.post("/v1/policies", wanted)
    assert answer.status_code == 201, answer.get_json()
    proposal = answer.get_json()["id"]
    act(second, proposal, "approve")
    assert act(door, proposal, "activate").status_code == 201
    team = {"name": "Care", "atTier": "board"}
    door.post("/v1/records", {"type": "Team", "id": "team/care", "properties": team})
    short = {"name": "FRT", "accountable": "team/care"}
    answer = door.post("/v1/records", {"type": "KPI", "id": "kpi/x", "properties": short})
    (fault,) = answer.get_json()["errors"]
    assert fault["detail"].startswith("The name of a figure says too little: write it out.")
    assert "ontology/shapes/figures.yaml:2" in fault["detail"]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("figures.yaml", LEADS.replace("KPI", "KPL"), "figures.yaml:3:10: 'KPL' is no type"),
        ("figures.yaml", LEADS, "figures.yaml:2: figure-has-a-name has no case in which it fires"),
        ("figures.cases.yaml", TRIED, "there is no shape 'figure-has-a-name'"),
        ("figures.cases.yaml", "cases: [{shape: a}]\n", "figures.cases.yaml:1:9: note is missing"),
    ],
)
def test_shapes_that_are_broken_or_untried_are_refused(
    door: Door, file: str, text: str, told: str
) -> None:
    wanted = bundle(door)
    wanted["files"][f"ontology/shapes/{file}"] = text
    answer = door.post("/v1/policies", wanted)
    assert answer.status_code == 422
    assert any(told in fault["detail"] for fault in answer.get_json()["errors"])


def test_a_case_that_fails_refuses_its_policy(door: Door) -> None:
    wanted = bundle(door)
    wanted["files"]["ontology/shapes/figures.yaml"] = LEADS
    wanted["files"]["ontology/shapes/figures.cases.yaml"] = TRIED.replace("FRT", "First")
    (fault, *_) = door.post("/v1/policies", wanted).get_json()["errors"]
    told = "figures.cases.yaml:2: Short: figure-has-a-name stays quiet, wanted: fires"
    assert told in fault["detail"]
