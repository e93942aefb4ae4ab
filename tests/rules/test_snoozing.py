"""Snoozing: what a rule concludes is set aside and told; what protects people never is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.decisions import Decision
from ontology.facts import Fact, Origin, catalogue
from rules.combine import decide
from rules.durable import available
from rules.explanation import explain
from rules.policy import Policy, build
from rules.snoozing import refusal
from rules.strata import Engines
from tests.rules.examples import thorough
from tests.rules.test_combine_laws import shipped, situations, whole

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
INCIDENT = "incident/2013-ny-train"
BOOKS = {
    "d.yaml": """
book: d
stratum: detect
owner: team/crisis-office
rules:
  - id: loud
    reason: Many speak.
    when: {spread: {window: PT1H, excess: at least 4}}
    then: [{detect: surge}]
  - id: silent-feed
    reason: A feed is silent.
    when: {feed: {status: stalled}}
    then: [{detect: blind-spot}]
  - id: in-need
    reason: Somebody is in danger.
    when: {signal: {urgency: at least 0.8}}
    then: [{detect: urgent-need}]
""",
    "e.yaml": """
book: e
stratum: escalate
owner: team/crisis-office
rules:
  - id: up
    reason: Executives must know.
    when: {detection: {name: surge}}
    then: [{escalate: {tier: executive}}]
  - id: some
    reason: Specialists look.
    when: {spread: {window: PT1H, volume: at least 10}}
    then: [{escalate: {tier: specialist}}]
  - id: help
    reason: Somebody waits.
    when: {detection: {name: urgent-need}}
    then: [{escalate: {tier: crisis-team}}]
  - id: at-risk
    reason: People may be hurt.
    when: {incident: {people_at_risk: true}}
    then: [{escalate: {tier: executive}}]
""",
    "r.yaml": """
book: r
stratum: require
owner: team/legal
rules:
  - id: read-first
    reason: Legal reads in a surge.
    when: {detection: {name: surge}}
    then: [{require: {name: legal-approval, from_team: team/legal}}, {notify: team/legal}]
