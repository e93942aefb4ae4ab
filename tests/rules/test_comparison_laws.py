"""Laws of the comparison of policies that Hypothesis draws: nothing that differs stays untold."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from rules.alternatives import Alternative
from rules.combine import decide
from rules.comparison import Comparison, compare
from rules.differences import differences
from rules.policy import Policy
from rules.shown_regions import shown
from rules.strata import Engines, evaluate
from rules.witnesses import given as given_facts
from rules.witnesses import witnesses
from tests.rules import policies
from tests.rules.examples import quick
from tests.rules.test_laws import ACTIONS, AT, books, policy

pytestmark = pytest.mark.slow
CONCLUDED: list[dict[str, Any]] = [
    {"detection": {"name": "surge"}},
    {"classification": {"cluster": "preventable"}},
    {"absent": {"detection": {"name": "surge"}}},
    {"escalation": {"tier": "{executive, board}"}},
]
MORE: dict[str, list[dict[str, Any]]] = {
    "escalate": [
        {"escalate": {"tier": "executive", "within": "PT1H"}},
        {"escalate": {"tier": "specialist", "within": "PT5M"}},
    ],
    "require": [{"notify": {"team": "team/a", "within": "PT10M"}}],
}
Drawn = dict[str, list[dict[str, Any]]]


def _asking(draw: st.DrawFn, stratum: str) -> Any:
    """Conditions, now and then on what an earlier stratum concludes."""
    when = draw(policies.when())
    known = {"classify": 0, "detect": 2, "escalate": 3, "route": 4}.get(stratum, 4)
    early = {0: 0, 2: 0, 3: 3, 4: 4}[known]
    if early and draw(st.booleans()):
        return [*when[:1], draw(st.sampled_from(CONCLUDED[:early]))]
    return when


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Drawn, Drawn]:
    """A policy and the same after a few changes of its author's."""
    old = draw(books())
    for stratum, rules in old.items():
        for rule in rules:
            if draw(st.booleans()):
                rule["when"] = _asking(draw, stratum)
    new = deepcopy(old)
    for _ in range(draw(st.integers(0, 3))):
        stratum = draw(st.sampled_from(sorted(new)))
        _changed(draw, new, stratum)
    return old, {stratum: rules for stratum, rules in new.items() if rules}


def _changed(draw: st.DrawFn, new: Drawn, stratum: str) -> None:
    rules = new[stratum]
    what = draw(st.sampled_from(["drop", "when", "then", "add", "rename", "date", "order"]))
    at = draw(st.integers(0, max(0, len(rules) - 1)))
    if what == "add" or not rules:
        then = draw(st.sampled_from(ACTIONS[stratum] + MORE.get(stratum, [])))
        name = f"more-{draw(st.integers(0, 99))}-{len(rules)}-{stratum}"
        rules.append(
            {"id": name, "reason": "More.", "when": _asking(draw, stratum), "then": [then]}
        )
    elif what == "drop":
        del rules[at]
    elif what == "when":
        rules[at] = rules[at] | {"when": _asking(draw, stratum)}
    elif what == "then":
        then = draw(st.sampled_from(ACTIONS[stratum] + MORE.get(stratum, [])))
        rules[at] = rules[at] | {"then": [then]}
    elif what == "rename":
        rules[at] = rules[at] | {"id": f"{rules[at]['id']}-again"}
    elif what == "date":
        first = draw(st.sampled_from(["2026-10-01", "2026-12-01"]))
        rules[at] = rules[at] | {"effective": {"from": first}}
    else:
        rules.reverse()


@st.composite
def near(draw: st.DrawFn, drawn: tuple[Drawn, Drawn]) -> list[Fact]:
    """Facts of which some rule of either policy holds, and some others."""
    rules = [rule for made in drawn for rule in policy(made).rules]
    rule = draw(st.sampled_from(rules))
    asked = Alternative.of(draw(st.sampled_from(rule.conditions)))
    ways = given_facts(asked, rules, catalogue())[:3]
    found = [facts for way in ways for facts in witnesses(way, catalogue())]
    some = draw(st.sampled_from(found)) if found else ()
    return [*some, *draw(policies.facts(most=4))]


def _read(drawn: tuple[Drawn, Drawn]) -> Comparison:
    return compare(*map(policy, drawn))


def _told(made: Policy, facts: Sequence[Fact]) -> Any:
    return decide(facts, made, AT, Engines.compiled(made))


@quick
@given(st.data(), pairs())
def test_where_decisions_differ_the_facts_lie_in_a_told_region(
    data: st.DataObject, drawn: tuple[Drawn, Drawn]
) -> None:
    facts = data.draw(near(drawn))
    found = _read(drawn)
    old, new = found.old, found.new
    if differences(_told(old, facts), _told(new, facts)):
        event("differs")
        assert not found.same
        known = evaluate(old, facts, AT, Engines.compiled(old)).facts
        assert [*found.regions_of(known, AT)]


@quick
@given(pairs())
def test_every_example_differs_when_it_is_run_and_lies_in_its_region(
    drawn: tuple[Drawn, Drawn],
) -> None:
    found = _read(drawn)
    for one in shown(found, catalogue()):
        if one.example is None:
            continue
        facts, at = one.example.facts, one.example.at
        sides = [decide(facts, side, at, Engines.of(side)) for side in (found.old, found.new)]
        assert differences(*sides) == one.example.differences != ()
        known = evaluate(found.old, facts, at, Engines.compiled(found.old)).facts
        assert one.region.holds(known, at)


@quick
@given(books())
def test_a_policy_decides_the_same_as_itself_in_another_order_under_other_ids(
    drawn: Drawn,
) -> None:
    again = {
        stratum: [rule | {"id": f"{rule['id']}-x"} for rule in reversed(rules)]
        for stratum, rules in drawn.items()
    }
    found = _read((drawn, again))
    assert found.same
