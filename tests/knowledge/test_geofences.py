from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon

from knowledge.areas import Circle, distance_m, folded, polygons
from knowledge.geofences import Fence, Fences
from ontology.identity import ThingId

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def fence(name: str, area: MultiPolygon | Circle, **more: datetime) -> Fence:
    return Fence(id=ThingId(f"geofence/{name}"), area=area, **more)


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon([shapely.box(west, south, east, north)])


def names(found: tuple[Fence, ...]) -> list[str]:
    return [one.id.partition("/")[2] for one in found]


@st.composite
def star(draw: st.DrawFn) -> Polygon:
    """A star-shaped polygon around a point, perhaps with a hole around its middle."""
    lon, lat = draw(st.integers(-60, 60)), draw(st.integers(-60, 60))
    corners = draw(st.integers(3, 12))
    lengths = draw(st.lists(st.integers(4, 25), min_size=corners, max_size=corners))
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    rays = np.column_stack([np.cos(turns), np.sin(turns)])
    outer = np.array([lon, lat]) + rays * np.array(lengths)[:, None]
    holes = [np.array([lon, lat]) + rays * 0.5] if draw(st.booleans()) else []
    return Polygon(outer, holes)


POINTS = st.lists(
    st.tuples(st.floats(-85, 85, width=32), st.floats(-85, 85, width=32)), min_size=1, max_size=30
)


@given(st.lists(star(), min_size=1, max_size=8), POINTS)
def test_points_lie_where_plain_shapely_says(
    shapes: list[Polygon], points: list[tuple[float, float]]
) -> None:
    fences = Fences(fence(str(n), polygons(shape)) for n, shape in enumerate(shapes))
    for lon, lat in points:
        plain = {n for n, shape in enumerate(shapes) if shape.intersects(Point(lon, lat))}
        assert {int(name) for name in names(fences.at(lon, lat))} == plain


@given(st.lists(star(), min_size=1, max_size=6), st.integers(0, 11), POINTS)
def test_where_a_ring_starts_and_its_sense_change_nothing(
    shapes: list[Polygon], start: int, points: list[tuple[float, float]]
) -> None:
    def rotated(shape: Polygon) -> Polygon:
        ring = list(shape.exterior.coords)[:-1]
        start_at = start % len(ring)
        return Polygon([*ring[start_at:], *ring[:start_at]][::-1], list(shape.interiors))

    plain = Fences(fence(str(n), polygons(one)) for n, one in enumerate(shapes))
    turned = Fences(fence(str(n), polygons(rotated(one))) for n, one in enumerate(shapes))
    for lon, lat in points:
        assert set(names(plain.at(lon, lat))) == set(names(turned.at(lon, lat)))


@given(
    st.lists(star(), min_size=1, max_size=5),
    st.sampled_from([-170, -120, -64, 32, 100, 128, 180]),
    st.lists(st.tuples(st.integers(-340, 340), st.integers(-340, 340)), min_size=1, max_size=25),
)
def test_a_world_turned_over_the_antimeridian_gives_the_same_answers(
    shapes: list[Polygon], by: int, points: list[tuple[int, int]]
) -> None:
    def turned(lon: float) -> float:
        return (lon + by + 180) % 360 - 180

    def ring(shape: Polygon) -> list[tuple[float, float]]:
        return [(turned(lon), lat) for lon, lat in shape.exterior.coords]

    whole = [Polygon(shape.exterior) for shape in shapes]
    plain = Fences(fence(str(n), polygons(one)) for n, one in enumerate(whole))
    moved = Fences(fence(str(n), folded(ring(one))) for n, one in enumerate(whole))
    for x, y in points:
        lon, lat = x / 4 + 0.03125, y / 4 + 0.03125
        close = any(one.exterior.distance(Point(lon, lat)) < 1e-6 for one in whole)
        if not close:  # turning rounds the corners by some 1e-14 degrees
            assert set(names(plain.at(lon, lat))) == set(names(moved.at(turned(lon), lat)))


@given(
    st.lists(
        st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(1e3, 1.2e7)),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20),
)
def test_circles_hold_what_lies_within_their_radius_along_the_great_circle(
    circles: list[tuple[float, float, float]], points: list[tuple[float, float]]
) -> None:
    fences = Fences(
        fence(str(n), Circle(lon=lon, lat=lat, radius_m=radius))
        for n, (lon, lat, radius) in enumerate(circles)
    )
    for lon, lat in points:
        plain = {
            n for n, (x, y, radius) in enumerate(circles) if distance_m(x, y, lon, lat) <= radius
        }
        assert {int(name) for name in names(fences.at(lon, lat))} == plain