""",
}


def fact(kind: str, /, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="request", ref="/facts"))


def snooze(rule: str, about: str = INCIDENT, until: datetime | None = None) -> Fact:
    end = until or AT + timedelta(hours=6)
    values = {"id": f"snooze/{rule}", "rule": rule, "about": about, "by": "person/ada"}
    return fact("snooze", **values, until=end)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build({name: text.encode() for name, text in BOOKS.items()}, catalogue())


LOUD = (fact("spread", window="PT1H", excess=5.0, volume=40), fact("incident", id=INCIDENT))


def decided(policy: Policy, facts: Sequence[Fact], engines: Engines | None = None) -> Decision:
    return decide(facts, policy, AT, engines or Engines.compiled(policy))


def test_a_snoozed_escalation_is_set_aside_and_told(policy: Policy) -> None:
    before, made = decided(policy, LOUD), decided(policy, [*LOUD, snooze("up")])
    assert (before.tier, made.tier) == ("executive", "specialist")
    (aside,) = made.set_aside
    assert (aside.rule, aside.about, aside.by) == ("up", INCIDENT, "person/ada")
    assert aside.until == AT + timedelta(hours=6)
    assert "up" not in {one.rule for one in made.firings} | {*made.outranked}


def test_what_a_snoozed_detection_leads_to_is_lowered_but_not_what_is_required(
    policy: Policy,
) -> None:
    made = decided(policy, [*LOUD, snooze("loud")])
    assert made.detections == ()
    assert made.tier == "specialist"
    assert [one.name for one in made.requirements] == ["legal-approval"]
    assert "read-first" in {one.rule for one in made.firings}
    assert made.notifications == ()


def test_a_snooze_of_a_rule_that_stays_quiet_changes_nothing(policy: Policy) -> None:
    calm = [fact("spread", window="PT1H", excess=1.0, volume=40), fact("incident", id=INCIDENT)]
    assert decided(policy, [*calm, snooze("up")]) == decided(policy, calm)


@pytest.mark.parametrize("rule", ["at-risk", "in-need", "help", "read-first"])
def test_a_snooze_of_what_protects_is_void_and_told(policy: Policy, rule: str) -> None:
    facts = [
        *LOUD,
        fact("signal", urgency=0.9),
        fact("incident", id="incident/b", people_at_risk=True),
    ]
    before, made = decided(policy, facts), decided(policy, [*facts, snooze(rule)])
    assert made.set_aside == ()
    assert (made.tier, made.requirements) == (before.tier, before.requirements)
    assert "snooze-void" in {one.name for one in made.cautions}


def test_why_a_rule_can_not_be_snoozed_names_what_it_looks_after(policy: Policy) -> None:
    told = {rule.id: refusal(rule, policy) for rule in policy.rules}
    assert told["up"] is None
    assert "incident.people_at_risk" in str(told["at-risk"])
    assert "in-need" in str(told["help"])
    assert "concludes requirement" in str(told["read-first"])


def test_a_snooze_whose_time_is_over_is_void(policy: Policy) -> None:
    assert decided(policy, [*LOUD, snooze("up", until=AT)]).tier == "executive"


def test_a_rule_that_fires_for_two_feeds_counts_while_only_one_is_snoozed(policy: Policy) -> None:
    feeds = [fact("feed", id=f"feed/{name}", status="stalled") for name in ("a", "b")]
    one = [*feeds, snooze("silent-feed", "feed/a")]
    assert decided(policy, one).detections == ("blind-spot",)
    other = catalogue().fact(
        "snooze",
        {**snooze("silent-feed", "feed/b").values, "id": "snooze/b"},
        Origin(source="request", ref=""),
    )
    made = decided(policy, [*one, other])
    assert made.detections == ()
    assert [aside.rule for aside in made.set_aside] == ["silent-feed"]


def test_a_decision_with_a_snooze_reads_back_and_is_explained(policy: Policy) -> None:
    made = decided(policy, [*LOUD, snooze("up")])
    assert Decision.from_json(made.to_json()).canonical() == made.canonical()
    told = explain(made, policy)
    assert "up fired, and is set aside: person/ada snoozed it" in told.text()
    assert told.to_json()["set_aside"]


def test_a_decision_without_snoozes_says_nothing_of_them(policy: Policy) -> None:
    assert "set_aside" not in decided(policy, LOUD).to_json()


@pytest.mark.skipif(not available(), reason="durable-rules is not installed")
@given(st.sets(st.sampled_from(["up", "some", "loud", "silent-feed", "help"])))
def test_both_engines_set_the_same_aside(rules: set[str]) -> None:
    both, one = POLICY_ENGINES
    facts = [*LOUD, fact("feed", id="feed/a", status="stalled"), fact("signal", urgency=0.9)]
    facts += [snooze(rule, "feed/a" if rule == "silent-feed" else INCIDENT) for rule in rules]
    made = decided(POLICY, facts, both)
    assert made.canonical() == decided(POLICY, facts, one).canonical()
    assert made.disagreements == ()


POLICY = build({name: text.encode() for name, text in BOOKS.items()}, catalogue())
POLICY_ENGINES = (Engines.of(POLICY), Engines.compiled(POLICY))


@thorough
@given(facts=situations(), rules=st.sets(st.sampled_from([r.id for r in shipped()[0].rules])))
def test_no_snooze_takes_away_what_is_required_forbidden_or_owed(
    facts: list[Fact], rules: set[str]
) -> None:
    known = [one for one in facts if one.kind != "snooze"]
    before = whole(known)
    after = whole([*known, *(snooze(rule) for rule in sorted(rules))])
    assert {*before.requirements} <= {*after.requirements}
    assert {*before.prohibitions} <= {*after.prohibitions}
    assert {*before.duties} <= {*after.duties}
    assert {*before.broken} <= {*after.broken}
    fired = {one.rule for one in before.firings} | {*before.outranked}
    told = {one.rule for one in after.firings} | {*after.outranked}
    assert fired <= told | {one.rule for one in after.set_aside}
