"""Beginning: a thing with a record and a lifecycle comes into being in one commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, Standing
from ontology.lifecycle import act as follow
from ontology.records import type_of_kind
from service.acts import acted
from service.bodies import Model
from service.committing import Here, commit_all, event_id, said_before
from service.recording import written

_NOTHING: Final[Mapping[str, Json]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a thing says and what its first act carries; `beside` goes with it.

    `touches` are scopes besides its own that it moves.
    """

    properties: Mapping[str, Json]
    data: Mapping[str, Json] = field(default_factory=dict)
    beside: Sequence[Draft] = ()
    touches: Sequence[Scope] = ()


def begin(  # noqa: PLR0913 - a beginning has that many sides
    world: Here,
    kind: str,
    act: str,
    made: Callable[[ThingId], Beginning],
    actor: Actor,
    *,
    body: Model,
    idempotency: str | None = None,
    relied: Sequence[Scope] = (),
) -> Event:
    """Put the record of a new thing and do its first act; `made` reads the graph as it stands.

    The same idempotency key with the same body gives the first event back.

    Raises:
        RecordInvalid: it does not fit the ontology.
        ActRefused: the actor may not.
        GateRefused: a shape refuses it.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    event = event_id(world, idempotency)
    digest = world.keys.mac(kind, body.model_dump_json()).hex()[:32]
    if idempotency is not None and (found := said_before(world, event, digest)):
        return found
    name = event.partition("/")[2] if idempotency is not None else None
    thing = ThingId(f"{kind}/{name}" if name is not None else world.ids(kind))

    def prepare() -> list[Draft]:
        one, at = made(thing), world.clock.now()
        record = written(world, thing, type_of_kind(kind) or kind, present(one.properties), actor)
        told = record.data["properties"]
        stated = told if isinstance(told, dict) else _NOTHING
        stands = Standing(thing=thing, kind=kind, state=None, stated=stated)
        data = present(one.data)
        outcome = follow(world.lifecycles, stands, act, actor=actor, at=at, data=data)
        draft = acted(event, stands, outcome, actor, at)
        said, scopes = {**draft.data, "said": digest}, (*draft.scopes, *one.touches)
        begun = replace(draft, data=said, scopes=scopes)
        # the record first: one that is put later would take the team out of the queue
        return [record, *one.beside, begun]

    events = commit_all(world, [Scope(thing), *relied], prepare)
    return next(one for one in events if one.id == event)


def present(said: Mapping[str, Json]) -> dict[str, Json]:
    """What is said, without what is left out."""
    return {name: value for name, value in said.items() if value is not None}
