"""Geofences over HTTP: put as GeoJSON, shown as GeoJSON, and asked where something lies."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Self

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ConfigDict, Field, model_validator

from loaders.geojson import read
from loaders.geojson_mistakes import GeoJsonInvalid, Mistake
from ontology.events import Json
from service import fencing
from service.api.answers import answer, principal, world
from service.bodies import Model, Moment, Page, PlaceName, Point, Text
from service.problems import Fault, ProblemError, unprocessable

bp = APIBlueprint("geofences", __name__, url_prefix="/v1/geofences", tag="Geofences")

MOST_POINTS: Final = 10_000


class LocateIn(Model):
    """What to locate: points, or an area, or the name of a place, or the words of a text."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"points": [{"lat": 40.8781, "lon": -73.9123}]}},
    )

    points: Annotated[list[Point], Field(max_length=MOST_POINTS)] | None = None
    area: dict[str, Any] | None = None
    radius_m: float | None = None
    place: PlaceName | None = None
    text: Text | None = None
    at: Moment | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if all(one is None for one in (self.points, self.area, self.place, self.text)):
            raise ValueError("names nothing to locate: give points, area, place or text")
        return self


@bp.put("")
@bp.doc(
    summary="Put geofences as GeoJSON, each through the gate; the same ones twice change nothing.",
    responses={200: "Which stand now, and what was changed on the way in.", 422: "No geofences."},
)
def put() -> Response:
    """Read, judge, record; mistakes in the document leave all of it out."""
    try:
        loaded = read(request.get_data(cache=False))
    except GeoJsonInvalid as error:
        raise _refused(error) from error
    done = fencing.put_fences(world(), loaded, principal().actor())
    if done.refused and not done.put:
        raise unprocessable([_fault(one) for one in done.refused])
    body: dict[str, Json] = {
        "put": [*done.put],
        "new": done.new,
        "refused": [_fault(one).json() for one in done.refused],
        "notices": [{"pointer": one.pointer, "detail": one.detail} for one in done.notices],
    }
    return answer(body)


@bp.get("")
@bp.input(Page, location="query")
@bp.doc(summary="The geofences as GeoJSON, by id.", responses={200: "A FeatureCollection."})
def index(query_data: Page) -> Response:
    """A page of geofences."""
    places = world().places()
    start = int(query_data.cursor or 0)
    fences = sorted(places.told)
    share = fences[start : start + query_data.limit]
    after = start + len(share)
    cursor = str(after) if after < len(fences) else None
    return answer({**fencing.collection(places, share), "cursor": cursor})


@bp.post("/locate")
@bp.input(LocateIn)
@bp.doc(
    summary="Which geofences and regions points, an area, a place name or a text lie in.",
    responses={200: "What was found; nothing of it is recorded.", 422: "Nothing to locate."},
)
def locate(json_data: LocateIn) -> Response:
    """Locate without keeping anything."""
    here = world()
    places, at = here.places(), json_data.at or here.clock.now()
    body: dict[str, Json] = {}
    if json_data.points is not None:
        rows = fencing.points(places, [(one.lon, one.lat) for one in json_data.points], at)
        body["points"] = [[*row] for row in rows]
    if json_data.area is not None:
        try:
            area = fencing.area(json_data.area, json_data.radius_m)
        except GeoJsonInvalid as error:
            raise _refused(error) from error
        body["area"] = [one.id for one in places.fences.touching(area, at)]
    if json_data.place is not None:
        body["place"] = fencing.named(places.named(json_data.place, at))
    if json_data.text is not None:
        body["text"] = fencing.spoken(places, json_data.text)
    return answer({**body, "geofences": fencing.about(places, _fences(body))})


def _fences(body: dict[str, Json]) -> list[Any]:
    rows = body.get("points")
    area, place = body.get("area"), body.get("place")
    found = [one for row in rows for one in row] if isinstance(rows, list) else []  # type: ignore[union-attr] # rows of ids
    found += area if isinstance(area, list) else []
    named = place.get("geofences") if isinstance(place, dict) else None
    return found + (named if isinstance(named, list) else [])


def _refused(error: GeoJsonInvalid) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-geojson",
        "The document is no set of geofences; nothing was put.",
        faults=[_fault(one) for one in error.mistakes],
    )


def _fault(one: Mistake) -> Fault:
    return Fault(pointer=one.pointer, detail=one.detail, value=one.value, example=one.example)
