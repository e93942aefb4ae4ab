"""Audiences: whom something goes to, and whether a hold stands over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from service.committing import Here

HOLDS: Final = Scope("holds")
"""What placing a hold writes to, and whatever a hold would forbid relies on."""

_MOST_ABOVE: Final = 20
SOLD: Final = frozenset({"campaign", "advertisement"})
"""The kinds of messages that sell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom something goes to: its incident, regions, topics and segments."""

    incident: Json
    regions: frozenset[str]
    topics: frozenset[str]
    segments: frozenset[str]


def audience_of(world: Here, thing: ThingId) -> Audience:
    """Whom an activity, a message or an incident goes to, or is about, as the graph states it."""
    shown = world.graph.properties(thing)
    regions = (*shown.get("inRegion", ()), *shown.get("forRegion", ()))
    return Audience(
        incident=next(iter(shown.get("aboutIncident", ())), None),
        regions=frozenset(map(str, regions)),
        topics=frozenset(map(str, shown.get("topic", ()))),
        segments=frozenset(map(str, shown.get("toSegment", ()))),
    )


def refuse_held(world: Here, audience: Audience, act: str) -> None:
    """Refuse what reaches people for whom a hold stands.

    Raises:
        ActRefused: one does; who may release it is in it.
    """
    for hold, why in held_over(world, audience):
        words = f"{hold} stands ({why}); {act} it once somebody has released the hold"
        raise ActRefused(act, (DataProblem("state", words),), ())


def held_over(world: Here, audience: Audience) -> Iterator[tuple[ThingId, str]]:
    """The holds that stand over an audience, each with why it counts."""
    for hold in sorted(world.graph.of_type("Hold")):
        if world.graph.state(hold) != "standing":
            continue
        incident = world.graph.get(hold, "aboutIncident")
        why = reached(world, audience, ThingId(str(incident))) if incident else "over everything"
        if why is not None:
            yield hold, why


def reached(world: Here, audience: Audience, incident: ThingId) -> str | None:
    """Why an audience counts as affected by an incident, None where it does not.

    It is named, shares a topic, holds a customer who is affected, or lies where it happened;
    whatever names no region goes everywhere, and an incident without one is everywhere.
    """
    hurt = audience_of(world, incident)
    shared, segment = audience.topics & hurt.topics, _holding(world, audience.segments, incident)
    reasons = {
        f"it is about {incident}": audience.incident == incident,
        f"it shares the topic {min(shared, default='')!r} with {incident}": bool(shared),
        f"{segment} holds customers whom {incident} affects": segment is not None,
    }
    given = next((why for why, holds in reasons.items() if holds), None)
    return given or _where(world, audience, hurt.regions, incident)


def _where(
    world: Here, audience: Audience, regions: frozenset[str], incident: ThingId
) -> str | None:
    """Where the two meet; what is about another incident meets only in a region that it names."""
    if not audience.regions:
        return None if audience.incident is not None else f"it goes everywhere, to {incident} too"
    if not regions:
        return f"{incident} is everywhere"
    for one in sorted(audience.regions):
        if {one, *_above(world, one)} & regions:
            return f"{one} is where {incident} happened"
        if any(one in _above(world, other) for other in regions):
            return f"{incident} happened in {one}"
    return None


def _holding(world: Here, segments: frozenset[str], incident: ThingId) -> str | None:
    if not segments:
        return None
    for customer in world.graph.subjects("affectedBy", incident):
        held = segments & {
            str(one) for one in world.graph.properties(customer).get("inSegment", ())
        }
        if held:
            return min(held)
    return None


def _above(world: Here, region: str) -> list[str]:
    path: list[str] = []
    above = world.graph.get(ThingId(region), "withinRegion")
    while above is not None and str(above) not in path and len(path) < _MOST_ABOVE:
        path.append(str(above))
        above = world.graph.get(ThingId(str(above)), "withinRegion")
    return path


def refuse_selling(world: Here, message: ThingId, act: str) -> None:
    """Refuse a message that sells to people for whom a hold stands.

    Raises:
        ActRefused: it does; what informs them may go out.
    """
    if world.graph.get(message, "messageKind") in SOLD:
        refuse_held(world, audience_of(world, message), act)
