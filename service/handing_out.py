"""Handing out: a connector that asks for its work gets it on lease, nothing to two at once."""

from datetime import datetime, timedelta
from typing import Final

from knowledge.refusals import Conflict
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE
from service.bodies import instant
from service.connectors import Connector
from service.placements import KIND, LEASED, OPEN, Placement, read
from service.world import World

_MOST_OPEN: Final = 10_000


def hand_out(world: World, connector: Connector, *, most: int, lease: timedelta) -> list[Json]:
    """What the connector has to do and nobody of it does: leased to whoever asks, oldest first.

    Nothing where nothing may leave, or in a silent home.
    """
    if not (world.outbound and world.silence.live(None)):
        return []
    due = world.due_now().queue(kinds=[KIND], limit=_MOST_OPEN)
    mine = (one.thing for one in sorted(due, key=lambda one: one.sequence))
    work: list[Json] = []
    for thing in mine:
        if len(work) == most:
            break
        if world.graph.get(thing, "throughConnector") == connector.id:
            work += _leased(world, thing, lease)
    return work


def _leased(world: World, thing: ThingId, lease: timedelta) -> list[Json]:
    scope = Scope(thing)
    version = world.ledger.versions([scope])[scope]
    found, now = read(world.ledger, thing), world.clock.now()
    if found is None or not _free(found, now):
        return []
    draft = Draft(
        id=world.ids("event"),
        type=LEASED,
        subject=thing,
        actor=ATTUNE,
        occurred_at=now,
        scopes=(scope,),
        data={"until": (now + lease).isoformat(), "attempt": found.attempt},
    )
    try:
        world.ledger.append([draft], expected={scope: version})
    except Conflict:  # somebody else was handed it, or it moved
        return []
    event = world.ledger.at(found.asked)
    told = dict(event.data) if event is not None else {}
    return [told | {"leased_until": instant(now + lease)}]


def _free(one: Placement, now: datetime) -> bool:
    leased = one.leased_until is not None and now < one.leased_until
    return one.state in OPEN and one.asked > 0 and not leased and one.retryable is not False
