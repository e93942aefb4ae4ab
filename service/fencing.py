"""Geofences through the gate as records, as GeoJSON again, and asked where something lies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import numpy as np

from knowledge.areas import Area
from knowledge.gazetteer import Candidate
from knowledge.mentions import Mention, country, mentions, part
from loaders.geojson import Loaded, feature
from loaders.geojson_areas import area_of
from loaders.geojson_mistakes import GeoJsonInvalid, Mistake, Notice, Reading
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from ontology.record_values import RecordInvalid
from service.committing import GateRefused
from service.places import Found, Places
from service.recording import MOST_AT_ONCE, Body, Outcome, put_records
from service.values import first
from service.world import World

_SHOWN: Final = ("name", "inRegion", "localTeam", "languages", "topic", "template")
_LISTS: Final = frozenset({"languages", "topic", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """What became of a document: the ids that stand now, what was refused, what was changed."""

    put: tuple[ThingId, ...]
    new: int
    refused: tuple[Mistake, ...]
    notices: tuple[Notice, ...]


def put_fences(world: World, loaded: Loaded, actor: Actor) -> Fenced:
    """Put every geofence of a document through the gate, each by itself; twice changes nothing."""
    bodies = [Body(type="Geofence", id=one.id, properties=one.properties) for one in loaded.fences]
    put: list[ThingId] = []
    refused: list[Mistake] = []
    head = world.ledger.head()
    new = 0
    for start in range(0, len(bodies), MOST_AT_ONCE):
        share = bodies[start : start + MOST_AT_ONCE]
        for offset, outcome in enumerate(put_records(world, share, actor=actor)):
            number = loaded.fences[start + offset].feature
            if isinstance(outcome, Event):
                put.append(outcome.subject)
                new += outcome.sequence > head
            else:
                refused += _mistakes(outcome, number, share[offset])
    world.catch_up()
    return Fenced(put=tuple(put), new=new, refused=tuple(refused), notices=loaded.notices)


def collection(places: Places, fences: Sequence[ThingId]) -> dict[str, Json]:
    """Geofences as a GeoJSON FeatureCollection."""
    told = places.told
    features: list[Json] = [feature(one, cast(_Graph, told[one])) for one in fences]
    return {"type": "FeatureCollection", "features": features}


def points(
    places: Places, asked: Sequence[tuple[float, float]], at: datetime
) -> list[list[ThingId]]:
    """The fences around each point, (longitude, latitude), the smallest first."""
    rows = np.array(asked, dtype=np.float64).reshape(-1, 2)
    found: list[list[ThingId]] = [[] for _ in asked]
    for point, fence in zip(*places.fences.pairs(rows[:, 0], rows[:, 1], at), strict=True):
        found[point].append(places.fences.ids[fence])
    return found


def area(geometry: object, radius_m: object) -> Area:
    """An area that a caller states as GeoJSON.

    Raises:
        GeoJsonInvalid: it has mistakes; pointers begin with `/area`.
    """
    reading = Reading()
    found = area_of(geometry, radius_m, "/area", reading)
    if found is None:
        raise GeoJsonInvalid(reading.mistakes)
    return found


def named(found: Found) -> dict[str, Json]:
    """What a place name means, as an answer shows it."""
    return {
        "region": found.region,
        "confidence": round(found.confidence, 3),
        "geofences": [*found.fences],
        "candidates": [_candidate(one) for one in found.candidates],
    }


def spoken(places: Places, text: str) -> dict[str, Json]:
    """The places that a text names, and the country and part of it that it tells of."""
    found = mentions(text, places.gazetteer)
    return {
        "mentions": [_mention(one) for one in found],
        "country": _share(country(found)),
        "part": _share(part(found)),
    }


def about(places: Places, fences: Sequence[ThingId]) -> dict[str, Json]:
    """What a caller needs to know of fences: region, team, languages, topics, templates."""
    return {one: dict(_about(places, one)) for one in dict.fromkeys(fences)}


_Graph = Mapping[str, tuple[Json, ...]]


def _about(places: Places, fence: ThingId) -> Iterator[tuple[str, Json]]:
    said = cast(_Graph, places.told[fence])
    for term in _SHOWN:
        if term in _LISTS:
            yield term, [*said.get(term, ())]
        elif said.get(term):
            yield term, cast(Json, first(said, term))


def _candidate(one: Candidate) -> Json:
    place = one.place
    shown: dict[str, Json] = {
        "name": place.name,
        "kind": place.kind,
        "code": place.code,
        "thing": place.thing,
        "probability": one.probability,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _mention(one: Mention) -> Json:
    return {
        "text": one.text,
        "start": one.start,
        "end": one.end,
        "candidates": [_candidate(each) for each in one.candidates],
    }


def _share(found: tuple[str, float] | None) -> Json:
    return None if found is None else {"code": found[0], "probability": round(found[1], 3)}


def _mistakes(outcome: Outcome, number: int, body: Body) -> Iterator[Mistake]:
    """Why a geofence was not put, at its feature."""
    at, reading = f"/features/{number}", Reading()
    if isinstance(outcome, RecordInvalid):
        for where, words in outcome.errors.items():
            reading.wrong(f"{at}{where}", words, body.id)
    elif isinstance(outcome, GateRefused):
        for result in outcome.results:
            reading.wrong(at, result.message, body.id)
    yield from reading.mistakes
