"""Showing: a thing with a lifecycle as answers show it."""

from collections.abc import Collection, Iterator

from ontology.events import Json
from ontology.identity import ThingId, kind_of
from ontology.lifecycle import Role, possible
from ontology.schema import schema
from service.committing import ThingUnknown
from service.world import World


def shown(
    world: World, thing: ThingId, roles: Collection[Role], hidden: Collection[str] = ()
) -> dict[str, Json]:
    """What a thing says, where it stands, and what these roles may do to it.

    Raises:
        ThingUnknown: there is no such thing.
    """
    kind, properties = kind_of(thing), world.graph.properties(thing)
    if "state" not in properties:
        raise ThingUnknown(thing)
    one = schema().kinds[kind].single
    said: dict[str, Json] = {
        name: values[0] if name in one else [*values]
        for name, values in sorted(properties.items())
        if name not in hidden
    }
    acts = possible(world.lifecycles, kind, str(properties["state"][0]), roles)
    return {"id": thing, **said, "possible": [*acts]}


def listed(
    world: World, type_: str, *, incident: str | None = None, state: str | None = None
) -> Iterator[ThingId]:
    """The things of a type, about an incident or in a state, in the order of their ids."""
    graph = world.graph
    for one in sorted(graph.of_type(type_)):
        if incident is not None and graph.get(one, "aboutIncident") != incident:
            continue
        if graph.state(one) is not None and state in {None, graph.state(one)}:
            yield one
