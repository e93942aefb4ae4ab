"""Laws of whole policies that Hypothesis draws: more facts, more rules, another order."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.decisions import Decision
from ontology.facts import STRATA, Fact, catalogue
from rules.combine import decide
from rules.compiled import Compiled
from rules.durable import Durable, available
from rules.policy import Policy, PolicyInvalid, build
from rules.rule import Rule
from rules.strata import Engines, evaluate
from tests.rules import policies
from tests.rules.examples import quick, steady

AT = datetime(2026, 11, 1, tzinfo=UTC)
TIERS = catalogue().kinds["escalation"].fields["tier"].allowed
ACTIONS: dict[str, list[dict[str, Any]]] = {
    "classify": [{"classify": "preventable"}, {"intensify": "history"}],
    "detect": [{"detect": "surge"}, {"assess": "severe"}],
    "escalate": [{"escalate": {"tier": "executive", "within": "PT15M"}}, {"escalate": "board"}],
    "route": [{"route": {"team": "team/a", "otherwise": "team/b"}}],
    "respond": [{"respond": "deny"}, {"respond": "adjust"}],
    "require": [
        {"require": "legal-approval"},
        {"require": {"name": "facts-check", "from_team": "team/legal"}},
        {"forbid": "denial"},
        {"forbid": "automatic-reply"},
        {"notify": "team/a"},
    ],
    "recover": [{"recover": "debrief"}],
}


@st.composite
def books(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rules by stratum: drawn conditions, and an action of their stratum."""
    found: dict[str, list[dict[str, Any]]] = {}
    for at in range(draw(st.integers(1, 6))):
        stratum = draw(st.sampled_from(STRATA))
        then = draw(st.sampled_from(ACTIONS[stratum]))
        when = draw(st.one_of(policies.when(), st.just({"signal": "given"})))
        rule = {"id": f"rule-{at}", "reason": "Drawn.", "when": when, "then": [then]}
        found.setdefault(stratum, []).append(rule)
    return found


def policy(drawn: dict[str, list[dict[str, Any]]]) -> Policy:
    """The policy of drawn rules; those that can never hold end the example."""
    files = {
        f"{stratum}.yaml": json.dumps(
            {"book": stratum, "stratum": stratum, "owner": "team/a", "rules": rules}
        ).encode()
        for stratum, rules in drawn.items()
    }
    try:
        return build(files, catalogue())
    except PolicyInvalid:
        assume(condition=False)
        raise


def concluded(drawn: dict[str, list[dict[str, Any]]], facts: Sequence[Fact]) -> Decision:
    made = policy(drawn)
    return replace(decide(facts, made, AT, Engines.compiled(made)), policy="")


def monotone(rules: Sequence[Rule]) -> bool:
    """No rule asks for an absence, so that more facts can only fire more."""
    return not any(whole.absences for rule in rules for whole in rule.conditions)


@steady
@given(rules=policies.rules(), facts=policies.facts(6), more=policies.facts(6))
def test_a_stratum_without_absences_is_monotone(
    rules: tuple[Rule, ...], facts: list[Fact], more: list[Fact]
) -> None:
    rules = tuple(rule for rule in rules if monotone([rule]))
    few, many = Compiled(rules).fire(facts).matched, Compiled(rules).fire([*facts, *more]).matched
    assert all(places <= many.get(rule, frozenset()) for rule, places in few.items())


@steady
@given(drawn=books(), facts=policies.facts(8), data=st.data())
def test_the_order_of_facts_rules_and_books_changes_nothing(
    drawn: dict[str, list[dict[str, Any]]], facts: list[Fact], data: st.DataObject
) -> None:
    names = data.draw(st.permutations([*drawn]))
    other = {name: data.draw(st.permutations(drawn[name])) for name in names}
    mixed = data.draw(st.permutations(facts))
    assert concluded(drawn, facts) == concluded(other, mixed)


@steady
@given(drawn=books(), facts=policies.facts(8), more=st.sampled_from(ACTIONS["require"][:2]))
def test_a_requirement_that_is_added_removes_none(
    drawn: dict[str, list[dict[str, Any]]], facts: list[Fact], more: dict[str, Any]
) -> None:
    before = concluded(drawn, facts)
    rule = {"id": "added", "reason": "Added.", "when": {"signal": "given"}, "then": [more]}
    after = concluded({**drawn, "require": [*drawn.get("require", []), rule]}, facts)
    assert {*before.requirements} <= {*after.requirements}
    assert before.prohibitions == after.prohibitions
    assert before.tier == after.tier


@steady
@given(drawn=books(), facts=policies.facts(8))
def test_what_is_forbidden_is_never_recommended_whatever_recommends_it(
    drawn: dict[str, list[dict[str, Any]]], facts: list[Fact]
) -> None:
    signal = catalogue().fact("signal", {"judged": True}, policies.ORIGIN)
    both = {
        "respond": [_always("recommends", {"respond": "deny"}), *drawn.get("respond", [])],
        "require": [_always("forbids", {"forbid": "denial"}), *drawn.get("require", [])],
    }
    decision = concluded({**drawn, **both}, [*facts, signal])
    assert "denial" in decision.prohibitions
    assert "deny" not in {response.strategy for response in decision.responses}


def _always(name: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "reason": "Always.", "when": {"signal": "given"}, "then": [then]}


@steady
@given(drawn=books(), facts=policies.facts(8))
def test_where_something_is_unknown_a_decision_is_more_cautious_never_less(
    drawn: dict[str, list[dict[str, Any]]], facts: list[Fact]
) -> None:
    gap = catalogue().fact("degraded", {"part": "spread"}, policies.ORIGIN)
    before, after = concluded(drawn, facts), concluded(drawn, [*facts, gap])
    assert TIERS.index(after.tier) >= max(TIERS.index(before.tier), TIERS.index("specialist"))
    assert {r.name for r in before.requirements} <= {r.name for r in after.requirements}
    assert {*before.prohibitions} <= {*after.prohibitions}
    assert {c.name for c in before.cautions} <= {c.name for c in after.cautions}
    assert after.routes
    assert (before.verdict, after.verdict) not in {("stop", "go"), ("wait", "go")}


@quick
@given(drawn=books(), facts=policies.facts(8))
def test_both_engines_lead_a_policy_to_the_same_conclusions(
    drawn: dict[str, list[dict[str, Any]]], facts: list[Fact]
) -> None:
    made = policy(drawn)
    engines = Engines.of(made)
    found = evaluate(made, facts, AT, engines)
    assert found == evaluate(made, facts, AT, Engines.compiled(made))
    assert not found.disagreements
    assert not engines.faults


@quick
@given(rules=policies.rules(), facts=policies.facts())
def test_durable_rules_says_the_same_when_asked_again(
    rules: tuple[Rule, ...], facts: list[Fact]
) -> None:
    if available():
        engine = Durable(rules)
        assert engine.fire(facts).matched == engine.fire(facts).matched
