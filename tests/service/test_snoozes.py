"""Snoozing rules: who may, for what, how long; how it ends; and what the report says of it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from typer.testing import CliRunner

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from rules.snoozing import refusal
from service import desk
from service.acts import propose, standing
from service.cli import build
from service.decision_bodies import DecisionRequest
from service.snoozing import begin, report
from service.sweep import sweep
from service.world import World
from tests.conftest import Door, key_for

INCIDENT = ThingId("incident/2013-ny-train")
ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.REVIEWER}))
LOUD = {"window": "PT1H", "excess": 12, "volume": 400, "negative_share": 0.9}
SNOOZE = {
    "rule": "tenfold-surge",
    "about": INCIDENT,
    "within": "PT12H",
    "reason": "The strike was announced.",
}


def asked(world: World, **facts: Any) -> desk.Answer:
    world.catch_up()
    body = {"incident": INCIDENT, "precedents": 0, "facts": {"spread": [LOUD], **facts}}
    return desk.ask(world, DecisionRequest.model_validate(body), ADA.id)


def fired(world: World) -> set[str]:
    made = asked(world).decision
    return {one.rule for one in made.firings} | {*made.outranked}


def escalating(world: World) -> str:
    """A rule of the policy that fires for what is loud and can be snoozed."""
    policy = world.policies.current().policy
    names = fired(world)
    return next(
        one.id
        for one in policy.rules
        if one.id in names and one.stratum == "escalate" and refusal(one, policy) is None
    )


@pytest.fixture
def rule(world: World) -> str:
    return escalating(world)


def test_a_decision_records_that_a_snoozed_rule_fired_and_replays_the_same(
    world: World, rule: str
) -> None:
    event = begin(world, {**SNOOZE, "rule": rule}, ADA)
    answer = asked(world)
    (aside,) = answer.decision.set_aside
    assert (aside.rule, aside.snooze, aside.by) == (rule, event.subject, ADA.id)
    assert aside.until == world.snoozes.get(event.subject).until  # type: ignore[union-attr] # it is there
    propose(
        world,
        thing=event.subject,
        kind="snooze",
        act="end",
        data={"reason": "It is something else."},
        actor=ADA,
    )
    assert desk.replay(world, answer.event).identical
    assert asked(world).decision.set_aside == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rule": "somebody-died"}, "people at risk"),
        ({"rule": "legal-reads-with-the-injured"}, "concludes requirement"),
        ({"rule": "tenfold-sruge"}, "did you mean 'tenfold-surge'"),
        ({"about": "platform/twitter"}, "is none of incident"),
        ({"about": "incident/nobody-knows"}, "there is no"),
        ({"about": "the train"}, "is no id"),
        ({"within": "P8D"}, "longer than 7 days"),
        ({"within": "soon"}, "no duration"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_snooze_that_can_not_be_is_refused_with_its_reason(
    world: World, change: dict[str, str], words: str
) -> None:
    with pytest.raises(ActRefused) as refused:
        begin(world, {**SNOOZE, **change}, ADA)
    assert words in " ".join(one.message for one in refused.value.problems)


def test_an_analyst_may_not_snooze(world: World) -> None:
    analyst = Actor(id=ADA.id, roles=frozenset({Role.ANALYST}))
    with pytest.raises(ActRefused):
        begin(world, SNOOZE, analyst)


def test_the_same_rule_is_snoozed_once_and_then_renewed(world: World) -> None:
    event = begin(world, SNOOZE, ADA)
    with pytest.raises(ActRefused, match="already"):
        begin(world, SNOOZE, ADA)
    data = {"within": "P2D", "reason": "It goes on."}
    propose(world, thing=event.subject, kind="snooze", act="renew", data=data, actor=ADA)
    world.catch_up()
    found = world.snoozes.get(event.subject)
    assert found is not None
    assert found.renewed == 1
    assert found.until - world.clock.now() > timedelta(days=1)


def test_a_tier_that_rises_ends_what_is_snoozed_for_the_incident(world: World) -> None:
    event = begin(world, SNOOZE, ADA)
    data = {"tier": "board"}
    propose(world, thing=INCIDENT, kind="incident", act="escalate", data=data, actor=ADA)
    world.catch_up()
    found = world.snoozes.get(event.subject)
    assert found is not None
    assert found.ended is not None
    assert found.ended[1] == "rise"
    assert standing(world, event.subject, "snooze").state == "ended"


def test_a_snooze_lapses_by_itself_and_counts_no_more_before_the_sweep_has_come(
    world: World,
) -> None:
    event = begin(world, SNOOZE, ADA)
    world.catch_up()
    later = world.clock.now() + timedelta(hours=13)
    assert world.snoozes.any(world.clock.now())
    assert not world.snoozes.any(later)
    sweep(world, later)
    world.catch_up()
    found = world.snoozes.get(event.subject)
    assert found is not None
    assert found.ended is not None
    assert found.ended[1] == "lapse"


def test_a_caller_can_not_state_a_snooze(door: Door) -> None:
    body = {
        "incident": INCIDENT,
        "facts": {
            "snooze": {
                "id": "snooze/x",
                "rule": "surge",
                "about": INCIDENT,
                "by": "person/x",
                "until": "2030-01-01T00:00:00Z",
            }
        },
    }
    refused = door.post("/v1/decisions", body)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "never stated" in refused.text


def test_the_report_counts_snoozes_and_the_decisions_in_which_they_told(
    world: World, rule: str
) -> None:
    begin(world, {**SNOOZE, "rule": rule}, ADA)
    for _ in range(3):
        asked(world)
    now = world.clock.now()
    (line,) = report(world, now - timedelta(days=1), now, lambda *_: None).rules
    assert (line.rule, line.snoozes, line.set_aside, line.now) == (rule, 1, 3, 1)
    assert "alert-budget" in str(line.to_json()["links"])


def test_snoozes_are_begun_listed_and_ended_over_http(door: Door, world: World) -> None:
    made = door.post("/v1/snoozes", SNOOZE, headers={"Idempotency-Key": "one"})
    assert made.status_code == HTTPStatus.CREATED, made.text
    again = door.post("/v1/snoozes", SNOOZE, headers={"Idempotency-Key": "one"})
    assert again.headers["Location"] == made.headers["Location"]
    path = made.headers["Location"]
    listed: Any = door.get("/v1/snoozes?state=active&rule=tenfold-surge").json
    assert [one["state"] for one in listed["items"]] == ["active"]
    ended = door.post(f"{path}/acts", {"act": "end", "data": {"reason": "Something else."}})
    assert ended.status_code == HTTPStatus.CREATED, ended.text
    one: Any = door.get(path).json
    assert one["ended"]["act"] == "end"
    assert door.get("/v1/snoozes/nobody").status_code == HTTPStatus.NOT_FOUND
    which: Any = door.get("/v1/snoozes/rules").json
    told = {row["rule"]: row["refusal"] for row in which["items"]}
    assert told["tenfold-surge"] is None
    assert told["somebody-died"]
    report: Any = door.get("/v1/snoozes/report").json
    assert [row["snoozes"] for row in report["rules"]] == [1]
    refused = door.post("/v1/snoozes", {**SNOOZE, "rule": "somebody-died"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "people at risk" in refused.text
    analyst = Door(http=door.http, key=key_for(world, "person/ana", "analyst"))
    assert analyst.post("/v1/snoozes", SNOOZE).status_code == HTTPStatus.FORBIDDEN


def test_the_command_line_snoozes_lists_ends_and_reports(world: World) -> None:
    run, home = CliRunner(), str(world.settings.home)

    def told(*words: str) -> str:
        ended = run.invoke(build(), ["snoozes", *words, "--home", home])
        assert ended.exit_code == 0, ended.output
        return ended.output

    why = ["--reason", "The strike was announced."]
    told("begin", "tenfold-surge", INCIDENT, "--within", "PT12H", *why)
    line = told("list")
    assert "tenfold-surge for incident/2013-ny-train, active" in line
    name = line.split()[0]
    told("renew", name, "--within", "P1D", *why)
    assert "1 snoozes, 1 renewals" in told("report")
    told("end", name, *why)
    assert told("list") == ""
    assert "people at risk" in told("rules")
    refused = run.invoke(
        build(),
        ["snoozes", "begin", "somebody-died", INCIDENT, "--within", "PT1H", *why, "--home", home],
    )
    assert refused.exit_code == 2
    assert "people at risk" in refused.output
