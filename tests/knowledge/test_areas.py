import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge import areas
from knowledge.areas import Circle, distance_m, folded, outline, read_area, square_metres, written

EARTH_KM2 = 4 * math.pi * 6371.0088**2
LON, LAT = st.floats(-179.0, 179.0), st.floats(-80.0, 80.0)
BOX = [(10.0, 40.0), (14.0, 40.0), (14.0, 44.0), (10.0, 44.0), (10.0, 40.0)]


def shifted(ring: list[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    """A ring turned around the axis, each longitude back in -180..180."""
    return [((lon + by + 180) % 360 - 180, lat) for lon, lat in ring]


def test_the_whole_earth_has_the_area_of_its_sphere() -> None:
    whole = folded([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)])
    assert square_metres(whole) / 1e6 == pytest.approx(EARTH_KM2, rel=1e-9)


def test_an_octant_is_an_eighth_of_the_earth() -> None:
    octant = folded([(0, 0), (90, 0), (90, 90), (0, 90), (0, 0)])
    assert square_metres(octant) / 1e6 == pytest.approx(EARTH_KM2 / 8, rel=1e-9)


def test_a_hole_is_no_area() -> None:
    full, hole = folded(BOX), shapely.box(11, 41, 12, 42)
    pierced = areas.polygons(full.difference(hole))
    missing = square_metres(full) - square_metres(pierced)
    assert missing == pytest.approx(square_metres(areas.polygons(hole)), rel=1e-9)


def test_a_small_circle_has_the_area_that_is_taught_at_school() -> None:
    assert square_metres(Circle(lon=0, lat=60, radius_m=100)) == pytest.approx(
        math.pi * 100**2, rel=1e-6
    )


def test_a_circle_of_half_the_way_around_is_the_earth() -> None:
    assert square_metres(Circle(lon=5, lat=5, radius_m=3e7)) / 1e6 == pytest.approx(EARTH_KM2)


@given(LON, LAT, LON, LAT)
def test_distances_are_those_of_the_chord_through_the_earth(
    lon: float, lat: float, lons: float, lats: float
) -> None:
    def point(lon: float, lat: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        a, b = math.radians(lon), math.radians(lat)
        return np.array([math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)])

    chord = float(np.linalg.norm(point(lon, lat) - point(lons, lats)))
    wanted = 2 * areas.EARTH_M * math.asin(min(1.0, chord / 2))
    assert float(distance_m(lon, lat, lons, lats)) == pytest.approx(wanted, rel=1e-6, abs=0.01)


@given(st.floats(-180, 180), st.sampled_from(["box", "star"]))
def test_turning_a_ring_over_the_antimeridian_keeps_its_area(by: float, form: str) -> None:
    half = [(10, 40), (12, 41), (14, 40), (13, 42), (14, 44)]
    star = [*half, (12, 43), (10, 44), (11, 42), (10, 40)]
    ring = BOX if form == "box" else [(float(x), float(y)) for x, y in star]
    turned = folded(shifted(ring, by))
    assert square_metres(turned) == pytest.approx(square_metres(folded(ring)), rel=1e-9)
    west, _, east, _ = turned.bounds
    assert -180 <= west <= east <= 180
    assert turned.is_valid


def test_a_ring_over_the_antimeridian_becomes_two_parts() -> None:
    parts = folded([(170, 10), (-170, 10), (-170, 20), (170, 20), (170, 10)])
    assert sorted(part.bounds[0] for part in parts.geoms) == [-180, 170]


@pytest.mark.parametrize("pole", [90, -90])
def test_a_ring_around_a_pole_holds_the_pole(pole: int) -> None:
    lat = math.copysign(70, pole)
    cap = folded([(0, lat), (90, lat), (179, lat), (-90, lat), (0, lat)])
    wanted = square_metres(Circle(lon=0, lat=pole, radius_m=areas.EARTH_M * math.radians(20)))
    assert square_metres(cap) == pytest.approx(wanted, rel=1e-9)
    assert cap.bounds[3 if pole > 0 else 1] == pole


def test_a_ring_around_a_pole_on_both_sides_of_the_equator_is_refused() -> None:
    with pytest.raises(ValueError, match="which pole"):
        folded([(0, 10), (90, -10), (179, 10), (-90, 10), (0, 10)])


def test_a_cap_written_along_the_pole_is_taken_as_it_stands() -> None:
    cap = folded([(-180, 70), (180, 70), (180, 90), (-180, 90), (-180, 70)])
    wanted = square_metres(Circle(lon=0, lat=90, radius_m=areas.EARTH_M * math.radians(20)))
    assert square_metres(cap) == pytest.approx(wanted, rel=1e-9)


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(100, 5e6))
def test_the_outline_of_a_circle_holds_it_and_hardly_more(
    lon: float, lat: float, radius: float
) -> None:
    circle = Circle(lon=lon, lat=lat, radius_m=radius)
    around = outline(circle)
    assert around.is_valid
    near_a_pole = abs(lat) > 60 or radius > 2e6  # straight edges of the map stand out there
    more = square_metres(around) / square_metres(circle)
    assert 0.97 <= more <= (1.1 if near_a_pole else 1.03)


@pytest.mark.parametrize("area", [folded(BOX), Circle(lon=1.5, lat=2.5, radius_m=300.0)])
def test_an_area_is_read_back_as_it_was_written(area: areas.Area) -> None:
    radius = area.radius_m if isinstance(area, Circle) else None
    assert read_area(written(area), radius) == area


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(100, 5e6), st.floats(0, 2 * math.pi))
@example(lon=-52.80981770752949, lat=89.0, radius=2004709.5, bearing=0.0)
def test_what_lies_well_within_a_circle_lies_within_its_outline(
    lon: float, lat: float, radius: float, bearing: float
) -> None:
    reach, start = 0.97 * radius / areas.EARTH_M, math.radians(lat)
    north = math.sin(start) * math.cos(reach) + (
        math.cos(start) * math.sin(reach) * math.cos(bearing)
    )
    east = math.atan2(
        math.sin(bearing) * math.sin(reach) * math.cos(start),
        math.cos(reach) - math.sin(start) * north,
    )
    there = ((lon + math.degrees(east) + 180) % 360 - 180, math.degrees(math.asin(north)))
    assert outline(Circle(lon=lon, lat=lat, radius_m=radius)).intersects(shapely.Point(there))


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), min_size=1, max_size=6))
def test_an_area_cut_around_its_holes_is_the_same_area(corners: list[tuple[int, int]]) -> None:
    whole: Any = shapely.box(0, 0, 10, 10)  # shapely ships no types of its operations
    for x, y in corners:
        whole = whole.difference(shapely.box(x, y, x + 0.9, y + 0.9))
    area = areas.polygons(whole)
    parts = [*areas.without_holes(area)]
    assert not any(part.interiors for part in parts)
    assert sum(part.area for part in parts) == pytest.approx(area.area)
    assert shapely.union_all(parts).symmetric_difference(area).area == pytest.approx(0, abs=1e-9)
