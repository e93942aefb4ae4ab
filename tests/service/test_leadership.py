"""To whom signatures, overrides and what nobody answered are put down."""

from datetime import UTC, datetime, timedelta

from ontology.identity import ThingId
from service import submitting
from service.clock import StoppedClock
from service.leadership import APPROVALS, answerable, deeds
from service.skills import Skills
from service.sweep import sweep
from service.values import Span
from service.world import World
from tests.service.test_messages import (
    HURT,
    LAWYER,
    WRITER,
    act,
    asked,
    drafted,
    prepared,
    put,
)
from tests.service.test_messages import world as messages_world

__all__ = ["prepared"]

world = messages_world
TEAM = ThingId("team/legal")


def quiet(_done: int, _of: int) -> None:
    """Nobody is told how far it is."""


def shift(world: World, person: str, hours: int) -> None:
    now = world.clock.now()
    put(world, "Person", f"person/{person}", memberOf="team/legal")
    ends = {"startsAt": (now - timedelta(hours=1)).isoformat()}
    ends["endsAt"] = (now + timedelta(hours=hours)).isoformat()
    put(world, "OnCallShift", f"shift/{person}", ofTeam=TEAM, holder=f"person/{person}", **ends)
    world.catch_up()


def test_a_signature_is_of_whoever_gave_it(world: World) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    first = asked(world, message)["legal-approval"]
    act(world, first, "grant", LAWYER)
    world.catch_up()
    (one,) = (each for each in deeds(world, quiet) if each.thing == first)
    assert (one.topic, one.good, one.people) == (APPROVALS, True, frozenset({LAWYER.id}))
    assert one.incident == ThingId(HURT)


def test_a_signature_that_nobody_gave_is_of_whoever_was_on_call_all_the_time(
    world: World, clock: StoppedClock
) -> None:
    shift(world, "whole", 12)
    shift(world, "gone", 0)
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    first = asked(world, message)["legal-approval"]
    clock.advance(clock.now() + timedelta(hours=1))
    sweep(world, clock.now())
    world.catch_up()
    (one,) = (each for each in deeds(world, quiet) if each.thing == first)
    assert (one.good, one.answered) == (False, False)
    assert one.people == frozenset({ThingId("person/whole")})


def test_without_a_shift_a_team_of_one_answers_and_a_team_of_two_does_not() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    ada, grace = ThingId("person/ada"), ThingId("person/grace")
    one = Skills(shifts={}, members={TEAM: frozenset({ada})}, passed={})
    two = Skills(shifts={}, members={TEAM: frozenset({ada, grace})}, passed={})
    held = ((grace, Span(start=at, end=at + timedelta(hours=2))),)
    shifts = Skills(shifts={TEAM: held}, members={TEAM: frozenset({ada})}, passed={})
    later = at + timedelta(hours=1)
    assert answerable(one, TEAM, at, later) == {ada}
    assert answerable(two, TEAM, at, later) == frozenset()
    assert answerable(shifts, TEAM, at, later) == {grace}
    assert answerable(shifts, None, at, later) == frozenset()
