from datetime import UTC, datetime

from ontology.facts import Fact, Origin, catalogue
from rules.combine import decide
from rules.counterfactual import counterfactuals
from rules.policy import build
from rules.strata import Engines, evaluate
from rules.whynot import why_not

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOOK = b"""
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: loud
    reason: Much is said.
    covers: ["1.1"]
    when: {spread: {window: PT1H, excess: at least 4.0}}
    then: [{escalate: {tier: crisis-team, within: 15 minutes}}]
  - id: loud-and-angry
    reason: Much is said in anger, and nobody has spoken yet.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, excess: at least 4.0, negative_share: at least 0.5}
      absent: {agreement: {topic: holding-statement, in_force: true}}
    then: [{escalate: {tier: executive, within: 15 minutes}}]
"""
POLICY = build({"escalation.yaml": BOOK}, catalogue())
ENGINES = Engines.of(POLICY)


def fact(kind: str, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="request", ref="/facts"))


def spread(excess: float, negative: float) -> Fact:
    return fact("spread", window="PT1H", excess=excess, negative_share=negative)


def told(facts: list[Fact], rule: str) -> str:
    seen = evaluate(POLICY, facts, AT, ENGINES)
    fired = any(firing.rule == rule for firing in seen.firings)
    return why_not(POLICY.rule(rule), seen.facts, AT, fired=fired).text()


def test_the_smallest_change_is_told_first() -> None:
    found = counterfactuals([spread(3.9, 0.6)], POLICY, AT, ENGINES, "tier")
    (change,) = found[0].changes
    assert (change.field, change.before, change.after) == ("excess", 3.9, 4.0)
    assert found[0].tier == "executive"


def test_two_changes_are_told_where_none_suffices_alone() -> None:
    facts = [spread(1.0, 0.1), fact("incident", phase="open", tier="crisis-team")]
    found = counterfactuals(facts, POLICY, AT, ENGINES, "tier")
    assert found
    before = decide(facts, POLICY, AT, ENGINES).tier
    assert all(one.tier != before for one in found)


def test_nothing_is_told_where_no_rule_asks_about_the_facts() -> None:
    facts = [fact("region", apology="none")]
    assert counterfactuals(facts, POLICY, AT, ENGINES, "tier") == ()


def test_a_failed_condition_says_what_was_found_and_what_would_hold() -> None:
    text = told([spread(3.2, 0.1)], "loud")
    assert "spread.excess is 3.2, asked: at least 4.0; it would hold from 4.0" in text


def test_a_fact_of_another_key_is_not_taken_for_the_nearest() -> None:
    other = fact("spread", window="PT15M", excess=9.0)
    text = told([other, spread(3.0, 0.1)], "loud")
    assert "spread.excess is 3" in text
    assert "window" not in text


def test_a_missing_fact_and_a_present_one_that_should_be_absent_are_named() -> None:
    assert "there is no spread" in told([], "loud")
    agreement = fact("agreement", topic="holding-statement", in_force=True)
    assert "wants absent" in told([spread(5.0, 0.9), agreement], "loud-and-angry")


def test_a_rule_that_fires_says_so() -> None:
    assert told([spread(5.0, 0.9)], "loud") == "loud fires."
