import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.areas import Circle, read_area, square_metres
from knowledge.geofences import Fence, Fences
from loaders import geojson_areas
from loaders.geojson import MOST_BYTES, MOST_FEATURES, GeoJsonInvalid, canonical, feature, read
from loaders.geojson_mistakes import Mistake
from ontology.identity import ThingId

BRONX = [[-73.93, 40.87], [-73.9, 40.87], [-73.9, 40.89], [-73.93, 40.89], [-73.93, 40.87]]
BOW_TIE = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]


def fence(geometry: object, local: object = "bronx", **properties: object) -> dict[str, Any]:
    shown = {"name": "The Bronx", **properties}
    return {"type": "Feature", "id": local, "geometry": geometry, "properties": shown}


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [*rings]}


def point(lon: float, lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat]}


def document(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [*features]}).encode()


def mistakes(*features: object) -> tuple[Mistake, ...]:
    with pytest.raises(GeoJsonInvalid) as caught:
        read(document(*features))
    return caught.value.mistakes


def taken(geometry: object, **properties: object) -> tuple[Fences, list[str]]:
    """The one fence of a document, and the notices."""
    loaded = read(document(fence(geometry, **properties)))
    said = loaded.fences[0].properties
    radius = said.get("radius")
    area = read_area(str(said["area"]), radius if isinstance(radius, float) else None)
    index = Fences([Fence(id=ThingId("geofence/bronx"), area=area)])
    return index, [f"{one.pointer} {one.detail}" for one in loaded.notices]


def test_a_feature_becomes_the_body_of_a_record() -> None:
    said = {
        "region": "region/us-ny",
        "team": "team/new-york-care",
        "languages": ["en", "es"],
        "topics": ["derailment"],
        "templates": ["holding-statement"],
        "aliases": ["Da Bronx"],
        "from": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z",
    }
    (found,) = read(document(fence(polygon(BRONX), **said))).fences
    assert found.id == "geofence/bronx"
    area = found.properties["area"]
    assert dict(found.properties) == {
        "name": "The Bronx",
        "inRegion": "region/us-ny",
        "localTeam": "team/new-york-care",
        "languages": ["en", "es"],
        "topic": ["derailment"],
        "template": ["holding-statement"],
        "alias": ["Da Bronx"],
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "area": area,
    }
    assert json.loads(str(area)) == {"type": "MultiPolygon", "coordinates": [[BRONX]]}


def test_what_was_recorded_is_shown_as_the_feature_that_it_was() -> None:
    circle = fence(point(-73.9123, 40.8781), radius_m=500.0, languages=["en"])
    (found,) = read(document(circle)).fences
    held = {n: tuple(v) if isinstance(v, list) else (v,) for n, v in found.properties.items()}
    assert feature(found.id, held) == {**circle, "id": "geofence/bronx"}


def test_a_point_with_a_radius_is_a_circle() -> None:
    fences, notices = taken(point(-73.9, 40.9), radius_m=500)
    assert fences.all[0].area == Circle(lon=-73.9, lat=40.9, radius_m=500)
    assert notices == []


@pytest.mark.parametrize("radius", [None, 0, -5, "500", True, 1e9])
def test_a_point_without_a_sensible_radius_is_no_area(radius: object) -> None:
    (one,) = mistakes(fence(point(-73.9, 40.9), radius_m=radius))
    assert one.pointer == "/features/0/geometry/radius_m"
    assert one.example == '"radius_m": 500'


def test_a_polygon_has_no_radius() -> None:
    (one,) = mistakes(fence(polygon(BRONX), radius_m=5))
    assert "leave radius_m out" in one.detail


def test_holes_are_left_out() -> None:
    hole = [[-73.92, 40.875], [-73.91, 40.875], [-73.91, 40.88], [-73.92, 40.88], [-73.92, 40.875]]
    fences, notices = taken(polygon(BRONX, hole))
    assert not fences.at(-73.915, 40.877)
    assert fences.at(-73.905, 40.877)
    assert notices == []


