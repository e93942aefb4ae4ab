"""What is told of a situation: what was heard, judged by people, promised, and routed for now."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.facts import Origin
from ontology.identity import ThingId
from service.diversion import Asked, Staff, diverted, stated_loads
from service.snoozes import facts
from service.values import Values
from service.world import World

_OPEN_ENDS: Final = (
    ("open_promises", "promisedFor", frozenset({"open", "broken"})),
    ("late_words", "owedFor", frozenset({"late"})),
)
"""What is counted of the things that name an incident, under which term, in which states."""


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
    """What about the incident is not kept, or not said to our own people, where any was owed."""
    if (incident := named.get("incident")) is None:
        return
    values: dict[str, object] = {}
    for name, term, counted in _OPEN_ENDS:
        states = [world.graph.state(one) for one in world.graph.subjects(term, incident)]
        if any(states):
            values[name] = sum(state in counted for state in states)
    if values:
        origins = [Origin(source="event", ref=incident)]
        yield Values(kind="progress", values={"incident": incident, **values}, origins=origins)


def diversions(
    world: World, found: Iterable[Values], asked: Asked, at: datetime
) -> Iterator[Values]:
    """The temporary routings that hold for the request, by the loads that the caller knows."""
    if not world.temporaries.in_force(at):
        return iter(())
    loads = stated_loads(found)
    staff = Staff(roster=world.roster(), skills=world.skills(), loads=loads, at=at)
    return diverted(world.temporaries, asked, staff)


def snoozed(
    world: World, found: Iterable[Values], named: Mapping[str, ThingId], at: datetime
) -> Iterator[Values]:
    """The rules that people have snoozed for what a request is about, its feeds among it."""
    if not world.snoozes.any(at):
        return iter(())
    feeds = (str(one.values["id"]) for one in found if one.kind == "feed" and "id" in one.values)
    return facts(world.snoozes, {**named, **{feed: ThingId(feed) for feed in feeds}}, at)


def _drifted(world: World, at: datetime) -> Iterator[ThingId]:
    """The feeds whose partner's form changed lately, as far as this worker has looked."""
    for partner in world.partners.all():
        if world.traffic.of(partner.id).fresh(at):
            yield from world.graph.subjects("reliesOn", partner.agreement)
