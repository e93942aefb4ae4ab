"""Nobody activates a policy whose effect on recorded decisions was not seen, or is too wide."""

from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service import acts
from service.backtest import kept
from service.backtest_report import Asked
from service.blast_radius import Limit, objections
from service.policy_sources import source
from service.proposing import Wanted, propose
from service.settings import Settings
from service.world import World
from tests.service.test_backtest import BOOK, quiet
from tests.service.test_recorded_decisions import asked

ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.GOVERNANCE}))
BEN = Actor(id=ThingId("person/ben"), roles=frozenset({Role.GOVERNANCE}))
FIGURES = {
    "compared": 100,
    "undetermined": 0,
    "changed": 0,
    "raised": 0,
    "lowered": 0,
    "pages": {"team/legal": 0.5},
}


@pytest.fixture
def guarded(open_world: Any) -> World:
    """A home in which five decisions are enough to ask for a backtest."""
    world: World = open_world(backtest_least=5)
    asked(world, 6)
    return world


def approved(world: World, note: str = "# changed\n", **files: str) -> ThingId:
    """A proposal that a second person approved."""
    active = source(world, "active")
    changed = {**active.files, BOOK: active.files[BOOK] + note, **files}
    event = propose(world, Wanted(files=changed, reason="To see.", base=active.digest), ADA)
    world.catch_up()
    act(world, event.subject, "approve", BEN)
    return event.subject


def act(world: World, thing: ThingId, name: str, who: Actor, **data: str) -> None:
    acts.propose(world, thing=thing, kind="policy-proposal", act=name, data=data, actor=who)
    world.catch_up()


def tried(world: World, proposal: ThingId) -> None:
    kept(world, Asked(policy=source(world, proposal), every=None), quiet)


def refused(world: World, proposal: ThingId) -> str:
    with pytest.raises(ActRefused) as why:
        act(world, proposal, "activate", ADA)
    return str(why.value.problems)


def test_a_home_with_few_decisions_asks_for_no_backtest(open_world: Any) -> None:
    world: World = open_world()
    asked(world, 2)
    proposal = approved(world)
    act(world, proposal, "activate", ADA)
    assert world.policies.active == world.policies.proposals[proposal].digest


def test_an_untried_policy_is_not_activated_and_a_tried_one_is(guarded: World) -> None:
    proposal = approved(guarded)
    assert "attune policy backtest" in refused(guarded, proposal)
    tried(guarded, proposal)
    act(guarded, proposal, "activate", ADA)


def test_the_backtest_of_another_digest_does_not_count(guarded: World) -> None:
    first, other = approved(guarded), approved(guarded, "# otherwise\n")
    tried(guarded, first)
    assert "nobody has seen" in refused(guarded, other)


def test_an_old_backtest_does_not_count(guarded: World) -> None:
    proposal = approved(guarded)
    tried(guarded, proposal)
    limit = Limit.of(guarded.settings)
    digest = guarded.policies.proposals[proposal].digest
    later = guarded.clock.now() + timedelta(days=limit.days, seconds=9)
    assert not objections(guarded.ledger, limit, digest, proposal, guarded.clock.now())
    (why,) = objections(guarded.ledger, limit, digest, proposal, later)
    assert "older than 7 days" in why


def test_what_is_over_the_limit_needs_a_second_person_and_tells_the_duty_officer(
    open_world: Any,
) -> None:
    world: World = open_world(backtest_least=5, backtest_most_changed=0.0)
    asked(world, 30)
    wide = """\
book: wide
stratum: escalate
owner: team/crisis-office
rules:
  - id: all-to-the-board
    reason: Far too much goes up, which the limit is there to see.
    when: {incident: {phase: open}}
    then: [{escalate: {tier: board}}]
"""
    cases = """\
cases:
  - {rule: all-to-the-board, note: Open, given: {incident: {phase: open}}, want: fires}
  - {rule: all-to-the-board, note: Closed, given: {incident: {phase: closed}}, want: stays quiet}
"""
    files = {"rules/books/wide.yaml": wide, "rules/books/wide.cases.yaml": cases}
    proposal = approved_all(world, files)
    tried(world, proposal)
    assert "are raised" in refused(world, proposal)
    with pytest.raises(ActRefused):
        act(world, proposal, "override", ADA, reason="I want it.")
    act(world, proposal, "override", BEN, reason="The new law needs it.")
    events = world.ledger.newest(types=("thing.acted",), limit=2)
    raised = [one for one in events if one.subject.startswith("alert/")]
    assert raised
    assert "The new law needs it." in str(raised[0].data)
    act(world, proposal, "activate", ADA)
    assert world.policies.active == world.policies.proposals[proposal].digest


def approved_all(world: World, files: dict[str, str]) -> ThingId:
    """A proposal whose cases of the whole policy may object: they are left out."""
    active = source(world, "active")
    kept_files = {n: t for n, t in active.files.items() if not n.endswith("domain.cases.yaml")}
    wanted = Wanted(files={**kept_files, **files}, reason="To see.", base=active.digest)
    event = propose(world, wanted, ADA)
    world.catch_up()
    act(world, event.subject, "approve", BEN)
    return event.subject


def test_an_override_before_a_later_backtest_is_spent(open_world: Any) -> None:
    world: World = open_world(backtest_least=5, backtest_most_pages=0.0)
    asked(world, 6)
    proposal = approved(world)
    act(world, proposal, "override", BEN, reason="It is only a comment.")
    tried(world, proposal)
    act(world, proposal, "activate", ADA)  # within the limit, so no override is needed


def test_breaking_the_glass_needs_no_backtest(guarded: World) -> None:
    active = source(guarded, "active")
    changed = {**active.files, BOOK: active.files[BOOK] + "# now\n"}
    event = propose(guarded, Wanted(files=changed, reason="Now.", base=active.digest), ADA)
    guarded.catch_up()
    act(guarded, event.subject, "break-glass", ADA, within="PT1H", reason="Now.")
    assert guarded.policies.active == guarded.policies.proposals[event.subject].digest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"changed": 20}, ""),
        ({"changed": 21}, "21.0% of 100 decisions are changed; 20.0% is the most"),
        ({"raised": 11}, "11.0% of 100 decisions are raised"),
        ({"lowered": 3}, "3.0% of 100 decisions are lowered"),
        ({"undetermined": 50}, "33.3% of 150 decisions are changed"),
        ({"compared": 0}, ""),
        ({"pages": {"team/legal": 2.5}}, "team/legal gets 2.50 pages more a shift; 2 is the most"),
        ({"pages": {"team/legal": -9.0}}, ""),
    ],
)
def test_the_limit_names_what_is_too_much(change: dict[str, Any], words: str) -> None:
    limit = Limit.of(Settings(language=False))
    assert words in " ".join(limit.exceeded({**FIGURES, **change}))
    assert bool(words) == bool([*limit.exceeded({**FIGURES, **change})])
