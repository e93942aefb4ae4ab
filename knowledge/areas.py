"""Areas on the earth: polygons in longitude and latitude, circles by their true radius."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import copysign, cos, degrees, floor, isclose, pi, radians, sin
from typing import Final, TypeAlias, cast

import numpy as np
import orjson
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, affinity

Floats: TypeAlias = NDArray[np.float64]

EARTH_M: Final = 6_371_008.8
"""Mean radius of the earth (IUGG) in metres; areas and distances are those on a sphere."""

CORNERS: Final = 256
"""Corners of the polygon that stands for a circle where only polygons will do."""

_NEARLY: Final = 1.02
"""A circle whose edge comes this near to a pole is drawn around the pole, too."""

_AT_ONCE: Final = 64
_HALF: Final = 180.0
_TURN: Final = 360.0
_POLE: Final = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """All points at most `radius_m` metres from a point, along the great circle."""

    lon: float
    lat: float
    radius_m: float


Area: TypeAlias = MultiPolygon | Circle
"""Polygons keep to longitudes -180..180 and are split where they cross the antimeridian."""


def read_area(text: str, radius_m: float | None = None) -> Area:
    """An area from its recorded form: a GeoJSON MultiPolygon, or a Point with a radius.

    >>> read_area('{"type":"Point","coordinates":[-73.9,40.9]}', 500.0).radius_m
    500.0
    """
    said = orjson.loads(text)
    if said["type"] == "Point":
        lon, lat = said["coordinates"]
        return Circle(lon=float(lon), lat=float(lat), radius_m=float(radius_m or 0.0))
    return MultiPolygon([(part[0], part[1:]) for part in said["coordinates"]])


def written(area: Area) -> str:
    """The recorded form of an area; the radius of a circle stands beside it."""
    if isinstance(area, Circle):
        return orjson.dumps({"type": "Point", "coordinates": [area.lon, area.lat]}).decode()
    parts = [[_corners(ring) for ring in rings(part)] for part in area.geoms]
    return orjson.dumps({"type": "MultiPolygon", "coordinates": parts}).decode()


def rings(part: Polygon) -> Iterator[Floats]:
    """The rings of a polygon as rows of longitude and latitude, the outer one first."""
    for ring in (part.exterior, *part.interiors):
        yield shapely.get_coordinates(ring)


def distance_m(lon: ArrayLike, lat: ArrayLike, lons: ArrayLike, lats: ArrayLike) -> Floats:
    """Metres between points along the great circle (haversine), element by element.

    >>> round(float(distance_m(0, 0, 180, 0)) / 1000)
    20015
    """
    first, second = np.radians(lat), np.radians(lats)
    across = np.radians(np.subtract(lons, lon))
    half = (
        np.sin((second - first) / 2) ** 2
        + np.cos(first) * np.cos(second) * np.sin(across / 2) ** 2
    )
    return cast(Floats, 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def square_metres(area: Area) -> float:
    """The area on the sphere; sides of polygons are straight in longitude and latitude (RFC 7946).

    >>> whole = folded([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)])
    >>> round(square_metres(whole) / 1e12, 1)
    510.1
    """
    if isinstance(area, Circle):
        return 2 * pi * EARTH_M**2 * (1 - cos(min(area.radius_m / EARTH_M, pi)))
    return sum(
        ring_square_metres(outer) - sum(map(ring_square_metres, holes))
        for outer, *holes in (rings(part) for part in area.geoms)
    )


def ring_square_metres(ring: Floats) -> float:
    """What a closed ring encloses on the sphere; loops in opposite senses cancel out."""
    lon, lat = np.radians(ring[:, 0]), np.radians(ring[:, 1])
    rise = np.diff(lat)
    level = np.abs(rise) < 1e-12  # noqa: PLR2004 - a hundredth of a millimetre
    along = np.where(level, np.sin(lat[1:]), 0.0)
    np.divide(np.cos(lat[:-1]) - np.cos(lat[1:]), rise, out=along, where=~level)
    return abs(float(np.sum(np.diff(lon) * along))) * EARTH_M**2


def unrolled(ring: Sequence[Sequence[float]] | Floats) -> Floats:
    """A closed ring whose longitudes run on past 180 where it crosses the antimeridian.

    A side of more than half a turn crosses it; a side from -180 to 180 is a whole parallel. A
    ring around a pole is led to the nearer one and back.

    Raises:
        ValueError: it goes around a pole, and lies on both sides of the equator.
    """
    rows: Floats = np.asarray(ring, dtype=np.float64)
    sides = np.abs(np.diff(rows[:, 0]))
    if not np.any((sides > _HALF) & (sides < _TURN)):
        return rows
    lons = np.unwrap(rows[:, 0], period=_TURN)
    rows = np.column_stack([lons, rows[:, 1]])
    if isclose(lons[0], lons[-1], abs_tol=1e-9):
        return rows
    lats = rows[:, 1]
    if lats.min() < 0 < lats.max():
        raise ValueError("goes around a pole and crosses the equator: which pole, nobody can tell")
    pole = _POLE if lats.max() > 0 else -_POLE
    cap = [(lons[-1], pole), (lons[0], pole), (lons[0], lats[0])]
    return cast(Floats, np.vstack([rows, cap]))


def crosses(ring: Sequence[Sequence[float]] | Floats) -> bool:
    """Whether a ring is read as crossing the antimeridian."""
    sides = np.abs(np.diff(np.asarray(ring, dtype=np.float64)[:, 0]))
    return bool(np.any((sides > _HALF) & (sides < _TURN)))


def crossings(several: Sequence[Floats], most: int) -> int:
    """How often the sides of rings cross; counting ends soon after `most`.

    Repairing costs up to the square of the crossings, so nobody may ask for many.
    """
    sides = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in several])
    lines = np.asarray(shapely.linestrings(sides), dtype=object)
    tree, found = shapely.STRtree(lines), 0
    for start in range(0, len(lines), _AT_ONCE):
        one, other = tree.query(lines[start : start + _AT_ONCE], predicate="crosses")
        found += int(np.count_nonzero(one + start < other))
        if found > most:
            break
    return found


def folded(ring: Sequence[Sequence[float]] | Floats) -> MultiPolygon:
    """A valid closed ring as polygons within -180..180, split at the antimeridian.

    Raises:
        ValueError: which pole it goes around can't be told.
    """
    return refolded(Polygon(unrolled(ring)))


def refolded(area: shapely.Geometry) -> MultiPolygon:
    """Polygons whose longitudes may run on past 180, brought back and split there."""
    west, _, east, _ = shapely.bounds(area)
    if west >= -_HALF and east <= _HALF:
        return polygons(area)
    parts: list[Polygon] = []
    for turn in range(floor((west + _HALF) / _TURN), floor((east + _HALF) / _TURN) + 1):
        strip = shapely.box(_TURN * turn - _HALF, -_POLE, _TURN * turn + _HALF, _POLE)
        cut = shapely.intersection(area, strip)
        parts += polygons(affinity.translate(cut, -_TURN * turn)).geoms
    return polygons(shapely.union_all(parts))


def polygons(geometry: shapely.Geometry | None) -> MultiPolygon:
    """The polygons of any geometry; points and lines are left out."""
    parts = [
        one
        for one in shapely.get_parts(shapely.get_parts([geometry]))
        if isinstance(one, Polygon) and not one.is_empty
    ]
    return MultiPolygon(parts)


def without_holes(area: MultiPolygon) -> Iterator[Polygon]:
    """The same area as polygons without holes: one with a hole is cut in two through it."""
    for part in area.geoms:
        if not part.interiors:
            yield part
            continue
        west, south, east, north = part.bounds
        hole = part.interiors[0].bounds
        middle = (hole[0] + hole[2]) / 2
        for half in (
            shapely.box(west, south, middle, north),
            shapely.box(middle, south, east, north),
        ):
            yield from without_holes(polygons(shapely.intersection(part, half)))


def outline(circle: Circle) -> MultiPolygon:
    """A polygon of `CORNERS` corners that stands for a circle, a little larger than it."""
    lat, reach = radians(circle.lat), circle.radius_m / EARTH_M / cos(pi / CORNERS)
    gaps = [pi / 2 - lat, pi / 2 + lat]
    if all(reach * _NEARLY >= gap for gap in gaps):
        return MultiPolygon([shapely.box(-_HALF, -_POLE, _HALF, _POLE)])
    polar = [gap for gap in gaps if reach * _NEARLY >= gap]
    if not polar:
        return refolded(Polygon(_ring(circle, reach)))
    pole = _POLE if polar[0] == gaps[0] else -_POLE
    reach = max(reach, polar[0] * _NEARLY)
    if polar[0] < reach / CORNERS:  # so near the middle that a parallel is as good
        edge = pole - copysign(degrees(reach + polar[0]), pole)
        return MultiPolygon([shapely.box(-_HALF, min(edge, pole), _HALF, max(edge, pole))])
    ring = _ring(circle, reach)
    ring = np.vstack([ring, ring[:2]])  # a corner more than round, so that no seam is left open
    lons = np.unwrap(ring[:, 0], period=_TURN)
    line = np.column_stack([lons, ring[:, 1]])
    return refolded(Polygon([*line, (lons[-1], pole), (lons[0], pole)]))


def _ring(circle: Circle, reach: float) -> Floats:
    """The corners of a ring around a circle's centre at an angle, in order of their bearing."""
    bearings = np.linspace(0, 2 * pi, CORNERS, endpoint=False)
    lat = radians(circle.lat)
    lats = np.arcsin(sin(lat) * cos(reach) + cos(lat) * sin(reach) * np.cos(bearings))
    across = np.arctan2(
        np.sin(bearings) * sin(reach) * cos(lat), cos(reach) - sin(lat) * np.sin(lats)
    )
    lons = np.unwrap(circle.lon + np.degrees(across), period=_TURN)
    return cast(Floats, np.column_stack([lons, np.degrees(lats)]))


def _corners(ring: Floats) -> list[list[float]]:
    return [[float(lon), float(lat)] for lon, lat in ring]
