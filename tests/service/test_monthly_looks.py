"""Once a month the owner of our voice is asked to look at the audit of tone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from knowledge.measures.observation_kinds import KINDS
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service.acts import propose
from service.clock import StoppedClock
from service.founding import OPERATOR
from service.monthly_looks import ask_monthly
from service.observation_loading import take
from service.sweep import sweep
from service.world import World

KIND = "tone-review"


def replied(world: World, at: str) -> None:
    row = {"at": at, "text": "We are sorry that you waited."}
    _, faults = take(world, KINDS["reply"], [row], system="desk", actor=OPERATOR)
    assert not faults


def looks(world: World) -> list[tuple[str, str]]:
    world.catch_up()
    return [(one.thing, one.state) for one in world.due_now().queue(kinds=[KIND])]


def test_a_month_in_which_something_was_said_is_asked_about_once(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    world = worlds()
    month = clock.now().strftime("%Y-%m")
    replied(world, f"{month}-05T10:00:00Z")
    ask_monthly(world)
    assert not looks(world)  # the month before was silent
    clock.advance(clock.now() + timedelta(days=31))
    assert ask_monthly(world)
    assert not ask_monthly(worlds())
    assert looks(world) == [(f"{KIND}/{month}", "due")]
    clock.advance(clock.now() + timedelta(days=11))
    sweep(world, clock.now())
    assert looks(world) == [(f"{KIND}/{month}", "overdue")]


def test_looking_says_what_follows_and_ends_it(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    world = worlds()
    month = clock.now().strftime("%Y-%m")
    replied(world, f"{month}-05T10:00:00Z")
    clock.advance(clock.now() + timedelta(days=31))
    ask_monthly(world)
    thing, actor = ThingId(f"{KIND}/{month}"), Actor(id=OPERATOR, roles=frozenset({Role.REVIEWER}))
    world.catch_up()
    with pytest.raises(ActRefused):
        propose(world, thing=thing, kind=KIND, act="look", data={}, actor=actor)
    said = {"finding": "Customer care sounds colder."}
    propose(world, thing=thing, kind=KIND, act="look", data=said, actor=actor)
    assert not looks(world)