def test_a_hole_that_sticks_out_is_refused() -> None:
    hole = [[-73.92, 40.8], [-73.91, 40.8], [-73.91, 40.88], [-73.92, 40.88], [-73.92, 40.8]]
    (one,) = mistakes(fence(polygon(BRONX, hole)))
    assert one.pointer == "/features/0/geometry/coordinates/1"
    assert "partly outside" in one.detail


def test_an_open_ring_is_closed_with_a_notice() -> None:
    fences, notices = taken(polygon(BRONX[:-1]))
    assert fences.at(-73.91, 40.88)
    (notice,) = notices
    assert notice.startswith("/features/0/geometry/coordinates/0 the ring was open; it is closed")


def test_a_position_twice_in_a_row_is_taken_once_with_a_notice() -> None:
    _, notices = taken(polygon([BRONX[0], *BRONX]))
    assert notices == [
        "/features/0/geometry/coordinates/0 a position stood twice in a row; it is taken once"
    ]


def test_heights_are_left_out_with_one_notice() -> None:
    _, notices = taken(polygon([[*place, 12.5] for place in BRONX]))
    assert notices == ["/features/0/geometry/coordinates/0 heights are left out; a fence is flat"]


def test_a_small_loop_is_repaired_with_a_notice_of_the_share() -> None:
    loop = [[0, 0], [10, 0], [10, 10], [5, 10], [5.01, 10.02], [5.02, 10], [4.99, 9.999], [0, 10]]
    fences, notices = taken(polygon([*loop, [0, 0]]))
    assert fences.at(5, 5)
    assert "the ring crossed itself; repaired, area changed by 0.0" in notices[0]


def test_a_bow_tie_is_refused_since_no_repair_keeps_its_area() -> None:
    (one,) = mistakes(fence(polygon(BOW_TIE)))
    assert one.pointer == "/features/0/geometry/coordinates/0"
    assert "changes its area by 100.0%, more than 1%" in one.detail


def test_a_ring_that_crosses_itself_very_often_is_refused_at_once() -> None:
    tangle = [[math.sin(n * n), math.cos(n * n * n)] for n in range(400)]
    (one,) = mistakes(fence(polygon([*tangle, tangle[0]])))
    assert "more than 100 times" in one.detail


def test_parts_over_each_other_are_taken_together_with_a_notice() -> None:
    other = [[lon + 0.01, lat] for lon, lat in BRONX]
    fences, notices = taken({"type": "MultiPolygon", "coordinates": [[BRONX], [other]]})
    assert fences.at(-73.895, 40.88)
    assert "taken together" in notices[0]
    assert fences.all[0].area.is_valid  # type: ignore[union-attr]  # polygons all


def test_latitude_first_is_said_to_be_so_where_the_numbers_prove_it() -> None:
    manila = [[14.5, 120.9], [14.7, 120.9], [14.7, 121.1], [14.5, 121.1], [14.5, 120.9]]
    (one,) = mistakes(fence(polygon(manila)))
    assert "latitude first" in one.detail
    assert (one.value, one.example) == ("[14.5, 120.9]", "[120.9, 14.5]")


def test_latitude_first_is_not_said_where_the_numbers_do_not_prove_it() -> None:
    (one,) = mistakes(fence(polygon([[200, 10], [10, 20], [15, 10], [200, 10]])))[:1]
    assert "longitude beyond -180..180; the same meridian is -160" in one.detail
    assert one.pointer == "/features/0/geometry/coordinates/0/0"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ([0, 91], "latitude beyond"),
        ([181, 1], "longitude beyond"),
        ([1], "no position"),
        ([1, 2, 3, 4], "no position"),
        ("1,2", "no position"),
        ([1, "2"], "no number"),
        ([True, 2], "no number"),
        ([None, 2], "no number"),
    ],
)
def test_a_bad_position_is_named_by_its_pointer(place: object, words: str) -> None:
    found = mistakes(fence(polygon([[100, 0], [101, 1], place, [100, 1], [100, 0]])))
    assert found[0].pointer == "/features/0/geometry/coordinates/0/2"
    assert words in found[0].detail


