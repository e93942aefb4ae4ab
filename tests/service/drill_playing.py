"""A model player: does what a scenario expects, each act a minute after it is asked for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service import acts
from service.background import Background
from service.drill_bodies import SaidIn
from service.drill_playing import Play
from service.drill_running import play_of
from service.drill_scenario import ExpectIn, Scenario, since
from service.drill_story import say
from service.drills import Drill, Part
from service.world import World

ADA, LEE = ThingId("person/ada"), ThingId("person/lee")
PEOPLE = {
    ADA: Part(roles=frozenset({Role.RESPONDER, Role.REVIEWER})),
    LEE: Part(roles=frozenset({Role.LEGAL}), team=ThingId("team/legal")),
}
AFTERWARDS = timedelta(minutes=1)


def played(live: World, drill: Drill) -> Play:
    """A drill whose people did all that was expected, up to its end; close it."""
    play = play_of(live, drill, Background)
    scenario = drill.written.scenario
    for at, wanted in sorted(_plan(scenario), key=lambda one: one[0]):
        play.advance(at)
        _do(play.world, scenario, wanted)
    play.advance(scenario.clock.ends)
    return play


def _plan(scenario: Scenario) -> Iterator[tuple[datetime, ExpectIn]]:
    offsets = {"start": "PT0M", **{one.id: one.after for one in scenario.injects}}
    for wanted in scenario.expect:
        yield scenario.clock.began + since(offsets[wanted.after]) + AFTERWARDS, wanted


def _do(world: World, scenario: Scenario, wanted: ExpectIn) -> None:
    kind, _, name = wanted.act.partition("/")
    who = LEE if wanted.who == Role.LEGAL else ADA
    if kind != "said":
        actor = Actor(id=who, roles=PEOPLE[who].roles)
        thing = ThingId(scenario.incident.id)
        acts.propose(world, thing=thing, kind=kind, act=name, data={}, actor=actor)
        world.catch_up()
        return
    right = scenario.reference
    answers = {"tier": right.tier, "routes": right.routes, "strategy": right.strategy}
    said = {
        "act": name,
        **(answers | {"why": right.reasons} if wanted.phase == "decide" else {}),
        **({"text": right.words} if name == "publish" else {}),
    }
    say(world, SaidIn.model_validate(said), who)
