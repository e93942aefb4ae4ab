"""What is told of a situation: what was heard, judged by people, promised, and routed for now."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.facts import Origin
from ontology.identity import ThingId
from service.diversion import Asked, Staff, diverted, stated_loads
from service.values import Values
from service.world import World

_WAITING: Final = frozenset({"open", "broken"})


def told(world: World, named: Mapping[str, ThingId], at: datetime) -> Iterator[Values]:
    """What was heard, what people judged of it, and what they were promised."""
    yield from _heard(world, named.get("incident"), at)
    yield from _validated(world, named, at)
    yield from _promised(world, named)


def _heard(world: World, incident: ThingId | None, at: datetime) -> Iterator[Values]:
    """What listening tells: spread of the incident, feeds, coverage."""
    with world.listening() as windows:
        heard = windows.listen(incident, at) if incident is not None else []
        feeds = windows.feeds(at)
        coverage = dict(windows.coverage(at))
    drifted = {*_drifted(world, at)}
    feeds = [row | {"drifted": True} if row["id"] in drifted else row for row in feeds]
    coverage["customer_records"] = "available" if world.roster().customers else "missing"
    origin = Origin(source="window", ref=incident or "window/all")
    spreads = [window.complete() for window in heard]
    for kind, rows in (("spread", spreads), ("feed", feeds), ("coverage", [coverage])):
        for row in rows:
            yield Values(kind=kind, values=dict(row), origins=[origin])


def _validated(world: World, named: Mapping[str, ThingId], at: datetime) -> Iterator[Values]:
    """What people were asked about the incident, and what they said."""
    if (incident := named.get("incident")) is not None:
        origin = Origin(source="event", ref=incident)
        for row in world.validations_known().facts(incident, at):
            yield Values(kind="validation", values=row, origins=[origin])


def _promised(world: World, named: Mapping[str, ThingId]) -> Iterator[Values]:
    """How many promises about the incident are not kept yet, where any was made."""
    if (incident := named.get("incident")) is None:
        return
    made = world.graph.subjects("promisedFor", incident)
    states = [world.graph.state(one) for one in made]
    if any(states):
        waiting = sum(state in _WAITING for state in states)
        values = {"incident": incident, "open_promises": waiting}
        yield Values(
            kind="progress", values=values, origins=[Origin(source="event", ref=incident)]
        )


def diversions(
    world: World, found: Iterable[Values], asked: Asked, at: datetime
) -> Iterator[Values]:
    """The temporary routings that hold for the request, by the loads that the caller knows."""
    if not world.temporaries.in_force(at):
        return iter(())
    loads = stated_loads(found)
    staff = Staff(roster=world.roster(), skills=world.skills(), loads=loads, at=at)
    return diverted(world.temporaries, asked, staff)


def _drifted(world: World, at: datetime) -> Iterator[ThingId]:
    """The feeds whose partner's form changed lately, as far as this worker has looked."""
    for partner in world.partners.all():
        if world.traffic.of(partner.id).fresh(at):
            yield from world.graph.subjects("reliesOn", partner.agreement)
