"""A thing of the queue by itself: how it stands, what was done to it, and by whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.due import Open
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service import acts
from service.assessment_view import visible
from service.committing import ThingUnknown
from service.permissions import SEE_PEOPLE
from service.queue_view import about, named
from service.world import World

_MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An act that was done: by whom, when; `said` is what came with it, for those who may read."""

    sequence: int
    act: str
    actor: ThingId
    at: datetime
    after: str
    said: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A thing that has a lifecycle, as of `place` in the ledger: the number of its last act."""

    thing: ThingId
    kind: str
    state: str
    about: str
    open: Open | None
    deeds: tuple[Deed, ...]

    @property
    def place(self) -> int:
        """The number of its last act; 0 before there was one."""
        return self.deeds[0].sequence if self.deeds else 0


def card(world: World, thing: ThingId, who: ThingId, roles: Collection[Role]) -> Card:
    """How a thing stands.

    Raises:
        ThingUnknown: there is none, or none that they may know of.
    """
    kind = thing.partition("/")[0]
    if kind not in world.lifecycles or not visible(world, thing, who):
        raise ThingUnknown(thing)
    deeds = _deeds(world, thing, roles)
    state = deeds[0].after if deeds else acts.standing(world, thing, kind).state
    one = world.due_now().get(thing)
    if state is None:
        raise ThingUnknown(thing)
    says = about(world, one) if one is not None else named(world, thing)
    return Card(thing=thing, kind=kind, state=state, about=says, open=one, deeds=deeds)


def since(world: World, thing: ThingId, place: int) -> Deed | None:
    """The last act that was done to a thing after a place in the ledger."""
    found = _deeds(world, thing, ())
    return found[0] if found and found[0].sequence > place else None


def _deeds(world: World, thing: ThingId, roles: Collection[Role]) -> tuple[Deed, ...]:
    found = world.ledger.newest(types=(acts.ACTED,), subject=thing, limit=_MOST_TOLD)
    return tuple(_deed(event, told=not SEE_PEOPLE.isdisjoint(roles)) for event in found)


def _deed(event: Event, *, told: bool) -> Deed:
    said = {**_mapping(event.data.get("data")), **_mapping(event.data.get("properties"))}
    return Deed(
        sequence=event.sequence,
        act=str(event.data["act"]),
        actor=event.actor,
        at=event.occurred_at,
        after=str(event.data["to"]),
        said=said if told else {},
    )


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
