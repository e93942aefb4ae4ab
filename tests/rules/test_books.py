"""The shipped books: readable, owned, proven in pairs, and led by what the figures show."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product

import pytest

from ontology.decisions import Decision
from ontology.facts import STRATA, Fact, Origin, catalogue
from rules.casetables import Report, run_bundle
from rules.combine import decide
from rules.policy import Policy, build
from rules.strata import Engines

HEARD = {"signal", "spread", "coverage"}
AT = datetime(2013, 12, 1, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEAMS = {
    "team/berlin-care",
    "team/board",
    "team/care-desk",
    "team/communications",
    "team/connecticut-care",
    "team/crisis-office",
    "team/customer-care",
    "team/data-protection",
    "team/duty-officer",
    "team/executive",
    "team/legal",
    "team/localisation",
    "team/operations",
    "team/people-and-culture",
    "team/platform-desk",
    "team/new-jersey-care",
    "team/new-york-care",
    "team/press-office",
    "team/ticketing",
}


@cache
def bundle() -> dict[str, bytes]:
    folder = files("rules").joinpath("books")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".yaml")}


@cache
def policy() -> tuple[Policy, Engines]:
    built = build(bundle(), catalogue())
    return built, Engines.of(built)


@cache
def report() -> Report:
    return run_bundle(bundle(), catalogue())


def fact(kind: str, /, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="request", ref="/facts"))


def decided(*facts: Fact) -> Decision:
    built, engines = policy()
    return decide(facts, built, AT, engines)


def test_every_case_of_every_book_passes() -> None:
    failed = [
        f"{result.file}:{result.line}: {result.note}: {'; '.join(result.differences)}"
        for result in report().results
        if not result.passed
    ]
    assert not failed, "\n".join(failed)
    assert len(report().results) >= 600


def test_every_rule_has_a_case_in_which_it_fires_and_one_in_which_it_stays_quiet() -> None:
    assert report().unpaired == ()


def test_every_rule_says_why_whose_it_is_and_what_it_covers() -> None:
    for rule in policy()[0].rules:
        assert len(rule.reason.split()) >= 6, rule.id
        assert rule.reason.endswith("."), rule.id
        assert rule.covers, rule.id
        assert rule.owner in TEAMS, rule.id


def test_no_two_rules_give_the_same_reason() -> None:
    reasons = [rule.reason for rule in policy()[0].rules]
    shared = sum(len(one.rules) - 1 for book in policy()[0].books for one in book.tables)
    assert len(set(reasons)) == len(reasons) - shared


def test_every_stratum_has_rules() -> None:
    assert {rule.stratum for rule in policy()[0].rules} == set(STRATA)


def test_the_rules_name_no_team_but_the_agreed_ones() -> None:
    named = {
        str(value)
        for rule in policy()[0].rules
        for conclusion in rule.conclusions
        for value in conclusion.values.values()
        if str(value).startswith("team/")
    }
    assert named <= TEAMS


def test_every_detection_that_rules_may_conclude_is_concluded_by_one() -> None:
    allowed = catalogue().kinds["detection"].fields["name"].allowed
    concluded = {
        conclusion.values["name"]
        for rule in policy()[0].rules
        for conclusion in rule.conclusions
        if conclusion.kind == "detection"
    }
    assert concluded == set(allowed)


def test_every_absolute_threshold_of_volume_is_explained() -> None:
    for rule in policy()[0].rules:
        asks = [a for c in rule.conditions for p in c.patterns for a in p.asks]
        alone = {a.field.name for a in asks} & {"excess", "velocity", "sentiment_shift"}
        if any(a.field.name == "volume" for a in asks) and not alone:
            words = ("absolute", "no usual", "point of no return")
            assert any(word in rule.reason for word in words), rule.id


def test_every_share_and_probability_that_is_a_threshold_is_explained() -> None:
    words = ("absolute", "no usual", "not known", "more likely")
    relative = {"excess", "velocity", "sentiment_shift", "reach_excess"}
    for rule in policy()[0].rules:
        asks = [a for c in rule.conditions for p in c.patterns for a in p.asks]
        if relative & {ask.field.name for ask in asks}:
            continue
        heard = [p for c in rule.conditions for p in c.patterns if p.kind in HEARD]
        shares = [a for p in heard for a in p.asks if a.field.maximum == 1]
        assert not shares or any(word in rule.reason.lower() for word in words), rule.id


@pytest.mark.parametrize("baseline", [12.0, None])
def test_a_derailment_rises_with_volume_and_mood_from_specialist_to_executive(
    baseline: float | None,
) -> None:
    incident = {"phase": "open", "cluster": "unknown", "similar_history": True, "harm": "unknown"}
    tiers: list[str] = []
    tier: str | None = None
    hours = [(1, 0.0), (8, 0.2), (56, 0.3), (94, 0.52), (115, 0.55), (67, 0.4), (14, 0.2)]
    for volume, negative in hours:
        known = {} if baseline is None else {"baseline": baseline, "excess": volume / baseline}
        spread = fact("spread", window="PT1H", volume=volume, negative_share=negative, **known)
        standing: dict[str, object] = {} if tier is None else {"tier": tier}
        tier = decided(fact("incident", **incident, **standing), spread).tier
        tiers.append(tier)
    assert tiers[:2] == ["specialist", "specialist"]
    assert tiers[2] == "crisis-team"
    assert tiers[3:] == ["executive"] * 4


def test_the_same_figures_over_a_storm_do_not_call_an_executive() -> None:
    storm = fact("incident", phase="open", type="natural-disaster", harm="none")
    spread = fact("spread", window="PT1H", volume=94, excess=8, negative_share=0.3)
    assert decided(storm, spread).tier == "specialist"


def test_denial_never_stands_beside_making_good() -> None:
    kinds = catalogue().kinds["incident"].fields
    for kind in kinds["type"].allowed:
        for allegation in kinds["allegation"].allowed:
            found = decided(fact("incident", phase="open", type=kind, allegation=allegation))
            strategies = {response.strategy for response in found.responses}
            assert not ({"deny"} & strategies and {"diminish", "rebuild"} & strategies)
            assert {"instruct", "adjust"} <= strategies


def test_bolstering_never_stands_alone() -> None:
    found = decided(
        fact("incident", phase="open", cluster="victim", prior_reputation="good", harm="none")
    )
    strategies = {response.strategy for response in found.responses}
    assert "bolster" in strategies
    assert strategies > {"bolster"}


def test_a_warning_to_people_in_danger_waits_for_no_signature() -> None:
    signed = {"board-approval", "executive-approval", "second-approver", "legal-approval"}
    read = {"local-check", "facts-check", "employees-first", "consistency-check"}
    danger = {"phase": "open", "people_at_risk": True, "similar_history": True}
    kinds = catalogue().kinds["incident"].fields
    for kind, harm in product(kinds["type"].allowed, kinds["harm"].allowed):
        found = decided(
            fact("incident", type=kind, tier="board", harm=harm, statement_age=HOUR, **danger),
            fact("request", kind="alert", public=True, automatic=False, region="region/us-ny"),
            fact("region", id="region/us-ny", affected=True, local_team_on_call=True),
            fact("customer", known=True, affected=True, opted_out=True),
        )
        assert not (signed | read) & {one.name for one in found.requirements}, kind


@pytest.mark.parametrize("tier", ["crisis-team", "executive", "board"])
def test_no_public_statement_goes_out_with_the_approval_of_its_author(tier: str) -> None:
    for written in ({"drafted_by_approver": True}, {}):
        found = decided(
            fact("incident", phase="open", type="challenge", tier=tier),
            fact("escalation", tier=tier),
            fact("request", kind="statement", public=True, automatic=False, **written),
        )
        assert "second-approver" in {one.name for one in found.requirements}, written
        assert found.verdict in {"wait", "stop"}
