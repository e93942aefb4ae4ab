"""Gaps against brute force: what is told as a gap is one, and what is not told is none."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from rules.compiled import Compiled
from rules.policy import Policy, PolicyInvalid, build
from rules.regions import Region
from rules.rulebook import parse
from rules.verification import verify
from tests.rules.examples import quick
from tests.rules.test_verification_laws import AT, INCIDENTS, WORLDS, whens

pytestmark = pytest.mark.slow

COMPLETE = [
    {"incident": {"people_at_risk": "given", "customers_affected": "given"}},
    {"incident": {"people_at_risk": "given"}},
    {"incident": {"customers_affected": "[0..2], not given"}},
]


@st.composite
def books(draw: st.DrawFn) -> Policy:
    asked = draw(st.lists(whens(), min_size=1, max_size=4))
    absent = [part for when in asked for part in when if "incident" in part.get("absent", ())]
    assume(len(absent) <= 1)  # worlds hold two incidents: the one in question and one more
    rules = [
        {"id": f"r{at}", "reason": "Drawn.", "when": when, "then": [{"forbid": "denial"}]}
        for at, when in enumerate(asked)
    ]
    book = {"book": "drawn", "stratum": "escalate", "owner": "team/a", "rules": rules}
    complete = draw(st.sampled_from(COMPLETE))
    try:
        text = json.dumps({**book, "complete": complete}).encode()
        return build({"drawn.yaml": text}, catalogue())
    except PolicyInvalid:
        assume(condition=False)
        raise


def told_in(row: str) -> Region:
    """The facts of which a gap speaks, read from the row that would close it."""
    rule = f"{row.removeprefix('- ')}, id: gap, reason: Drawn., then: [{{forbid: denial}}]"
    text = f"book: gap\nstratum: escalate\nowner: team/a\nrules: [{{{rule}}}]\n"
    book = parse(text, file="gap.yaml", catalogue=catalogue())
    return Region.of(book.rules[0].conditions[0].patterns[0])


def silent(made: Policy) -> list[Fact]:
    """The incidents beside which, in some world, no rule fires."""
    engine = Compiled(made.rules)
    quiet = [world for world in WORLDS if not engine.fire(world).matched]
    return [one for one in INCIDENTS if any(one in world for world in quiet)]


@quick
@given(made=books())
def test_the_gaps_that_are_told_are_those_that_trying_every_world_finds(made: Policy) -> None:
    found = verify(made, catalogue(), AT, only=["gap"])
    assert sum(found.unknown.values()) == 0
    told = [told_in(one.row) for one in found.found]
    whole = Region.of(made.books[0].complete[0].patterns[0])
    asked = {name for one in COMPLETE for name in one["incident"] if name in whole.sets}
    quiet = [{n: one.values.get(n) for n in asked} for one in silent(made) if whole.has(one)]
    for one in filter(whole.has, INCIDENTS):
        values = {name: one.values.get(name) for name in asked}
        assert any(region.has(one) for region in told) is (values in quiet)


@quick
@given(made=books())
def test_a_gap_is_shown_by_facts_of_it_on_which_no_rule_fires(made: Policy) -> None:
    engine = Compiled(made.rules)
    for one in verify(made, catalogue(), AT, only=["gap"]).found:
        assert not engine.fire(one.facts).matched
        assert any(told_in(one.row).has(fact) for fact in one.facts)
