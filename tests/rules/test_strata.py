from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.decisions import RuleError
from ontology.facts import Fact, catalogue
from ontology.values import Value
from rules.compiled import Compiled, Fired
from rules.durable import EngineFailed
from rules.policy import Policy, build
from rules.strata import Engine, Engines, evaluate
from tests.rules import policies

AT = datetime(2026, 11, 1, tzinfo=UTC)
DETECT = """\
book: detection
stratum: detect
owner: team/communications
rules:
  - id: surge
    reason: Three times the usual.
    when: {spread: {window: PT1H, excess: at least 3}}
    then: [{detect: surge}]
  - id: new-year-surge
    reason: Holds in one week only.
    effective: {from: 2026-12-28, until: 2027-01-04}
    when: {spread: {window: PT1H, excess: at least 2}}
    then: [{detect: early-surge}]
"""
ESCALATE = """\
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: surge-goes-up
    reason: A surge needs the crisis team.
    when: {detection: {name: surge}}
    then: [{escalate: {tier: crisis-team}}, {notify: team/legal}]
  - id: quiet
    reason: Nothing was seen.
    when: {absent: {detection: {name: "-"}}}
    then: [{escalate: frontline}]
"""


def policy() -> Policy:
    return build({"a.yaml": DETECT.encode(), "b.yaml": ESCALATE.encode()}, catalogue())


def fact(kind: str, **values: Value) -> Fact:
    return catalogue().fact(kind, values, policies.ORIGIN)


SURGE = [fact("spread", window="PT1H", excess=4.0)]


class _Fixed:
    """An engine that always finds the same."""

    def __init__(self, matched: Mapping[str, frozenset[int]], *errors: RuleError) -> None:
        self._fired = Fired(matched=matched, errors=errors)

    def fire(self, _facts: Sequence[Fact]) -> Fired:
        return self._fired


class _Failing:
    """An engine that never can tell."""

    def fire(self, facts: Sequence[Fact]) -> Fired:
        raise EngineFailed(f"{len(facts)} facts are too many today")


def beside(other: Engine) -> Engines:
    """The engines of the policy, with another one in the stratum of detection."""
    standing = Engines.compiled(policy())
    strata = dict(standing.by_stratum)
    strata["detect"] = (other, *strata["detect"])
    return replace(standing, by_stratum=strata, faults=deque())


def test_what_one_stratum_concludes_is_a_fact_for_the_next() -> None:
    made = policy()
    found = evaluate(made, SURGE, AT, Engines.of(made))
    assert [firing.rule for firing in found.firings] == ["surge", "surge-goes-up"]
    (seen,) = found.firings[1].matched
    assert [origin.ref for origin in seen.origins] == ["surge"]


def test_negation_sees_complete_facts() -> None:
    made = policy()
    assert [f.rule for f in evaluate(made, [], AT, Engines.of(made)).firings] == ["quiet"]


@pytest.mark.parametrize(
    ("day", "fires"),
    [("2026-12-27T23:59:59", 0), ("2026-12-28T00:00:00", 1), ("2027-01-04T00:00:00", 0)],
)
def test_a_rule_fires_only_while_it_is_in_force(day: str, fires: int) -> None:
    made = policy()
    at = datetime.fromisoformat(day + "+00:00")
    found = evaluate(made, [fact("spread", window="PT1H", excess=2.5)], at, Engines.of(made))
    assert sum(firing.rule == "new-year-surge" for firing in found.firings) == fires


def test_equal_facts_count_once_with_both_origins() -> None:
    made = policy()
    other = replace(SURGE[0], origins=(replace(policies.ORIGIN, ref="/facts/1"),))
    found = evaluate(made, [*SURGE, other], AT, Engines.of(made))
    assert [origin.ref for origin in found.firings[0].matched[0].origins] == [
        "/facts/0",
        "/facts/1",
    ]


def test_where_engines_differ_both_count_and_the_rule_is_named() -> None:
    found = evaluate(policy(), [], AT, beside(_Fixed({"surge": frozenset()})))
    assert found.disagreements == ("surge",)
    assert "surge-goes-up" in [firing.rule for firing in found.firings]


def test_where_an_engine_fails_the_other_decides_and_the_fault_is_kept() -> None:
    engines = beside(_Failing())
    assert evaluate(policy(), SURGE, AT, engines) == evaluate(
        policy(), SURGE, AT, Engines.compiled(policy())
    )
    assert [*engines.faults] == ["detect: 1 facts are too many today"]


def test_a_rule_that_cannot_be_evaluated_is_named_and_silences_no_other() -> None:
    made = policy()
    broken = replace(SURGE[0], values={**SURGE[0].values, "excess": "much"})
    found = evaluate(made, [broken, *SURGE], AT, Engines.of(made))
    assert {error.rule for error in found.errors} == {"surge", "new-year-surge"}
    assert "surge-goes-up" in [firing.rule for firing in found.firings]


def test_an_absence_that_cannot_be_told_is_not_concluded() -> None:
    rules = policies.book_of([{"absent": {"team": {"id": "-", "load": "> 1"}}}])
    broken = replace(fact("team", id="team/a"), values={"id": "team/a", "load": "high"})
    found = Compiled(rules).fire([broken])
    assert (dict(found.matched), [e.rule for e in found.errors]) == ({}, ["rule-0"])


def test_engines_of_another_policy_are_refused() -> None:
    other = build({"a.yaml": DETECT.encode()}, catalogue())
    with pytest.raises(ValueError, match="engines are of"):
        evaluate(policy(), [], AT, Engines.of(other))


@settings(max_examples=40, deadline=None)
@given(facts=policies.facts(), draw=st.data())
def test_the_order_of_facts_changes_nothing(facts: list[Fact], draw: st.DataObject) -> None:
    made = policy()
    engines = Engines.compiled(made)
    mixed = draw.draw(st.permutations(facts))
    assert evaluate(made, mixed, AT, engines) == evaluate(made, facts, AT, engines)
