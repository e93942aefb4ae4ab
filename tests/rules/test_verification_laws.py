"""Verification against brute force: small policies, every world of few facts tried one by one."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from ontology.values import Value
from rules.compiled import Compiled
from rules.findings import Finding, Findings
from rules.inquiry import Inquiry
from rules.outranking import outranks
from rules.policy import Policy, PolicyInvalid, build
from rules.verification import ON_REQUEST, USUAL, verify
from tests.rules import policies
from tests.rules.examples import quick

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 1, tzinfo=UTC)
TRUTHS = ["true", "false", "given", "not given", "not true", "true, not given"]
NUMBERS = [
    ">= 1",
    "< 2",
    "[1..2]",
    "0",
    "not given",
    "given",
    "not(1)",
    "< 1, > 2",
    ">= 2, not given",
]
ASKED: Mapping[str, Mapping[str, list[str]]] = {
    "incident": {"people_at_risk": TRUTHS, "customers_affected": NUMBERS},
    "request": {"public": TRUTHS},
}
THEN = [{"escalate": "specialist"}, {"escalate": "executive"}, {"forbid": "denial"}]


def fact(kind: str, values: Mapping[str, Value | None]) -> Fact:
    given_ = {name: value for name, value in values.items() if value is not None}
    return catalogue().fact(kind, given_, policies.ORIGIN)


INCIDENTS = [
    fact("incident", {"people_at_risk": risk, "customers_affected": number})
    for risk, number in product((None, True, False), (None, 0, 1, 2, 3))
]
REQUESTS = [fact("request", {"public": public}) for public in (None, True, False)]


def some(facts: Sequence[Fact], most: int) -> list[tuple[Fact, ...]]:
    return [chosen for size in range(most + 1) for chosen in combinations(facts, size)]


WORLDS = [a + b for a, b in product(some(INCIDENTS, 2), some(REQUESTS, 2))]
SINGLE = {n for n, world in enumerate(WORLDS) if len({f.kind for f in world}) == len(world)}


@st.composite
def bodies(draw: st.DrawFn, kind: str) -> Any:
    names = draw(st.lists(st.sampled_from([*ASKED[kind]]), unique=True))
    return {n: draw(st.sampled_from(ASKED[kind][n])) for n in names} or "given"


@st.composite
def whens(draw: st.DrawFn) -> Any:
    asked = draw(st.lists(st.sampled_from([*ASKED]), unique=True))
    absent = draw(st.lists(st.sampled_from([*ASKED]), max_size=1))
    parts = [{kind: draw(bodies(kind))} for kind in asked]
    parts += [{"absent": {kind: draw(bodies(kind))}} for kind in absent]
    assume(parts)
    return parts


def policy(rules: Sequence[tuple[Any, Any]]) -> Policy:
    book = {
        "book": "drawn",
        "stratum": "escalate",
        "owner": "team/a",
        "rules": [
            {"id": f"r{at}", "reason": "Drawn.", "when": when, "then": [then]}
            for at, (when, then) in enumerate(rules)
        ],
    }
    try:
        return build({"drawn.yaml": json.dumps(book).encode()}, catalogue())
    except PolicyInvalid:
        assume(condition=False)
        raise


drawn = st.lists(st.tuples(whens(), st.sampled_from(THEN)), min_size=2, max_size=4).map(policy)


def firing(made: Policy) -> dict[str, set[int]]:
    """The worlds in which each rule fires."""
    engine = Compiled(made.rules)
    found: dict[str, set[int]] = {rule.id: set() for rule in made.rules}
    for number, world in enumerate(WORLDS):
        for name in engine.fire(world).matched:
            found[name].add(number)
    return found


def checked(made: Policy) -> Findings:
    found = verify(made, catalogue(), AT, only=USUAL | ON_REQUEST)
    assert sum(found.unknown.values()) == 0
    return found


def of(found: Findings, *kinds: str) -> list[Finding]:
    return [one for one in found.found if one.kind in kinds]


def names(one: Finding) -> set[str]:
    return {one.place.name, *(other.name for other in one.others)}


@quick
@given(made=drawn)
def test_a_rule_is_unreachable_where_no_world_makes_it_fire(made: Policy) -> None:
    worlds = firing(made)
    told = {one.place.name for one in of(checked(made), "unreachable")}
    assert told == {name for name, where in worlds.items() if not where}


@quick
@given(made=drawn)
def test_a_rule_implies_another_where_every_world_says_so(made: Policy) -> None:
    worlds = firing(made)
    inquiry = Inquiry(policy=made, catalogue=catalogue(), at=AT)
    for one, other in product(made.rules, repeat=2):
        never = inquiry.beyond(one, [other]) == "never"
        assert never is (worlds[one.id] <= worlds[other.id])
        assert not never or not worlds[one.id] or other.id in inquiry.sampled(one)


@quick
@given(made=drawn)
def test_what_changes_nothing_in_any_world_is_found_and_nothing_else_is(made: Policy) -> None:
    worlds = firing(made)
    found = of(checked(made), "shadowed", "duplicate", "conflict")
    shaded = {one.place.name for one in found if one.kind == "shadowed"}
    for rule in made.rules:
        greater = [
            worlds[other.id]
            for other in made.rules
            if other is not rule and outranks(other.conclusions[0], rule.conclusions[0])
        ]
        nothing = bool(worlds[rule.id]) and worlds[rule.id] <= set().union(*greater)
        assert nothing or rule.id not in shaded
        assert not nothing or any(rule.id in names(one) for one in found)


@quick
@given(made=drawn)
def test_two_rules_are_twins_where_they_fire_in_the_same_worlds(made: Policy) -> None:
    worlds = firing(made)
    for one in of(checked(made), "duplicate", "conflict"):
        first, second = sorted(names(one))
        assert worlds[first] == worlds[second] != set()


@quick
@given(made=drawn)
def test_rules_overlap_where_a_world_with_one_fact_of_a_kind_makes_both_fire(made: Policy) -> None:
    worlds = firing(made)
    together = {
        frozenset({one.id, other.id})
        for one, other in combinations(made.rules, 2)
        if one.conclusions[0].kind == other.conclusions[0].kind
        and worlds[one.id] & worlds[other.id] & SINGLE
    }
    assert {frozenset(names(one)) for one in of(checked(made), "overlap")} == together
