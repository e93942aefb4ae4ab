"""Proposing a pathway: its text is fixed, and waits for somebody of legal."""

from datetime import datetime
from typing import Final

from knowledge.language.approved_texts import unknown_slots
from knowledge.language.slot_fills import TYPES
from ontology.events import Event, Json
from ontology.lifecycle import Actor
from ontology.record_values import RecordInvalid
from service.beginning import Beginning, begin
from service.pathway_bodies import PathwayIn
from service.pathways import KIND
from service.world import World

_HIGH_UP: Final = frozenset({"executive-approval", "board-approval"})


def propose(
    world: World, said: PathwayIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Write a pathway down for legal to read; what is written never changes, only its state.

    Raises:
        RecordInvalid: a slot is of no known type, or a signature is not legal's to waive.
        ActRefused: the actor may not.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """
    if problems := _problems(said, world.clock.now()):
        raise RecordInvalid(problems)
    properties = _properties(said, actor)
    return begin(
        world,
        KIND,
        "propose",
        lambda _: Beginning(properties=properties),
        actor,
        body=said,
        idempotency=idempotency,
    )


def _problems(said: PathwayIn, now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    if wrong := unknown_slots(said.text):
        words = f"{wrong[0][:60]!r} is no slot; write {{name:type}} with a type of"
        found["/text"] = f"{words} {', '.join(TYPES)}, like {{hurt:number}}"
    for place, one in enumerate(said.covers):
        if one in _HIGH_UP:
            found[f"/covers/{place}"] = f"legal can't waive {one!r}; leave it out"
    if said.valid_until <= now:
        found["/valid_until"] = "has passed; name a moment to come"
    return found


def _properties(said: PathwayIn, actor: Actor) -> dict[str, Json]:
    found: dict[str, list[Json] | Json] = {
        "name": said.name,
        "approvedText": said.text,
        "language": said.language,
        "maximumDistance": said.max_distance,
        "coversRequirement": [*dict.fromkeys(said.covers)],
        "coversChannel": [*dict.fromkeys(said.channels)],
        "coversAudience": [*dict.fromkeys(said.audiences)],
        "usesStrategy": [*dict.fromkeys(said.strategies)] or None,
        "coversClaim": [*dict.fromkeys(said.topics)] or None,
        "inRegion": [*dict.fromkeys(said.regions)] or None,
        "author": actor.id,
        "validFrom": said.valid_from.isoformat(),
        "validUntil": said.valid_until.isoformat(),
    }
    return {name: value for name, value in found.items() if value is not None}
