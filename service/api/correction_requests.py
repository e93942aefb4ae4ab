"""Correction requests over HTTP: what outlets are asked to put right, and what came of it."""

from http import HTTPStatus
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import correction_requests
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.committing import ThingUnknown
from service.correction_requests import CorrectionIn
from service.problems import not_found
from service.showing import listed, shown

bp = APIBlueprint(
    "correction_requests", __name__, url_prefix="/v1/correction-requests", tag="Press"
)


class CorrectionsIn(Model):
    """Which correction requests are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "state": "owed"}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: (
        Literal[
            "owed", "asked", "silent", "corrected", "clarified", "refused", "no-answer", "dropped"
        ]
        | None
    ) = None


@bp.post("")
@bp.input(CorrectionIn)
@bp.doc(
    summary="Write down what an outlet published wrongly, and what it is asked to do.",
    responses={201: "The request, to be sent.", 422: "It does not fit, or names nothing."},
)
def create(json_data: CorrectionIn) -> Response:
    """Write it down."""
    here = world()
    actor = principal().actor(None)
    event = correction_requests.request(here, json_data, actor, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/correction-requests/{event.subject.partition('/')[2]}"}
    return answer(shown(here, event.subject, principal().roles), HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(CorrectionsIn, location="query")
@bp.doc(
    summary="Correction requests, of an incident or in a state.",
    responses={200: "All that were asked for."},
)
def index(query_data: CorrectionsIn) -> Response:
    """Those of an incident or in a state."""
    here = world()
    here.catch_up()
    found = listed(here, "CorrectionRequest", incident=query_data.incident, state=query_data.state)
    items: list[Json] = [shown(here, one, principal().roles) for one in found]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One correction request: what is wrong, what is asked for, what came of it.",
    responses={200: "The request.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    thing = ThingId(f"{correction_requests.KIND}/{local}")
    try:
        return answer(shown(here, thing, principal().roles))
    except ThingUnknown as error:
        example = "correction-request/bronx-times-1"
        raise not_found("correction request", local[:140], example) from error
