"""What reaches the participants of a drill: posts and injects, told once, with what they do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, ActRefused
from service import acts, intake
from service.committing import GateRefused
from service.drill_scenario import ActIn, InjectIn, Scenario
from service.drill_timeline import Item, heard
from service.drill_worlds import SETTER, body
from service.recording import put_records
from service.world import World

TOLD: Final = "drill.told"
"""Something that reached the participants: a post or an inject."""

DID: Final = "drill.did"
"""An inject has done to the drill's world what it does; one broken off before is done again."""


def told(
    world: World, name: str, body: dict[str, Json], at: datetime, by: ThingId = ATTUNE
) -> bool:
    """Tell the participants of something, once; whether it is new."""
    return _noted(world, TOLD, event_of(name), {"item": name, **body}, at, by)


def shown(item: Item) -> dict[str, Json]:
    """What the participants read of an item."""
    if item.post is not None:
        post = item.post
        return {
            "kind": "post",
            "from": post.by,
            "platform": post.platform,
            "text": post.text,
            "passed_on": post.shares,
            "reach": post.reach,
        }
    return injected(item.inject) if item.inject is not None else {}


def injected(inject: InjectIn) -> dict[str, Json]:
    """What the participants read of an inject."""
    return {
        "kind": inject.kind,
        "title": inject.title,
        "from": inject.sender,
        "to": inject.to,
        "text": inject.text,
        "public": inject.heard,
    }


def apply(world: World, inject: InjectIn | None) -> None:
    """Do to the drill's world what an inject does; again, what is done already is left alone."""
    if inject is None or not inject.does:
        return
    for one in inject.does:
        try:
            _done(world, one)
        except (ActRefused, GateRefused, Conflict) as error:
            world.log.warning("inject not done", act=one.act, to=one.to, why=str(error))
    now, name = world.clock.now(), f"inject-{inject.id}"
    _noted(world, DID, f"{event_of(name)}-did", {"item": name}, now, ATTUNE)


def finish_broken_off(world: World, scenario: Scenario) -> None:
    """Do what injects do that were told of when a kill came between."""
    said = {str(event.data["item"]) for event in everything_told(world)}
    did = {str(event.data["item"]) for event in _every(world, DID)}
    for inject in scenario.injects:
        if f"inject-{inject.id}" in said - did:
            apply(world, inject)


def _done(world: World, one: ActIn) -> None:
    if one.put is not None:
        (outcome,) = put_records(world, [body(one.put)], actor=SETTER)
        if isinstance(outcome, Exception):
            world.log.warning("record of an inject refused", record=one.put.id, why=str(outcome))
    elif one.act is not None and one.to is not None:
        thing, kind = ThingId(one.to), one.to.partition("/")[0]
        acts.propose(world, thing=thing, kind=kind, act=one.act, data=one.data, actor=SETTER)
    world.catch_up()


def inject_now(world: World, scenario: Scenario, inject: InjectIn, by: ThingId) -> bool:
    """Bring an inject now: one of the scenario ahead of its time, or a new one."""
    now = world.clock.now()
    item = Item(id=f"inject-{inject.id}", at=now, inject=inject)
    if not told(world, item.id, injected(inject), now, by):
        return False
    if (signal := heard(item, scenario)) is not None:
        intake.take(world, [intake.read(world, signal)], actor=ATTUNE)
    apply(world, inject)
    return True


def everything_told(world: World) -> Iterator[Event]:
    """Each item that arrived, the first first."""
    return _every(world, TOLD)


def event_of(item: str) -> str:
    """The event by which an item arrives: the same each time, so it arrives once."""
    return f"event/drill-{item}"


def _every(world: World, kind: str) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(kind,), limit=1_000):
        yield from events
        after = events[-1].sequence


def _noted(
    world: World, kind: str, event: str, data: dict[str, Json], at: datetime, by: ThingId
) -> bool:
    draft = Draft(
        id=event,
        type=kind,
        subject=ThingId("drill/story"),
        actor=by,
        occurred_at=at,
        scopes=(Scope("drill/story"),),
        data=data,
        governed=False,
    )
    try:
        world.ledger.append([draft])
    except DuplicateEvent:
        return False
    return True
