"""Places as the graph states them: geofences, regions and their names, read once a change."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, Self

from knowledge.areas import read_area
from knowledge.gazetteer import Candidate, Gazetteer, Place
from knowledge.geofences import Fence, Fences
from knowledge.graph import Graph
from knowledge.mentions import mentions
from ontology.identity import ThingId, kind_of
from service.values import Properties, Span, first

_KINDS: Final = frozenset({"geofence", "region"})

SURE: Final = 0.8
"""The probability from which on a place name is taken to mean a region."""

SURE_IN_TEXT: Final = 0.7
"""The same for the names in a text; chosen on the 2012 feeds of CrisisLex T26."""

MOST_FENCES: Final = 16
"""Fences of one point or text that are kept, the smallest first."""


def concerned(subject: ThingId, _places: "Places") -> bool:
    """Whether an event about a thing makes places stale."""
    return kind_of(subject) in _KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where something is: fences, the smallest first; a region where that is sure enough.

    `confidence` is the probability of that region, or of the most probable place where none is
    sure; `candidates` are what a name may mean.
    """

    fences: tuple[ThingId, ...] = ()
    region: ThingId | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Geofences and regions of one state of the graph."""

    fences: Fences
    told: Mapping[ThingId, Properties]
    gazetteer: Gazetteer
    own: Gazetteer
    by_code: Mapping[str, ThingId]
    above: Mapping[ThingId, tuple[ThingId, ...]]
    """The regions in which each region lies, the narrowest first."""

    made: dict[frozenset[str], tuple[ThingId, ...]]
    """What `beside` found."""

    @classmethod
    def read(cls, graph: Graph) -> Self:
        """Read all of it from the graph."""
        told = {one: graph.properties(one) for one in graph.of_type("Geofence")}
        regions = {one: graph.properties(one) for one in graph.of_type("Region")}
        names = [*_names(told), *_names(regions)]
        codes = ((str(first(said, "jurisdiction")), one) for one, said in regions.items())
        return cls(
            fences=Fences(_fence(one, said) for one, said in told.items() if said.get("area")),
            told=told,
            gazetteer=Gazetteer(names),
            own=Gazetteer(_names(told), world=False),
            by_code=dict(reversed([*codes])),
            above={one: (*_above(one, regions),) for one in regions},
            made={},
        )

    def at(self, lon: float, lat: float, at: datetime) -> Found:
        """Where a point lies; its region is that of the smallest fence that has one."""
        held = tuple(one.id for one in self.fences.at(lon, lat, at))[:MOST_FENCES]
        region = self._region(held)
        return Found(fences=held, region=region, confidence=1.0 if held else 0.0)

    def named(self, name: str, at: datetime) -> Found:
        """What a place name means; a region only where it is sure, fences where they are own."""
        meant = self.gazetteer.meant(name)
        things = [one.place.thing for one in meant if one.place.thing is not None]
        fences = [one for one in things if kind_of(one) == "geofence"]
        shares: dict[ThingId, float] = {}
        for one in meant:
            region = self._of(one.place)
            if region is not None:
                shares[region] = shares.get(region, 0.0) + one.probability
        best = max(shares.items(), key=lambda item: (item[1], item[0]), default=None)
        top = max((one.probability for one in meant), default=0.0)
        if best is None or best[1] < SURE:
            return Found(fences=self._in_force(fences, at), confidence=top, candidates=meant)
        return Found(
            fences=self._in_force(fences, at),
            region=best[0],
            confidence=min(1.0, best[1]),
            candidates=meant,
        )

    def spoken_of(self, text: str, at: datetime) -> tuple[ThingId, ...]:
        """The fences that a text names, in force at a moment; only own names are looked for."""
        if not self.told:
            return ()
        found = [
            one.place.thing
            for mention in mentions(text, self.own)
            for one in mention.candidates
            if one.place.thing is not None
        ]
        return self._in_force(found, at)[:MOST_FENCES]

    def told_by(self, text: str) -> Found:
        """The region that the names in a text tell of: the narrowest that is sure enough."""
        found = mentions(text, self.gazetteer) if self.above else ()
        shares: dict[ThingId, float] = {}
        for each in (each for one in found for each in one.candidates):
            for region in self._around(each.place):
                shares[region] = shares.get(region, 0.0) + each.probability / len(found)
        sure = [one for one, share in shares.items() if share >= SURE_IN_TEXT]
        if not sure:
            return Found()
        best = max(sure, key=lambda one: (len(self.above.get(one, ())), shares[one], one))
        return Found(region=best, confidence=min(1.0, round(shares[best], 3)))

    def beside(self, fences: Iterable[str]) -> tuple[ThingId, ...]:
        """The fences and regions that share land with some fences, themselves among them.

        Of regions none, where one of the fences has no region.
        """
        asked = frozenset(fences)
        if asked not in self.made:
            self.made[asked] = tuple(sorted({*self._beside(asked)}))
        return self.made[asked]

    def _beside(self, asked: Collection[str]) -> Iterator[ThingId]:
        yield from map(ThingId, asked)
        for one in self.fences.all:
            if one.id in asked:
                yield from (each.id for each in self.fences.touching(one.area))
        regions = [self._region([ThingId(one)]) for one in asked]
        for region in regions if None not in regions else ():
            yield from (one for one, above in self.above.items() if region in (one, *above))
            yield from self.above.get(region, ()) if region is not None else ()

    def _around(self, place: Place) -> Collection[ThingId]:
        """The regions that a place lies in."""
        if place.thing is not None:
            region = self._of(place)
            return () if region is None else (region, *self.above.get(region, ()))
        known = (self.by_code.get(one or "") for one in (place.code, place.country))
        several = [one for one in known if one is not None]
        return {*several, *chain.from_iterable(self.above[one] for one in several)}

    def _in_force(self, fences: Sequence[ThingId], at: datetime) -> tuple[ThingId, ...]:
        wanted = {
            one for one in fences if Span.of(self.told[one], "validFrom", "validUntil").covers(at)
        }
        return tuple(one for one in self.fences.ids if one in wanted)

    def _of(self, place: Place) -> ThingId | None:
        """The region that a place belongs to: by record, or else by its ISO 3166 code."""
        if place.thing is not None:
            return place.thing if kind_of(place.thing) == "region" else self._region([place.thing])
        return self.by_code.get(place.code or "") or self.by_code.get(place.country or "")

    def _region(self, fences: Sequence[ThingId]) -> ThingId | None:
        found = (first(self.told[one], "inRegion") for one in fences)
        region = next((one for one in found if one is not None), None)
        return None if region is None else ThingId(str(region))


def _above(region: ThingId, regions: Mapping[ThingId, Properties]) -> Iterator[ThingId]:
    """The regions in which one lies, the narrowest first."""
    seen = {region}
    while (parent := first(regions.get(region, {}), "withinRegion")) is not None:
        region = ThingId(str(parent))
        if region in seen:
            return
        seen.add(region)
        yield region


def _names(things: Mapping[ThingId, Properties]) -> Iterator[tuple[str, Place]]:
    for thing, said in things.items():
        name = str(first(said, "name") or thing)
        place = Place(name=name, kind="own", code=_code(said), people=1.0, thing=thing)
        for one in (name, *map(str, said.get("alias", ()))):
            yield one, place


def _code(said: Properties) -> str | None:
    code = first(said, "jurisdiction")
    return None if code is None else str(code)


def _fence(thing: ThingId, said: Properties) -> Fence:
    radius = first(said, "radius")
    span = Span.of(said, "validFrom", "validUntil")
    return Fence(
        id=thing,
        area=read_area(str(first(said, "area")), None if radius is None else float(str(radius))),
        since=span.start,
        until=span.end,
    )
