"""From a finding to a draft rule: what is said, what can't be, and what it would have done."""

from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from rules.diagnostics import Invalid
from service.acts import propose
from service.cli import build
from service.decision_bodies import DecisionRequest
from service.desk import ask
from service.finding_fields import QueryInvalid
from service.finding_query import Query
from service.finding_rule import Wanted, draft
from service.finding_when import Crowd, when
from service.findings import find
from service.world import World
from tests.conftest import Door, key_for

INCIDENT = "incident/2013-ny-train"
ADA = Actor(id=ThingId("person/ada"), roles=frozenset(Role))
LOUD = (("spread.window", "PT1H"), ("spread.excess", "at least 4"))
WANTED = Wanted(
    query=Query(source="decisions", where=LOUD),
    id="loud-hours",
    reason='Four times the usual: "too much" to answer.',
    owner="team/crisis-office",
    then=("escalate: {tier: executive, within: 30 minutes}", "notify: [team/legal]"),
)
BODY: dict[str, Any] = {
    "query": {"source": "decisions", "where": dict(LOUD)},
    "id": "loud-hours",
    "reason": "Too much to answer.",
    "owner": "team/crisis-office",
    "then": ["escalate: {tier: executive}"],
}


def quiet(*_: object) -> None:
    """Nobody watches."""


def said(source: Any, *where: tuple[str, str], stratum: str = "escalate", **more: Any) -> Any:
    found = when(Query(source=source, where=where), stratum, more.get("of", "post"), Crowd())
    return found.to_json(), {one.field: one.why for one in found.unsaid}


def decided(world: World, excess: float) -> str:
    spread = {"window": "PT1H", "excess": excess, "volume": 60, "negative_share": 0.2}
    body = {"incident": INCIDENT, "precedents": 0, "facts": {"spread": [spread]}}
    return ask(world, DecisionRequest.model_validate(body), ADA.id).event.id


def test_tests_of_facts_become_what_the_rule_asks() -> None:
    asked, unsaid = said("decisions", *LOUD, ("incident.phase", "not(closed)"))
    assert asked == {
        "spread": {"window": "PT1H", "excess": "at least 4"},
        "incident": {"phase": "not(closed)"},
    }
    assert unsaid == {}


def test_a_key_that_nobody_named_is_any() -> None:
    assert said("windows", ("volume", "at least 40"))[0] == {
        "spread": {"volume": "at least 40", "window": "-"}
    }


def test_what_none_of_several_may_be_must_be_absent() -> None:
    asked, _ = said("decisions", *LOUD, ("detections", "not(flood, copy-paste)"))
    assert asked["absent"] == {"detection": {"name": "flood, copy-paste"}}


def test_an_outcome_is_asked_by_rules_of_later_strata_only() -> None:
    where = (*LOUD, ("tier", "at least executive"))
    _, early = said("decisions", *where)
    assert "only after the stratum escalate" in early["tier"]
    later, none = said("decisions", *where, stratum="require")
    assert later["escalation"] == {"tier": "at least executive"}
    assert none == {}


def test_signals_become_a_post_or_a_crowd() -> None:
    where = (("frustration", "at least 0.7"), ("topics", "brakes"))
    one, unsaid = said("signals", *where)
    assert one == {"signal": {"frustration": "at least 0.7"}}
    assert [*unsaid] == ["topics"]
    many, _ = said("signals", *where, of="crowd")
    assert many == {"spread": {"window": "PT1H", "volume": ">= 20", "frustration_share": ">= 0.5"}}


@pytest.mark.parametrize("name", ["rules", "outranked", "cautions", "set_aside", "policy"])
def test_what_no_rule_can_ask_is_told_by_name(name: str) -> None:
    _, unsaid = said("decisions", *LOUD, (name, "x"))
    assert unsaid[name]


def test_a_filter_of_which_nothing_can_be_said_makes_no_rule() -> None:
    with pytest.raises(QueryInvalid, match="does not see which others fired"):
        said("decisions", ("rules", "surge"))


