"""Geofences from GeoJSON (RFC 7946): features become records, every mistake named at its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

import orjson

from knowledge.areas import Circle, written
from loaders.geojson_areas import area_of
from loaders.geojson_mistakes import GeoJsonInvalid, Mistake, Notice, Reading
from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id

__all__ = [
    "Fenced",
    "GeoJsonInvalid",
    "Loaded",
    "Mistake",
    "Notice",
    "canonical",
    "feature",
    "read",
]

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_FEATURES: Final = 5_000
MOST_CORNERS: Final = 200_000
"""Corners of all fences of one document."""

_TERMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "name",
        "region": "inRegion",
        "team": "localTeam",
        "languages": "languages",
        "topics": "topic",
        "templates": "template",
        "aliases": "alias",
        "from": "validFrom",
        "until": "validUntil",
    }
)
"""Members of a feature's properties, and the properties of the record that they become."""

_KNOWN: Final = (*_TERMS, "radius_m")
_FEATURE: Final = (
    '{"type": "Feature", "id": "geofence/spuyten-duyvil", "geometry": {"type": "Point",'
    ' "coordinates": [-73.9123, 40.8781]}, "properties": {"name": "Spuyten Duyvil station",'
    ' "radius_m": 500, "region": "region/us-ny"}}'
)
_COLLECTION: Final = '{"type": "FeatureCollection", "features": [' + _FEATURE + "]}"
_ID: Final = "geofence/spuyten-duyvil"
_WORLD: Final = re.compile(r"CRS:?84|EPSG:{1,2}(\d[\d.]*:)?4326", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """One geofence as the body of a record, and the number of its feature from 0."""

    id: ThingId
    properties: Mapping[str, Json]
    feature: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The geofences of a document in its order, and what was changed on the way in."""

    fences: tuple[Fenced, ...]
    notices: tuple[Notice, ...]


def read(content: bytes) -> Loaded:
    """The geofences of a GeoJSON text.

    Raises:
        GeoJsonInvalid: it is no GeoJSON, too large, or has mistakes; nothing is taken then.
    """
    if len(content) > MOST_BYTES:
        raise _whole(f"has {len(content)} bytes, more than {MOST_BYTES}; split it", "…")
    try:
        document = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        shown = content[max(0, error.pos - 20) : error.pos + 20].decode("utf-8", "replace")
        raise _whole(f"is no JSON ({error})", shown) from error
    return read_document(document)


def read_document(document: object) -> Loaded:
    """The geofences of a GeoJSON document: a FeatureCollection, or one Feature.

    Raises:
        GeoJsonInvalid: it has mistakes; nothing is taken then.
    """
    features, prefix = _features(document)
    fences: list[Fenced] = []
    mistakes: list[Mistake] = []
    notices: list[Notice] = []
    seen: dict[ThingId, str] = {}
    total = 0
    for index, one in enumerate(features):
        reading = Reading()
        at = f"{prefix}/{index}" if prefix else ""
        fence = _fence(one, at, index, reading)
        total += reading.corners
        if fence is not None and (twin := seen.setdefault(fence.id, at)) != at:
            reading.wrong(f"{at}/id", f"stands at {twin}/id, too", fence.id, _ID)
        if total > MOST_CORNERS:
            words = f"a document has at most {MOST_CORNERS} corners; split it"
            reading.wrong(at, words, f"{total} corners")
        mistakes += reading.mistakes
        notices += reading.notices
        if fence is not None:
            fences.append(fence)
        if total > MOST_CORNERS:
            break
    if mistakes:
        raise GeoJsonInvalid(mistakes)
    return Loaded(fences=tuple(fences), notices=tuple(notices))


def canonical(area: object, radius_m: object = None) -> tuple[str, float | None]:
    """The recorded form of an area that a record states as GeoJSON, in an object or as text.

    Raises:
        GeoJsonInvalid: it has mistakes; pointers begin with `/area`.
    """
    reading, geometry = Reading(), area
    if isinstance(area, str):
        try:
            geometry = orjson.loads(area)
        except orjson.JSONDecodeError:
            reading.wrong("/area", "is no GeoJSON geometry", area)
    found = None if reading.mistakes else area_of(geometry, radius_m, "/area", reading)
    if found is None:
        raise GeoJsonInvalid(reading.mistakes)
    return written(found), found.radius_m if isinstance(found, Circle) else None


def feature(fence: ThingId, properties: Mapping[str, tuple[Json, ...]]) -> dict[str, Json]:
    """The feature of a recorded geofence, from the properties that the graph holds."""
    shown: dict[str, Json] = {}
    for name, term in _TERMS.items():
        values = properties.get(term, ())
        if values:
            shown[name] = [*values] if name in _LISTS else values[0]
    if "radius" in properties:
        shown["radius_m"] = properties["radius"][0]
    geometry = orjson.loads(str(properties["area"][0]))
    return {"type": "Feature", "id": fence, "geometry": geometry, "properties": shown}


_LISTS: Final = frozenset({"languages", "topics", "templates", "aliases"})


def _features(document: object) -> tuple[list[object], str]:
    said = document if isinstance(document, dict) else {}
    if (named := said.get("crs")) is not None and not _WORLD.search(orjson.dumps(named).decode()):
        words = "GeoJSON knows WGS 84 only: convert the coordinates and leave crs out"
        raise GeoJsonInvalid([_mistake("/crs", words, named, _COLLECTION)])
    if said.get("type") == "Feature":
        return [said], ""
    features = said.get("features")
    if said.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _whole("is no FeatureCollection", document)
    if len(features) > MOST_FEATURES:
        words = f"has {len(features)} features, more than {MOST_FEATURES}; split it"
        raise GeoJsonInvalid([_mistake("/features", words, len(features), _COLLECTION)])
    return features, "/features"


def _fence(one: object, at: str, index: int, reading: Reading) -> Fenced | None:
    if not isinstance(one, dict) or one.get("type") != "Feature":
        reading.wrong(at, "is no Feature", one, _FEATURE)
        return None
    said = one.get("properties")
    properties = said if isinstance(said, dict) else {}
    named = _named(one.get("id"), at, reading)
    values = dict(_values(properties, f"{at}/properties", reading))
    area = area_of(one.get("geometry"), properties.get("radius_m"), f"{at}/geometry", reading)
    if named is None or area is None:
        return None
    values["area"] = written(area)
    if isinstance(area, Circle):
        values["radius"] = area.radius_m
    return Fenced(id=named, properties=values, feature=index)


def _named(given: object, at: str, reading: Reading) -> ThingId | None:
    """The id of a fence: `geofence/…`, or its local part alone."""
    local = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    try:
        return thing_id(f"geofence/{local.removeprefix('geofence/')}")
    except IdentityInvalid:
        words = "is no id of a geofence: letters, digits and . _ ~ - only"
        reading.wrong(f"{at}/id", "is missing" if given is None else words, given, _ID)
        return None


def _values(
    properties: Mapping[str, Json], at: str, reading: Reading
) -> Iterator[tuple[str, Json]]:
    if not str(properties.get("name") or "").strip():
        named = '"name": "Spuyten Duyvil station"'
        reading.wrong(f"{at}/name", "a fence has a name", properties.get("name"), named)
    strange: list[str] = []
    for name, value in properties.items():
        near = get_close_matches(name[:80], _KNOWN, n=1, cutoff=0.75)
        if name in _TERMS:
            if value is not None:
                yield _TERMS[name], value
        elif name not in _KNOWN and near:
            reading.wrong(f"{at}/{_escaped(name)}", f"did you mean {near[0]!r}?", name, near[0])
        elif name not in _KNOWN:
            strange.append(name[:40])
    if strange:
        shown = ", ".join(map(repr, sorted(strange)[:5]))
        reading.changed(at, f"members that attune does not know are left out: {shown}")


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def _whole(detail: str, value: object) -> GeoJsonInvalid:
    return GeoJsonInvalid([_mistake("/", detail, value, _COLLECTION)])


def _mistake(pointer: str, detail: str, value: object, example: str) -> Mistake:
    reading = Reading()
    reading.wrong(pointer, detail, value, example)
    return reading.mistakes[0]
