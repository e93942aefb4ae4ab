"""Activities over HTTP: paid posts, offers and surveys that go out, and the holds over them."""

from http import HTTPStatus
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import activities
from service.activities import ActivityIn
from service.api.answers import answer, idempotency, principal, world
from service.audiences import audience_of, held_over
from service.bodies import Model
from service.committing import ThingUnknown
from service.problems import not_found
from service.showing import listed, shown

bp = APIBlueprint("activities", __name__, url_prefix="/v1", tag="Messages")


class ActivitiesIn(Model):
    """Which activities are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "held"}})

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: Literal["planned", "running", "held", "ended", "cancelled"] | None = None


@bp.post("/activities")
@bp.input(ActivityIn)
@bp.doc(
    summary="Plan a paid post, an offer or a survey, with whom it reaches and when.",
    responses={
        201: "The activity.",
        409: "A hold stands over those whom it reaches.",
        422: "It does not fit, or names what does not stand.",
    },
)
def create(json_data: ActivityIn) -> Response:
    """Plan it."""
    here = world()
    event = activities.plan(here, json_data, principal().actor(None), idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/activities/{event.subject.partition('/')[2]}"}
    return answer(shown(here, event.subject, principal().roles), HTTPStatus.CREATED, headers)


@bp.get("/activities")
@bp.input(ActivitiesIn, location="query")
@bp.doc(
    summary="Activities, named for an incident or in a state.",
    responses={200: "All that were asked for."},
)
def index(query_data: ActivitiesIn) -> Response:
    """Those that were asked for."""
    here = world()
    here.catch_up()
    found = listed(here, "Activity", incident=query_data.incident, state=query_data.state)
    items: list[Json] = [shown(here, one, principal().roles) for one in found]
    return answer({"items": items, "cursor": None})


@bp.get("/activities/<string:local>")
@bp.doc(
    summary="One activity, and the holds that stand over whom it reaches.",
    responses={200: "The activity.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    thing = ThingId(f"{activities.KIND}/{local}")
    try:
        body = shown(here, thing, principal().roles)
    except ThingUnknown as error:
        raise not_found(activities.KIND, local[:140], "activity/winter-fares") from error
    over = held_over(here, audience_of(here, thing))
    holds: list[Json] = [{"hold": hold, "why": why} for hold, why in over]
    return answer(body | {"holds": holds})


@bp.get("/holds")
@bp.doc(summary="Every hold, released ones too.", responses={200: "All of them."})
def holds() -> Response:
    """All of them."""
    here = world()
    here.catch_up()
    items: list[Json] = [shown(here, one, principal().roles) for one in listed(here, "Hold")]
    return answer({"items": items, "cursor": None})
