"""Laws of running a policy again by classes of facts: it decides as deciding one by one does."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Json
from ontology.facts import Fact, catalogue
from ontology.outcomes import outcome_of
from rules.combine import decide
from rules.policy import Policy
from rules.rerun import Rerun
from rules.rerun_parts import FactClass
from rules.rule import Effective, Rule
from rules.strata import Engines, evaluate
from tests.rules import policies
from tests.rules.examples import quick, thorough
from tests.rules.test_combine_laws import AT, shipped, situations


@cache
def again() -> Rerun:
    return Rerun(shipped()[0], AT)


def brute(policy: Policy, facts: list[Fact], at: datetime) -> tuple[str, tuple[str, ...]]:
    engines = Engines.compiled(policy)
    fired = sorted(firing.rule for firing in evaluate(policy, facts, at, engines).firings)
    return outcome_of(decide(facts, policy, at, engines)), tuple(fired)


@thorough
@given(facts=situations())
def test_the_shipped_policy_decides_by_classes_as_it_decides_one_by_one(facts: list[Fact]) -> None:
    policy, engines = shipped()
    run = again().situation(facts)
    assert run.outcome == outcome_of(decide(facts, policy, AT, engines))
    fired = {firing.rule for firing in evaluate(policy, facts, AT, engines).firings}
    assert set(run.rules) == fired


@thorough
@given(rules=policies.rules(), facts=policies.facts())
def test_drawn_rules_fire_by_classes_as_they_fire_one_by_one(
    rules: tuple[Rule, ...], facts: list[Fact]
) -> None:
    policy = shipped()[0].having(rules)
    run = Rerun(policy, AT).situation(facts)
    assert (run.outcome, run.rules) == brute(policy, facts, AT)


@quick
@given(facts=situations(), data=st.data())
def test_a_fact_may_change_in_what_the_policy_does_not_read(
    facts: list[Fact], data: st.DataObject
) -> None:
    run, rerun = again().situation(facts), again()
    for at, fact in enumerate(facts):
        reads = rerun.reads(fact.kind)
        kept = {
            name: value
            for name, value in fact.values.items()
            if name in reads or catalogue().kinds[fact.kind].fields[name].required
        }
        if data.draw(st.booleans()):
            facts[at] = replace(fact, values=kept)
    assert rerun.situation(facts) == run


@quick
@given(facts=situations(), others=situations())
def test_facts_of_which_the_same_is_told_are_of_one_class(
    facts: list[Fact], others: list[Fact]
) -> None:
    rerun = again()
    classes: dict[object, FactClass] = {}
    for fact in [*facts, *others]:
        told = tuple(
            (name, rerun.told(asks, fact.values.get(name)))
            for name, asks in rerun.reads(fact.kind).items()
        )
        found = rerun.fact_class(fact.kind, fact.values)
        assert classes.setdefault((fact.kind, told), found) == found


def test_rules_out_of_force_are_left_out() -> None:
    policy, _ = shipped()
    ended = [replace(r, effective=Effective(end=AT)) for r in policy.rules]
    over = policy.having(ended)
    facts: list[Fact] = [catalogue().read(ONE)]
    assert Rerun(over, AT).situation(facts).rules == ()
    before = AT - timedelta(seconds=1)
    assert Rerun(over, before).situation(facts).rules == brute(over, facts, before)[1]
    assert Rerun(over, before).situation(facts).rules


ONE: Json = {
    "kind": "feed",
    "values": {"id": "feed/main", "status": "stalled"},
    "origins": [{"source": "triple", "ref": "feed/main"}],
}
