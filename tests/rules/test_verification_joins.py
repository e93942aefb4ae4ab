"""Verification of rules that join facts, against brute force over worlds of few facts."""

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.facts import catalogue
from rules.compiled import Compiled
from rules.inquiry import Inquiry
from rules.policy import Policy
from rules.situations import Situation
from rules.verification import verify
from tests.rules.examples import quick
from tests.rules.test_verification_laws import AT, fact, policy, some

pytestmark = pytest.mark.slow

NUMBERS = ["-", "given", ">= 1", "< 1", "1"]
INCIDENTS = [fact("incident", {"customers_affected": at}) for at in (None, 0, 1, 2)]
PROGRESS = [fact("progress", {"unanswered": at}) for at in (None, 0, 1, 2)]
WORLDS = [one + other for one, other in product(some(INCIDENTS, 2), some(PROGRESS, 2))]


@st.composite
def whens(draw: st.DrawFn) -> Any:
    """An incident, progress that may be joined to it, and perhaps something that is absent."""
    parts: list[Any] = [{"incident": {"customers_affected": draw(st.sampled_from(NUMBERS))}}]
    same = ["same as incident.customers_affected", *NUMBERS]
    if draw(st.booleans()):
        parts.append({"progress": {"unanswered": draw(st.sampled_from(same))}})
    if draw(st.integers(0, 3)) == 0:
        parts.append({"absent": {"progress": {"unanswered": draw(st.sampled_from(same))}}})
    return parts


drawn = st.lists(st.tuples(whens(), st.just({"forbid": "denial"})), min_size=2, max_size=3)


def worlds(made: Policy) -> dict[str, set[int]]:
    engine = Compiled(made.rules)
    found: dict[str, set[int]] = {rule.id: set() for rule in made.rules}
    for number, world in enumerate(WORLDS):
        for name in engine.fire(world).matched:
            found[name].add(number)
    return found


@quick
@given(made=drawn.map(policy))
def test_what_is_said_of_joined_rules_is_so_in_every_world(made: Policy) -> None:
    where = worlds(made)
    inquiry = Inquiry(policy=made, catalogue=catalogue(), at=AT)
    for one, other in product(made.rules, repeat=2):
        answer = inquiry.beyond(one, [other])
        if answer == "never":
            assert where[one.id] <= where[other.id]
        elif isinstance(answer, Situation):
            assert not where[one.id] <= where[other.id]


@quick
@given(made=drawn.map(policy))
def test_a_joined_rule_is_told_as_unreachable_where_no_world_makes_it_fire(made: Policy) -> None:
    where = worlds(made)
    found = verify(made, catalogue(), AT, only=["unreachable"])
    told = {one.place.name for one in found.found}
    never = {name for name, some_ in where.items() if not some_}
    assert told <= never
    assert told == never or found.unknown["unreachable"]


@quick
@given(when=whens())
def test_a_joined_rule_that_is_written_twice_is_a_duplicate(when: Any) -> None:
    made = policy([(when, {"forbid": "denial"})] * 2)
    assume(worlds(made)["r0"])
    found = verify(made, catalogue(), AT, only=["duplicate"])
    assert [one.kind for one in found.found] == ["duplicate"]
