"""GeoJSON geometries become areas: what can be repaired is, with a notice; the rest is refused."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

import shapely
from shapely import MultiPolygon, Polygon

from knowledge.areas import (
    Area,
    Circle,
    crosses,
    crossings,
    polygons,
    refolded,
    ring_square_metres,
    rings,
    square_metres,
    unrolled,
)
from loaders.geojson_mistakes import Reading

MOST_CORNERS: Final = 10_000
"""Corners of one fence."""

MOST_CHANGE: Final = 0.01
"""The share of its area by which a repair may change a fence."""

MOST_CROSSINGS: Final = 100
"""How often the sides of a fence may cross for a repair to be tried."""

SMALLEST_M2: Final = 10_000.0
"""The smallest fence: a smaller one would tell the house in which a person is."""

LARGEST_RADIUS_M: Final = 20_000_000.0

POSITION: Final = "[-73.92, 40.88]"
_CIRCLE: Final = '{"type": "Point", "coordinates": [-73.92, 40.88]} with "radius_m": 500'
_FEWEST: Final = 4
_SIDES: Final = 180.0
_UPRIGHT: Final = 90.0

Ring = list[tuple[float, float]]


def area_of(geometry: object, radius_m: object, pointer: str, reading: Reading) -> Area | None:
    """The area that a GeoJSON geometry (and, for a Point, a radius in metres) describes.

    None where it has a mistake; `reading` has them all, and what was repaired.
    """
    said = geometry if isinstance(geometry, dict) else {}
    kind, found = said.get("type"), said.get("coordinates")
    where = f"{pointer}/coordinates"
    before = len(reading.mistakes)
    area: Area | None = None
    if kind == "Point":
        area = _circle(found, radius_m, pointer, reading)
    elif kind in {"Polygon", "MultiPolygon"}:
        if radius_m is not None:
            reading.wrong(pointer, "a polygon has no radius; leave radius_m out", radius_m)
        shapes = [found] if kind == "Polygon" else found
        area = _shapes(shapes, where, reading, single=kind == "Polygon")
    else:
        words = f"is no area; write a Polygon or MultiPolygon, or {_CIRCLE}"
        reading.wrong(f"{pointer}/type" if said else pointer, words, kind or geometry)
    if area is None or len(reading.mistakes) > before:
        return None
    return _large_enough(area, pointer, reading)


def _circle(found: object, radius: object, pointer: str, reading: Reading) -> Circle | None:
    place = _position(found, f"{pointer}/coordinates", reading)
    number = radius if isinstance(radius, int | float) and not isinstance(radius, bool) else -1.0
    if not 0 < number <= LARGEST_RADIUS_M:
        words = (
            f"a Point is an area by its radius: give metres above 0, up to {LARGEST_RADIUS_M:g}"
        )
        reading.wrong(f"{pointer}/radius_m", words, radius, '"radius_m": 500')
        return None
    if place is None or not _in_range([(place, f"{pointer}/coordinates")], reading):
        return None
    return Circle(lon=place[0], lat=place[1], radius_m=float(number))


def _shapes(found: object, where: str, reading: Reading, *, single: bool) -> MultiPolygon | None:
    if not isinstance(found, list) or not found:
        reading.wrong(where, "is no list of rings", found)
        return None
    read: list[tuple[str, list[tuple[str, Ring]]]] = []
    for index, shape in enumerate(found):
        at = where if single else f"{where}/{index}"
        if not isinstance(shape, list) or not shape:
            reading.wrong(at, "is no list of rings", shape)
            continue
        read.append(
            (at, [(f"{at}/{n}", _ring(r, f"{at}/{n}", reading)) for n, r in enumerate(shape)])
        )
    positions = [
        (place, f"{at}/{n}")
        for _, several in read
        for at, ring in several
        for n, place in enumerate(ring)
    ]
    if reading.mistakes or not _in_range(positions, reading):
        return None
    parts = [_polygon(at, several, reading) for at, several in read]
    good = [part for part in parts if part is not None]
    return _joined(good, where, reading) if len(good) == len(parts) else None


def _ring(found: object, where: str, reading: Reading) -> Ring:
    """The positions of a ring, closed, none twice in a row."""
    if not isinstance(found, list):
        reading.wrong(where, "is no ring: a list of positions", found)
        return []
    if _too_many(found, where, reading):
        return []
    ring: Ring = []
    for index, one in enumerate(found):
        place = _position(one, f"{where}/{index}", reading)
        if place is not None and ring and ring[-1] == place:
            reading.changed(where, "a position stood twice in a row; it is taken once")
        elif place is not None:
            ring.append(place)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
        reading.changed(where, "the ring was open; it is closed with its first position")
    if len(ring) < _FEWEST and not reading.mistakes:
        reading.wrong(where, "a ring has at least three different positions", found)
    return ring


def _too_many(found: list[object], where: str, reading: Reading) -> bool:
    before, reading.corners = reading.corners, reading.corners + len(found)
    if before <= MOST_CORNERS < reading.corners:
        words = f"a fence has at most {MOST_CORNERS} corners; simplify it"
        reading.wrong(where, words, f"{reading.corners} corners")
    return reading.corners > MOST_CORNERS


def _position(found: object, where: str, reading: Reading) -> tuple[float, float] | None:
    if not isinstance(found, list) or not 2 <= len(found) <= 3:  # noqa: PLR2004 - lon, lat, height
        reading.wrong(where, "is no position: [longitude, latitude]", found, POSITION)
        return None
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in found):
        reading.wrong(where, "has something that is no number", found, POSITION)
        return None
    if not all(isfinite(n) for n in found):
        reading.wrong(where, "has a number that is not finite", found, POSITION)
        return None
    if len(found) > 2:  # noqa: PLR2004 - lon, lat, height
        reading.changed(where.rpartition("/")[0], "heights are left out; a fence is flat")
    return float(found[0]) + 0.0, float(found[1]) + 0.0


def _in_range(positions: Sequence[tuple[tuple[float, float], str]], reading: Reading) -> bool:
    """Whether all lie on the earth; latitude first is said to be so where the numbers prove it."""
    beyond = [
        (place, at)
        for place, at in positions
        if not (abs(place[0]) <= _SIDES and abs(place[1]) <= _UPRIGHT)
    ]
    if not beyond:
        return True
    swapped = all(
        abs(first) <= _UPRIGHT and abs(second) <= _SIDES for (first, second), _ in positions
    )
    for place, at in beyond:
        if swapped:
            words = "has its latitude first: GeoJSON writes [longitude, latitude]; swap them all"
            reading.wrong(at, words, [*place], f"[{place[1]:g}, {place[0]:g}]")
            break
        reading.wrong(at, _beyond(place), [*place], POSITION)
    return False


def _beyond(place: tuple[float, float]) -> str:
    lon, lat = place
    if abs(lat) > _UPRIGHT:
        return "has a latitude beyond -90..90"
    within = (lon + _SIDES) % (2 * _SIDES) - _SIDES
    return f"has a longitude beyond -180..180; the same meridian is {within:g}"


def _polygon(
    at: str, several: Sequence[tuple[str, Ring]], reading: Reading
) -> MultiPolygon | None:
    """The outer ring without its holes, each made valid and split at the antimeridian."""
    outer, *holes = [_made(where, ring, reading) for where, ring in several]
    area = outer
    for index, hole in enumerate(holes, start=1):
        if area is None or hole is None:
            return None
        if not shapely.covers(area, hole):
            words = "the hole lies partly outside of its polygon, or over another hole"
            reading.wrong(f"{at}/{index}", words, f"{len(several[index][1])} positions")
            return None
        area = polygons(shapely.difference(area, hole))
    if area is not None and area.is_empty:
        reading.wrong(at, "its holes leave nothing of it", f"{len(holes)} holes")
        return None
    return area


def _made(where: str, ring: Ring, reading: Reading) -> MultiPolygon | None:
    try:
        rolled = unrolled(ring)
    except ValueError as error:
        reading.wrong(where, str(error), f"{len(ring)} positions")
        return None
    if crosses(ring):
        words = (
            "a side spans more than 180 degrees: read as crossing the antimeridian the short way"
        )
        reading.changed(where, words)
    shape = Polygon(rolled)
    if shape.is_valid:
        return refolded(shape)
    if crossings([rolled], MOST_CROSSINGS) > MOST_CROSSINGS:
        words = f"the ring crosses itself more than {MOST_CROSSINGS} times: no repair can be meant"
        reading.wrong(where, words, f"{len(ring)} positions")
        return None
    repaired = polygons(shapely.make_valid(shape))
    if repaired.is_empty:
        reading.wrong(where, "the ring encloses nothing", f"{len(ring)} positions")
        return None
    before, after = ring_square_metres(rolled), square_metres(repaired)
    share = abs(after - before) / max(before, after, 1e-9)
    if share > MOST_CHANGE:
        words = (
            f"the ring crosses itself, and repairing it changes its area by {share:.1%}, more "
            f"than {MOST_CHANGE:.0%}: draw it without the crossing"
        )
        reading.wrong(where, words, shapely.is_valid_reason(shape))
        return None
    reading.changed(where, f"the ring crossed itself; repaired, area changed by {share:.2%}")
    return refolded(repaired)


def _joined(parts: Sequence[MultiPolygon], where: str, reading: Reading) -> MultiPolygon | None:
    whole = MultiPolygon([one for part in parts for one in part.geoms])
    if whole.is_valid:
        return whole
    if (
        crossings([ring for one in whole.geoms for ring in rings(one)], MOST_CROSSINGS)
        > MOST_CROSSINGS
    ):
        words = f"parts cross each other more than {MOST_CROSSINGS} times: draw them apart"
        reading.wrong(where, words, f"{len(parts)} parts")
        return None
    reading.changed(where, "parts lay over each other; they are taken together")
    return polygons(shapely.union_all(parts))


def _large_enough(area: Area, pointer: str, reading: Reading) -> Area | None:
    size = square_metres(area)
    if size >= SMALLEST_M2:
        return area
    words = (
        f"covers {size:.0f} m², less than {SMALLEST_M2:.0f} m² (100 m by 100 m): so small a fence "
        "would tell in which house a person is"
    )
    reading.wrong(pointer, words, f"{size:.0f} m²")
    return None