@settings(max_examples=25)
@given(st.lists(star(), min_size=1, max_size=6), POINTS)
def test_many_points_at_once_are_the_same_as_one_by_one(
    shapes: list[Polygon], points: list[tuple[float, float]]
) -> None:
    fences = Fences(fence(str(n), polygons(shape)) for n, shape in enumerate(shapes))
    lons, lats = np.array(points).T
    found: list[list[str]] = [[] for _ in points]
    for point, one in zip(*fences.pairs(lons, lats), strict=True):
        found[point].append(fences.ids[one])
    assert found == [[one.id for one in fences.at(lon, lat)] for lon, lat in points]


def test_what_lies_in_a_hole_is_outside_and_the_edge_of_the_hole_inside() -> None:
    pierced = polygons(box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6)))
    fences = Fences([fence("ring", pierced)])
    assert [names(fences.at(x, 5)) for x in (3, 4, 5, 6, 7)] == [["ring"]] * 2 + [[]] + [
        ["ring"]
    ] * 2


def test_corners_and_sides_belong_to_every_fence_that_meets_there() -> None:
    fences = Fences([fence("west", box(0, 0, 5, 5)), fence("east", box(5, 0, 9, 5))])
    assert names(fences.at(5, 2)) == ["east", "west"]
    assert names(fences.at(0, 0)) == ["west"]


@pytest.mark.parametrize("lon", [180.0, -180.0])
def test_both_names_of_the_antimeridian_are_one_place(lon: float) -> None:
    fences = Fences([fence("west", box(170, 0, 180, 9)), fence("east", box(-180, 0, -170, 9))])
    assert names(fences.at(lon, 4)) == ["east", "west"]


@pytest.mark.parametrize("lon", [-180.0, -33.0, 0.0, 180.0])
def test_a_pole_is_one_place_whatever_its_longitude(lon: float) -> None:
    fences = Fences([fence("slice", box(10, 80, 20, 90)), fence("below", box(10, 70, 20, 89))])
    assert names(fences.at(lon, 90)) == ["slice"]


def test_the_smallest_comes_first_and_equals_by_name() -> None:
    fences = Fences(
        [
            fence("land", box(0, 0, 20, 20)),
            fence("b", box(5, 5, 6, 6)),
            fence("a", box(5, 5, 6, 6)),
            fence("station", Circle(lon=5.5, lat=5.5, radius_m=200)),
        ]
    )
    assert names(fences.at(5.5, 5.5)) == ["station", "a", "b", "land"]


def test_a_fence_holds_from_its_first_moment_up_to_its_last() -> None:
    day = timedelta(days=1)
    fences = Fences([fence("fair", box(0, 0, 1, 1), since=NOW, until=NOW + day)])
    asked = [NOW - day, NOW, NOW + day / 2, NOW + day]
    assert [bool(fences.at(0.5, 0.5, at)) for at in asked] == [False, True, True, False]
    assert fences.at(0.5, 0.5)


def test_an_area_finds_the_fences_that_it_touches() -> None:
    fences = Fences(
        [
            fence("station", Circle(lon=1, lat=1, radius_m=5_000)),
            fence("far", Circle(lon=8, lat=8, radius_m=5_000)),
            fence("land", box(0, 0, 20, 20)),
            fence("abroad", box(30, 0, 40, 20)),
        ]
    )
    assert names(fences.touching(box(0.5, 0.5, 2, 2))) == ["station", "land"]
    assert names(fences.touching(box(20, 20, 30, 30))) == ["abroad", "land"]


def test_two_circles_meet_where_their_radii_reach_each_other() -> None:
    apart = float(distance_m(0, 60, 1, 60))
    fences = Fences([fence("one", Circle(lon=0, lat=60, radius_m=apart / 2))])
    near = Circle(lon=1, lat=60, radius_m=apart / 2 + 1)
    assert names(fences.touching(near)) == ["one"]
    assert not fences.touching(Circle(lon=1, lat=60, radius_m=apart / 2 - 1))


def test_a_box_around_a_circle_is_not_the_circle() -> None:
    fences = Fences([fence("round", Circle(lon=0, lat=0, radius_m=100_000))])
    assert not fences.touching(box(0.85, 0.85, 0.9, 0.9))
    assert fences.touching(box(0.6, 0.6, 0.9, 0.9))


def test_no_fences_hold_nothing() -> None:
    empty = Fences([])
    assert empty.at(0, 0) == ()
    assert empty.touching(box(0, 0, 1, 1)) == ()


def test_no_points_are_in_no_fence() -> None:
    point, held = Fences([fence("one", box(0, 0, 1, 1))]).pairs(np.array([]), np.array([]))
    assert len(point) == len(held) == 0
