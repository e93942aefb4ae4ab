"""What there is to know of a thing before one acts on it, as far as somebody may read it."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service import alert_listing, incident_listing, message_view, press_view, validation_view
from service.message_content import read
from service.permissions import SEE_PEOPLE
from service.world import World

_PEOPLE: Final = ("customer", "post", "cases", "consent", "history")
"""What is told first: whom it is about."""

Known = dict[str, Json]

_APART: Final = frozenset({"assessment", "panel-vote"})
"""Kinds with doors of their own, where more is asked than a role."""

_SAID: Final = frozenset({"id", "links", "possible", "state", "team", "tier", "type", "due"})
"""What the head of a card says already, or what only programs need."""


def facts(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    """Facts by name; nested where they belong together, empty where nothing may be said."""
    kind = thing.partition("/")[0]
    found = _OF.get(kind, _recorded)(world, thing, roles)
    names = [*(name for name in _PEOPLE if name in found), *found]
    return {name: found[name] for name in names if name not in _SAID and found[name] not in _EMPTY}


_EMPTY: Final[tuple[Json, ...]] = (None, [], {}, "")


def _alert(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    found = world.alerts_now().get(thing)
    return {} if found is None else alert_listing.shown(world, found, frozenset(roles))


def _incident(world: World, thing: ThingId, _: Collection[Role]) -> Known:
    found = world.incidents.get(thing)
    return {} if found is None else incident_listing.told(found)


def _validation(world: World, thing: ThingId, _: Collection[Role]) -> Known:
    found = world.validations_now().get(thing)
    if found is None:
        return {}
    return {"text": validation_view.words(world, found), **validation_view.shown(found)}


def _message(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    if not world.graph.exists(thing):
        return {}
    return message_view.told(world, read(world.graph, thing), roles)


def _enquiry(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    return press_view.told(world, thing, roles)


def _approval(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    """What is to be approved, with its words; then what is asked for."""
    message = world.graph.get(thing, "approves")
    asked: Known = {"requirement": world.graph.get(thing, "requirement"), "message": message}
    return asked | (_message(world, ThingId(str(message)), roles) if message else {})


def _recorded(world: World, thing: ThingId, roles: Collection[Role]) -> Known:
    if thing.partition("/")[0] in _APART or SEE_PEOPLE.isdisjoint(roles):
        return {}
    return {
        name: [*values] if len(values) > 1 else values[0]
        for name, values in world.graph.properties(thing).items()
        if values
    }


_OF: Final[Mapping[str, Callable[[World, ThingId, Collection[Role]], Known]]] = MappingProxyType(
    {
        "alert": _alert,
        "approval": _approval,
        "enquiry": _enquiry,
        "incident": _incident,
        "message": _message,
        "validation": _validation,
    }
)
