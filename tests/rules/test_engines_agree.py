import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import Fact
from rules.compiled import Compiled
from rules.durable import Durable, available
from rules.rulebook import Rule
from tests.rules import policies
from tests.rules.examples import quick, thorough

needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed")


@thorough
@given(rules=policies.rules(), facts=policies.facts())
def test_the_compiled_engine_finds_what_brute_force_finds(
    rules: tuple[Rule, ...], facts: list[Fact]
) -> None:
    assert Compiled(rules).fire(facts).matched == policies.reference(rules, facts)


@needs_durable
@thorough
@given(rules=policies.rules(), facts=policies.facts())
def test_durable_rules_finds_what_brute_force_finds(
    rules: tuple[Rule, ...], facts: list[Fact]
) -> None:
    assert Durable(rules).fire(facts).matched == policies.reference(rules, facts)


@needs_durable
@quick
@given(rules=policies.rules(), batches=st.lists(policies.facts(), max_size=5))
def test_one_decision_leaves_nothing_behind_for_the_next(
    rules: tuple[Rule, ...], batches: list[list[Fact]]
) -> None:
    durable, compiled = Durable(rules), Compiled(rules)
    for facts in [*batches, *batches]:
        assert durable.fire(facts).matched == compiled.fire(facts).matched


@quick
@given(rules=policies.rules(), facts=policies.facts(), draw=st.data())
def test_the_order_of_the_rules_changes_nothing(
    rules: tuple[Rule, ...], facts: list[Fact], draw: st.DataObject
) -> None:
    mixed = draw.draw(st.permutations(rules))
    assert Compiled(mixed).fire(facts).matched == Compiled(rules).fire(facts).matched