def test_a_rule_fires_on_the_decisions_that_its_filter_finds(world: World) -> None:
    for excess in (1.0, 3.9, 4.0, 9.0):
        decided(world, excess)
    found = find(world, WANTED.query, frozenset(Role), quiet)
    drafted = draft(world, WANTED, quiet)
    assert drafted.trial.tried == 4
    assert drafted.trial.fired == found.matched == 2
    assert drafted.trial.about == ((INCIDENT, 2),)
    assert drafted.trial.higher == 2
    assert ("team/legal", 2) in drafted.trial.told
    assert drafted.cases > 0


def test_a_rule_that_asks_what_others_conclude_is_tried_with_the_whole_policy(
    world: World,
) -> None:
    decided(world, 9.0)
    wanted = replace(
        WANTED,
        query=Query(source="decisions", where=(*LOUD, ("cluster", "given"))),
        then=("require: {name: human-validation}",),
    )
    assert draft(world, wanted, quiet).trial.fired == 1


def test_what_people_said_of_the_decisions_is_counted(world: World) -> None:
    name = decided(world, 9.0)
    propose(
        world,
        thing=ThingId(name),
        kind="decision",
        act="false-positive",
        data={"reason": "A film scene."},
        actor=ADA,
    )
    trial = draft(world, WANTED, quiet).trial
    assert (trial.true, trial.false) == (0, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"then": ("dance: now",)}, "is no action"),
        ({"then": ("escalate: {tier: x}\n  - id: y",)}, "is no action"),
        ({"then": ()}, "name what follows"),
        ({"id": "escalation"}, "choose another id"),
    ],
)
def test_a_rule_that_can_not_be_is_refused(
    world: World, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryInvalid, match=words):
        draft(world, replace(WANTED, **change), quiet)


@pytest.mark.parametrize(
    "change",
    [
        {"then": ("escalate: {tier: boss}",)},
        {"id": "surge"},
        {"owner": "nobody at all"},
        {"reason": ""},
    ],
)
def test_a_rule_that_does_not_fit_the_policy_is_refused_with_its_place(
    world: World, change: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        draft(world, replace(WANTED, **change), quiet)
    assert "rules/books/" in str(refused.value.diagnostics[0])


def test_a_rule_is_saved_into_a_policy_draft_with_its_cases(world: World, door: Door) -> None:
    preview: Any = door.post("/v1/findings/rules", BODY)
    assert preview.status_code == HTTPStatus.OK, preview.text
    assert "draft" not in preview.json
    made: Any = door.post("/v1/findings/rules", {**BODY, "draft": "new"})
    assert made.status_code == HTTPStatus.CREATED, made.text
    world.catch_up()
    kept = world.policy_drafts.all[ThingId(made.json["draft"])]
    assert {*kept.overlay} == {"rules/books/loud-hours.yaml", "rules/books/loud-hours.cases.yaml"}
    more = {**BODY, "id": "louder-hours", "draft": made.json["draft"]}
    assert door.post("/v1/findings/rules", more).status_code == HTTPStatus.CREATED
    gone = door.post("/v1/findings/rules", {**BODY, "draft": "policy-draft/nobody"})
    assert gone.status_code == HTTPStatus.NOT_FOUND
    analyst = Door(http=door.http, key=key_for(world, "person/ana", "analyst"))
    assert analyst.post("/v1/findings/rules", BODY).status_code == HTTPStatus.FORBIDDEN


def test_the_command_line_writes_a_rule_into_a_working_copy(world: World, tmp_path: Path) -> None:
    home, out = str(world.settings.home), tmp_path / "changed"
    words = ["find", "rule", "decisions", "--home", home, "--owner", "team/crisis-office"]
    words += ["--where", "spread.excess: at least 4", "--id", "loud", "--reason", "Too much."]
    made = CliRunner().invoke(
        build(), [*words, "--then", "escalate: {tier: executive}", "--out", str(out)]
    )
    assert made.exit_code == 0, made.output
    assert "cases wait for a person" in made.output
    assert "loud" in (out / "rules/books/loud.yaml").read_text()
    decided(world, 9.0)
    saved = CliRunner().invoke(
        build(), [*words, "--then", "escalate: {tier: executive}", "--draft", "new"]
    )
    assert saved.exit_code == 0, saved.output
    assert "1 of 1 decisions of the last quarter would have been others" in saved.output
    refused = CliRunner().invoke(build(), [*words, "--then", "escalate: {tier: boss}"])
    assert refused.exit_code == 2
    assert "boss" in refused.output