@pytest.mark.parametrize("word", ["NaN", "Infinity", "1e400"])
def test_numbers_that_are_none_are_refused(word: str) -> None:
    text = document(fence(polygon(BRONX))).replace(b"-73.93", word.encode(), 1)
    with pytest.raises(GeoJsonInvalid, match=r"no JSON|not finite"):
        read(text)


def test_a_side_of_more_than_half_a_turn_crosses_the_antimeridian_with_a_notice() -> None:
    ring = [[178, -18], [-179, -18], [-179, -16], [178, -16], [178, -18]]
    fences, notices = taken(polygon(ring))
    assert fences.at(179.5, -17)
    assert fences.at(-179.5, -17)
    assert not fences.at(0, -17)
    assert "crossing the antimeridian" in notices[0]


def test_a_split_multipolygon_and_the_unsplit_ring_are_the_same_fence() -> None:
    west = [[178, -18], [180, -18], [180, -16], [178, -16], [178, -18]]
    east = [[-180, -18], [-179, -18], [-179, -16], [-180, -16], [-180, -18]]
    split, _ = taken({"type": "MultiPolygon", "coordinates": [[west], [east]]})
    whole, _ = taken(polygon([[178, -18], [-179, -18], [-179, -16], [178, -16], [178, -18]]))
    assert square_metres(split.all[0].area) == pytest.approx(square_metres(whole.all[0].area))
    for lon in (178, 179, 180, -180, -179.5, -179):
        assert bool(split.at(lon, -17)) is bool(whole.at(lon, -17)) is True


def test_a_polar_cap_holds_its_pole() -> None:
    fences, _ = taken(polygon([[0, 80], [90, 80], [180, 80], [-90, 80], [0, 80]]))
    assert fences.at(45, 90)
    assert fences.at(-135, 85)
    assert not fences.at(45, 75)


def test_a_ring_around_an_unknown_pole_is_refused() -> None:
    (one,) = mistakes(fence(polygon([[0, 10], [90, -10], [179, 10], [-90, 10], [0, 10]])))
    assert "which pole" in one.detail


def test_a_fence_so_small_that_it_tells_a_house_is_refused() -> None:
    (one,) = mistakes(fence(point(0, 0), radius_m=50))
    assert "in which house a person is" in one.detail
    assert taken(point(0, 0), radius_m=57)


@pytest.mark.parametrize(
    ("one", "pointer", "words"),
    [
        ({"type": "Polygon"}, "/features/0", "no Feature"),
        (fence(None), "/features/0/geometry", "no area"),
        (fence({"type": "LineString", "coordinates": []}), "/features/0/geometry/type", "no area"),
        (fence(polygon()), "/features/0/geometry/coordinates", "no list of rings"),
        (fence(polygon([])), "/features/0/geometry/coordinates/0", "three different"),
        (fence(polygon(BRONX[:2])), "/features/0/geometry/coordinates/0", "three different"),
        (fence(polygon(BRONX), local=None), "/features/0/id", "is missing"),
        (fence(polygon(BRONX), local="the bronx"), "/features/0/id", "no id of a geofence"),
        (fence(polygon(BRONX), name=" "), "/features/0/properties/name", "has a name"),
        (
            fence(polygon(BRONX), langauges=["en"]),
            "/features/0/properties/langauges",
            "did you mean 'languages'",
        ),
    ],
)
def test_a_mistake_has_pointer_value_and_a_valid_example(
    one: object, pointer: str, words: str
) -> None:
    found = mistakes(one)[0]
    assert found.pointer == pointer
    assert words in found.detail
    assert found.value
    assert found.example


