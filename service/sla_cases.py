"""Cases as service levels see them: their moments, and which agreement holds for each."""

from collections.abc import Iterator
from datetime import datetime

from knowledge.measures.service_levels import Times
from ontology.identity import ThingId
from service.sla_case import Case
from service.sla_measured import around, measured
from service.values import Properties, first, moment
from service.world import World

CASE = "case"


def cases(world: World) -> Iterator[Case]:
    """Every case whose opening is known: records by id, then what was only measured elsewhere."""
    known = {*world.graph.of_type("Case")}
    for one in sorted(known):
        if (found := case(world, one)) is not None:
            yield found
    yield from (one for one in measured(world) if one.id not in known)


def case(world: World, thing: ThingId) -> Case | None:
    """One case; None where it is not recorded, or not when it was opened."""
    graph = world.graph
    said = graph.properties(thing)
    opened = moment(first(said, "openedAt"))
    if opened is None:
        return None
    customer = first(said, "ofCustomer")
    whom = graph.properties(ThingId(str(customer))) if customer is not None else {}
    place = first(said, "atTouchpoint")
    where = graph.properties(ThingId(str(place))) if place is not None else {}
    incident = first(said, "aboutIncident")
    tier = graph.get(ThingId(str(incident)), "tier") if incident is not None else None
    owner = first(where, "ownedBy")
    return Case(
        id=thing,
        times=Times(
            opened=opened,
            closed=moment(first(said, "closedAt")),
            replies=tuple(filter(None, map(moment, said.get("repliedAt", ())))),
            waits=tuple(_waits(said)),
        ),
        touchpoint=_text(place),
        channel=_text(first(where, "touchpointKind")),
        tier=_text(tier),
        segment=_text(first(whom, "inSegment")),
        regions=tuple(around(world, first(whom, "homeRegion"))),
        team=ThingId(str(owner)) if owner is not None else None,
        incident=_text(incident),
    )


def _waits(said: Properties) -> Iterator[tuple[datetime, datetime | None]]:
    """Stretches of waiting for the customer; what reads as none is no pause."""
    for one in said.get("waiting", ()):
        begun, _, ended = str(one).partition("/")
        try:
            start = datetime.fromisoformat(begun)
            end = datetime.fromisoformat(ended) if ended else None
        except ValueError:
            continue
        if start.tzinfo is not None and (end is None or (end.tzinfo is not None and end > start)):
            yield start, end


def _text(value: object) -> str | None:
    return None if value is None else str(value)
