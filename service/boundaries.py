"""Boundaries: which agreements may bind a message as it goes out."""

from collections.abc import Iterator

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor
from service.committing import Here
from service.message_content import Content
from service.recording import amended


def naming(world: Here, content: Content) -> tuple[ThingId, ...]:
    """The agreements that name a message's kind or strategy; the gate judges whether they bind."""
    said = {*content.properties.get("usesStrategy", ())}
    kind = content.one("messageKind")
    return tuple(
        one
        for one in sorted(world.graph.of_type("Agreement"))
        if world.graph.get(one, "forbidsStrategy") in said
        or kind in world.graph.properties(one).get("bindsKind", ())
    )


def named(world: Here, content: Content, actor: Actor) -> Iterator[Draft]:
    """The record of a message with the agreements under which it goes out."""
    found: list[Json] = [*naming(world, content)]
    if found != [*content.properties.get("boundBy", ())]:
        yield amended(world, content.id, {"boundBy": found or None}, actor)


def relied(world: Here, content: Content) -> tuple[Scope, ...]:
    """The agreements that are read as a message goes out."""
    return tuple(map(Scope, naming(world, content)))