def test_the_same_id_twice_is_refused() -> None:
    (one,) = mistakes(fence(polygon(BRONX)), fence(point(0, 0), radius_m=900))
    assert (one.pointer, one.detail) == ("/features/1/id", "stands at /features/0/id, too")


def test_members_that_nobody_knows_are_left_out_with_a_notice() -> None:
    _, notices = taken(polygon(BRONX), OBJECTID=7, population=1_400_000)
    (notice,) = notices
    assert notice.endswith("does not know are left out: 'OBJECTID', 'population'")


def test_another_reference_system_is_refused() -> None:
    said = json.loads(document(fence(polygon(BRONX))))
    said["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    with pytest.raises(GeoJsonInvalid, match="WGS 84 only"):
        read(json.dumps(said).encode())
    said["crs"]["properties"]["name"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
    assert read(json.dumps(said).encode()).fences


@pytest.mark.parametrize("text", [b"", b"[1", b"\xff\xfe", b"42", b'{"type": "Topology"}'])
def test_what_is_no_feature_collection_is_refused(text: bytes) -> None:
    with pytest.raises(GeoJsonInvalid, match=r"no JSON|no FeatureCollection"):
        read(text)


def test_huge_documents_are_refused_before_they_are_read() -> None:
    with pytest.raises(GeoJsonInvalid, match="more than 8388608"):
        read(b" " * (MOST_BYTES + 1))
    with pytest.raises(GeoJsonInvalid, match="more than 5000"):
        read(document(*[{}] * (MOST_FEATURES + 1)))


def test_a_fence_of_too_many_corners_is_refused() -> None:
    ring = [[math.cos(n / 4000), math.sin(n / 4000)] for n in range(geojson_areas.MOST_CORNERS)]
    found = mistakes(fence(polygon([*ring, ring[0]])))
    assert [one.detail for one in found] == ["a fence has at most 10000 corners; simplify it"]


def test_a_record_can_state_its_area_as_an_object_or_as_text() -> None:
    text, radius = canonical(polygon(BRONX))
    assert canonical(text) == (text, radius) == (text, None)
    assert canonical(point(1, 2), 500.0) == ('{"type":"Point","coordinates":[1.0,2.0]}', 500.0)
    with pytest.raises(GeoJsonInvalid, match="/area"):
        canonical("POLYGON((0 0))")


NUMBERS = st.one_of(st.integers(-400, 400), st.floats(), st.none(), st.text(max_size=3))
JUNK = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(
            st.sampled_from(["type", "coordinates", "features", "geometry", "properties", "id"]),
            st.one_of(inner, st.sampled_from(["Feature", "Polygon", "Point", "MultiPolygon"])),
            max_size=5,
        ),
    ),
    max_leaves=30,
)


@given(JUNK)
def test_whatever_stands_in_a_document_it_is_read_or_refused(junk: object) -> None:
    for text in (json.dumps(junk), json.dumps({"type": "FeatureCollection", "features": [junk]})):
        try:
            read(text.encode())
        except GeoJsonInvalid as error:
            assert error.mistakes  # noqa: PT017 - both ends are right


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-180, 180), st.integers(-90, 90)), max_size=7), max_size=3
    )
)
def test_whatever_rings_are_drawn_a_fence_is_valid_or_refused(
    rings: list[list[tuple[int, int]]],
) -> None:
    try:
        fences, _ = taken(polygon(*[[[lon, lat] for lon, lat in ring] for ring in rings]))
    except GeoJsonInvalid as error:
        assert all(one.pointer.startswith("/features/0") for one in error.mistakes)  # noqa: PT017
    else:
        area = fences.all[0].area
        assert not isinstance(area, Circle)
        assert area.is_valid
        assert square_metres(area) >= geojson_areas.SMALLEST_M2
