"""Verification through strata, against brute force: drawn chains of rules, and every world."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.decisions import Decision
from ontology.facts import Fact, catalogue
from rules.combine import decide
from rules.policy import Policy, PolicyInvalid, build
from rules.strata import Engines, evaluate
from rules.verification import USUAL, verify
from tests.rules.examples import quick
from tests.rules.test_verification_laws import AT, WORLDS, whens

pytestmark = pytest.mark.slow

FOUND = ("surge", "flood")
TIERS = ("frontline", "specialist", "executive")
LOOKS = WORLDS[::3]


@st.composite
def detecting(draw: st.DrawFn) -> Any:
    return draw(whens()), {"detect": draw(st.sampled_from(FOUND))}


@st.composite
def escalating(draw: st.DrawFn) -> Any:
    """What was detected, what was not, and perhaps something that is given."""
    parts: list[Any] = [
        {"detection": {"name": name}} for name in draw(st.sets(st.sampled_from(FOUND)))
    ]
    absent = draw(st.sets(st.sampled_from(FOUND), max_size=1))
    parts += [{"absent": {"detection": {"name": name}}} for name in absent]
    parts += draw(whens()) if draw(st.booleans()) else []
    assume(parts)
    return parts, {"escalate": draw(st.sampled_from(TIERS))}


def book(name: str, stratum: str, rules: list[Any]) -> bytes:
    made = [
        {"id": f"{name}-{at}", "reason": "Drawn.", "when": when, "then": [then]}
        for at, (when, then) in enumerate(rules)
    ]
    head = {"book": name, "stratum": stratum, "owner": "team/a", "rules": made}
    return json.dumps(head).encode()


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    files = {
        "finds.yaml": book("finds", "detect", draw(st.lists(detecting(), min_size=1, max_size=3))),
        "rises.yaml": book(
            "rises", "escalate", draw(st.lists(escalating(), min_size=1, max_size=3))
        ),
    }
    try:
        return build(files, catalogue())
    except PolicyInvalid:
        assume(condition=False)
        raise


def shown(made: Policy, worlds: list[tuple[Fact, ...]]) -> list[Decision]:
    """What decisions hold, apart from which rules led to it."""
    engines = Engines.compiled(made)
    every = (decide(world, made, AT, engines) for world in worlds)
    return [replace(one, firings=(), outranked=(), policy="") for one in every]


@quick
@given(made=policies())
def test_a_rule_that_some_world_makes_fire_is_not_told_as_unreachable(made: Policy) -> None:
    engines = Engines.compiled(made)
    fired = {f.rule for world in LOOKS for f in evaluate(made, world, AT, engines).firings}
    told = {one.place.name for one in verify(made, catalogue(), AT, only=["unreachable"]).found}
    assert not told & fired


@quick
@given(made=policies(), data=st.data())
def test_what_is_told_to_change_nothing_changes_no_decision_when_it_is_taken_out(
    made: Policy, data: st.DataObject
) -> None:
    found = verify(made, catalogue(), AT, only=USUAL).found
    idle = ("shadowed", "duplicate", "ineffective", "unreachable")
    names = sorted({one.place.name for one in found if one.kind in idle})
    assume(names)
    name = data.draw(st.sampled_from(names))
    less = made.having(rule for rule in made.rules if rule.id != name)
    some = data.draw(st.lists(st.sampled_from(LOOKS), min_size=20, max_size=20))
    assert shown(made, some) == shown(less, some)


@quick
@given(made=policies())
def test_every_finding_is_shown_by_facts_that_situations_give(made: Policy) -> None:
    engines = Engines.of(made)
    for one in verify(made, catalogue(), AT, only=USUAL).found:
        assert all(catalogue().kinds[fact.kind].stratum is None for fact in one.facts)
        if one.kind in {"shadowed", "duplicate", "conflict", "ineffective"}:
            assert one.at is not None
            result = evaluate(made, one.facts, one.at, engines)
            assert one.place.name in {firing.rule for firing in result.firings}
            assert not result.disagreements
