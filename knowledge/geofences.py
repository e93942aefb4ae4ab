"""Geofences: which of many areas a point or an area lies in, the smallest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import degrees, inf
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from knowledge.areas import (
    EARTH_M,
    Area,
    Circle,
    Floats,
    distance_m,
    outline,
    square_metres,
)
from ontology.identity import ThingId

Indices = NDArray[np.int64]

_HALF: Final = 180.0
_POLE: Final = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """One area under its id, in force from `since` (included) until `until` (excluded)."""

    id: ThingId
    area: Area
    since: datetime | None = None
    until: datetime | None = None


class Fences:
    """An index over fences; what it answers is ordered by area, then by id.

    The edge of a fence belongs to it, that of a hole too, and a circle's edge at exactly its
    radius. Longitudes -180 and 180 are the same, and so are all longitudes of a pole. Lookups
    change nothing, so threads can share it.
    """

    def __init__(self, fences: Iterable[Fence]) -> None:
        """Sort and index them."""
        sized = sorted((square_metres(one.area), one.id, one) for one in fences)
        self.all: Final = tuple(fence for _, _, fence in sized)
        pieces = [(at, piece) for at, one in enumerate(self.all) for piece in _pieces(one.area)]
        self._owner: Final = np.array([at for at, _ in pieces], dtype=np.int64)
        self._piece: Final = np.array([piece for _, piece in pieces], dtype=object)
        shapely.prepare(self._piece)
        self._top: Final = shapely.bounds(self._piece).reshape(-1, 4)
        self._tree: Final = shapely.STRtree(self._piece)
        self._circle: Final = np.array([_circle(one.area) for one in self.all]).reshape(-1, 3)
        self._round: Final = np.isfinite(self._circle[:, 0])
        self._since: Final = np.array([_second(one.since, -inf) for one in self.all])
        self._until: Final = np.array([_second(one.until, inf) for one in self.all])

    def pairs(
        self, lons: Floats, lats: Floats, at: datetime | None = None
    ) -> tuple[Indices, Indices]:
        """Every (point, fence) where the point lies in the fence, by point, then by area.

        `at` leaves out fences that are not in force then. Coordinates are WGS 84 degrees.
        """
        if not len(self.all):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        point, piece, lon = self._near(lons, lats)
        fence = self._owner[piece]
        lat = lats[point]
        inside = np.empty(len(point), dtype=bool)
        by_radius = self._round[fence]
        inside[by_radius] = self._within(fence[by_radius], lon[by_radius], lat[by_radius])
        flat = ~by_radius
        polar = np.abs(lat) == _POLE
        inside[flat] = polar[flat] | shapely.intersects_xy(
            self._piece[piece[flat]], lon[flat], lat[flat]
        )
        if at is not None:
            inside &= self._in_force(at)[fence]
        keys = np.unique(point[inside] * len(self.all) + fence[inside])
        return keys // len(self.all), keys % len(self.all)

    def at(self, lon: float, lat: float, at: datetime | None = None) -> tuple[Fence, ...]:
        """The fences around one point, the smallest first."""
        _, found = self.pairs(np.array([lon]), np.array([lat]), at)
        return tuple(self.all[one] for one in found)

    def touching(self, area: Area, at: datetime | None = None) -> tuple[Fence, ...]:
        """The fences that share a point with an area, the smallest first.

        Where a polygon meets a circle, the circle is the polygon of 256 corners around it.
        """
        if not len(self.all):
            return ()
        asked = [area] if isinstance(area, Circle) else list(area.geoms)
        shapes = [part for one in asked for part in _shapes(one)]
        _, hits = self._tree.query(np.array(shapes, dtype=object), predicate="intersects")
        near = np.unique(self._owner[hits])
        if at is not None:
            near = near[self._in_force(at)[near]]
        return tuple(self.all[one] for one in near if self._meets(one, area, shapes))

    def _near(self, lons: Floats, lats: Floats) -> tuple[Indices, Indices, Floats]:
        """Points and pieces whose boxes hold them, and the longitude by which they do."""
        where, at = np.arange(len(lons)), lons
        edge = np.flatnonzero(np.abs(lons) == _HALF)
        if len(edge):
            where, at = np.append(where, edge), np.append(at, -lons[edge])
        polar = np.abs(lats[where]) == _POLE
        plain = np.flatnonzero(~polar)
        hits, pieces = self._tree.query(shapely.points(at[plain], lats[where[plain]]))
        point, lon = where[plain[hits]], at[plain[hits]]
        for one in np.flatnonzero(polar):
            reach = np.flatnonzero(self._reaches(float(lats[where[one]])))
            point = np.append(point, np.full(len(reach), where[one]))
            lon = np.append(lon, np.full(len(reach), at[one]))
            pieces = np.append(pieces, reach)
        return point, pieces, lon

    def _reaches(self, pole: float) -> NDArray[np.bool_]:
        return self._top[:, 3] >= pole if pole > 0 else self._top[:, 1] <= pole

    def _within(self, fence: Indices, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        centre = self._circle[fence]
        away = distance_m(centre[:, 0], centre[:, 1], lon, lat)
        return np.asarray(away <= centre[:, 2])

    def _in_force(self, at: datetime) -> NDArray[np.bool_]:
        second = at.timestamp()
        return np.asarray((self._since <= second) & (second < self._until))

    def _meets(self, one: int, area: Area, shapes: list[shapely.Polygon]) -> bool:
        """Whether a fence that is near truly meets the area."""
        own = self.all[one].area
        if isinstance(own, Circle) and isinstance(area, Circle):
            between = distance_m(own.lon, own.lat, area.lon, area.lat)
            return bool(between <= own.radius_m + area.radius_m)
        if isinstance(own, Circle):
            return any(shapely.intersects(part, shapes).any() for part in outline(own).geoms)
        return True

    @cached_property
    def ids(self) -> tuple[ThingId, ...]:
        """The ids in the order of answers."""
        return tuple(one.id for one in self.all)


def _shapes(one: Circle | shapely.Polygon) -> Iterator[shapely.Polygon]:
    if isinstance(one, Circle):
        yield from outline(one).geoms
    else:
        yield one


def _pieces(area: Area) -> Iterator[shapely.Polygon]:
    """What is searched by its box: each polygon; of a circle, the boxes around it."""
    if not isinstance(area, Circle):
        yield from area.geoms
        return
    # INVARIANT: a box is a hair wider than its circle, so that rounding loses no point.
    reach = degrees(area.radius_m / EARTH_M) * (1 + 1e-9) + 1e-9
    south, north = max(-_POLE, area.lat - reach), min(_POLE, area.lat + reach)
    if south == -_POLE or north == _POLE:
        yield shapely.box(-_HALF, south, _HALF, north)
        return
    ratio = np.sin(np.radians(reach)) / np.cos(np.radians(area.lat))
    wide = float(np.degrees(np.arcsin(min(1.0, ratio)))) + 1e-9
    west, east = area.lon - wide, area.lon + wide
    yield shapely.box(max(west, -_HALF), south, min(east, _HALF), north)
    if west < -_HALF:
        yield shapely.box(west + 2 * _HALF, south, _HALF, north)
    if east > _HALF:
        yield shapely.box(-_HALF, south, east - 2 * _HALF, north)


def _circle(area: Area) -> tuple[float, float, float]:
    return (area.lon, area.lat, area.radius_m) if isinstance(area, Circle) else (inf, inf, inf)


def _second(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()
