"""Locating: a point or a place name becomes fences and a region; the point itself is dropped."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from ontology.facts import Origin
from ontology.identity import ThingId
from ontology.signals import Signal
from service.bodies import Point
from service.decision_bodies import DecisionRequest
from service.places import Found
from service.sources import READERS, Sources
from service.values import Values
from service.world import World

PLACE: Final = "place"
"""How a place name that nobody can place is recorded: its words could be an address."""


def located(world: World, point: Point | None, place: str | None, at: datetime) -> Found:
    """Where a signal comes from, as far as anybody can tell; a point counts before a name."""
    places = world.places()
    found = places.at(point.lon, point.lat, at) if point is not None else Found()
    if place is None or found.region is not None:
        return found
    named = places.named(place, at)
    fences = tuple(dict.fromkeys((*found.fences, *named.fences)))
    return Found(
        fences=fences,
        region=named.region,
        confidence=named.confidence,
        candidates=named.candidates,
    )


def in_words(world: World, signal: Signal) -> Signal:
    """The signal with what its words tell of where: fences, and a region where none is given.

    A region that is derived so is marked as such, and says what a post is about.
    """
    places = world.places()
    spoken = places.spoken_of(signal.text, signal.posted_at)
    fences = (*signal.fences, *(one for one in spoken if one not in signal.fences))
    if signal.region is not None:
        return signal if fences == signal.fences else replace(signal, fences=fences)
    told = places.told_by(signal.text)
    if fences == signal.fences and told.region is None:
        return signal
    known = None if told.region is None else told.confidence
    return replace(signal, fences=fences, derived_region=told.region, derived_confidence=known)


def placed(
    world: World, sources: Sources, request: DecisionRequest, named: dict[str, ThingId]
) -> Iterator[Values]:
    """What follows from where a request lies: a location, geofences, and its region.

    The region goes into `named` where the request names none.
    """
    # INVARIANT: no coordinate and no word of a place name leaves this function.
    at, text = sources.at, request.text
    found = located(world, request.location, request.place, at)
    ways = [("point" if request.location is not None else "place", found.fences)]
    if text is not None:
        ways.append(("text", world.places().spoken_of(text, at)))
    yield from _told(request, found)
    seen = {named["geofence"]} if "geofence" in named else set()
    for by, fences in ways:
        yield from _fences(sources, [one for one in fences if one not in seen], by)
        seen |= {*fences}
    region = found.region or _region(sources, named)
    if region is not None and "region" not in named and sources.graph.exists(region):
        named["region"] = region
        yield READERS["region"](sources, region)


def count(world: World, found: Sequence[Values], at: datetime) -> None:
    """Note of each geofence how many posts it has now."""
    fences = [one for one in found if one.kind == "geofence"]
    if not fences:
        return
    with world.listening():
        for one in fences:
            fence = ThingId(str(one.values["id"]))
            origin = Origin(source="window", ref=fence)
            for name, value in world.counting.fenced.values(fence, at).items():
                one.put(name, value, origin)


def in_local_language(world: World, found: Sequence[Values], language: str | None) -> None:
    """Note of each geofence whether the request speaks one of its languages."""
    if language is None:
        return
    told = world.places().told
    for one in found:
        spoken = told.get(ThingId(str(one.values.get("id"))), {}).get("languages", ())
        if one.kind == "geofence" and spoken:
            primary = {str(each).partition("-")[0] for each in spoken}
            one.put("in_local_language", language.partition("-")[0] in primary, _ORIGIN)


_ORIGIN: Final = Origin(source="request", ref="/language")


def _told(request: DecisionRequest, found: Found) -> Iterator[Values]:
    if request.location is None and request.place is None:
        return
    by_point = request.location is not None
    origin = Origin(source="request", ref="/location" if by_point else "/place")
    known = found.region is not None or bool(found.fences)
    values = Values(kind="location")
    values.put("given", "point" if by_point else "place", origin)
    values.put("known", known, origin)
    values.put("confidence", found.confidence, origin)
    if request.place is not None:
        values.put("candidates", len(found.candidates), origin)
    yield values
    if request.place is not None and not known:
        yield Values(
            kind="unknown", values={"reference": PLACE, "kind": "region"}, origins=[origin]
        )


def _fences(sources: Sources, fences: Sequence[ThingId], by: str) -> Iterator[Values]:
    origin = Origin(source="request", ref={"point": "/location"}.get(by, f"/{by}"))
    for one in fences:
        values = READERS["geofence"](sources, one)
        values.put("by", by, origin)
        yield values


def _region(sources: Sources, named: dict[str, ThingId]) -> ThingId | None:
    """The region of the geofence that a request names."""
    region = sources.get(named["geofence"], "inRegion") if "geofence" in named else None
    return None if region is None else ThingId(str(region))
