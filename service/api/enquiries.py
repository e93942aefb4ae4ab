"""Press enquiries over HTTP: log one, look at them, write down what was said beside the answer."""

from http import HTTPStatus
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import enquiries, press_view
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.committing import ThingUnknown
from service.enquiry_bodies import EnquiryIn, RemarkIn
from service.problems import not_found
from service.showing import listed

bp = APIBlueprint("enquiries", __name__, url_prefix="/v1/enquiries", tag="Press")

_EXAMPLE = "enquiry/bronx-times-1"


class EnquiriesIn(Model):
    """Which enquiries are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "state": "assigned"}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: Literal["received", "assigned", "answered", "declined", "no-comment"] | None = None


@bp.post("")
@bp.input(EnquiryIn)
@bp.doc(
    summary="Log a press enquiry: who asks what, by when; it stands in the queue by its deadline.",
    responses={201: "The enquiry.", 422: "It does not fit, or names what does not stand."},
)
def create(json_data: EnquiryIn) -> Response:
    """Log it."""
    here = world()
    event = enquiries.receive(here, json_data, principal().actor(None), idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/enquiries/{event.subject.partition('/')[2]}"}
    body = press_view.told(here, event.subject, principal().roles)
    return answer(body, HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(EnquiriesIn, location="query")
@bp.doc(
    summary="Press enquiries, the next deadline first.",
    responses={200: "All that were asked for."},
)
def index(query_data: EnquiriesIn) -> Response:
    """Those of an incident or in a state."""
    here = world()
    here.catch_up()
    found = listed(here, "Enquiry", incident=query_data.incident, state=query_data.state)
    order = sorted(found, key=lambda one: (enquiries.due_of(here, one), one))
    items: list[Json] = [press_view.outlined(here, one, principal().roles) for one in order]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One enquiry, with what other outlets were told on the same topics.",
    responses={200: "The enquiry.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    try:
        body = press_view.told(here, ThingId(f"{enquiries.KIND}/{local}"), principal().roles)
    except ThingUnknown as error:
        raise not_found(enquiries.KIND, local[:140], _EXAMPLE) from error
    return answer(body)


@bp.post("/<string:local>/remarks")
@bp.input(RemarkIn)
@bp.doc(
    summary="Write down what was said to the outlet, on or off the record, or on background.",
    responses={
        201: "The enquiry with its remarks.",
        404: "There is none.",
        422: "It does not fit.",
    },
)
def remark(local: str, json_data: RemarkIn) -> Response:
    """Write it down."""
    here = world()
    here.catch_up()
    enquiry = ThingId(f"{enquiries.KIND}/{local}")
    try:
        enquiries.remark(here, enquiry, json_data, principal().actor(None))
    except ThingUnknown as error:
        raise not_found(enquiries.KIND, local[:140], _EXAMPLE) from error
    here.catch_up()
    return answer(press_view.told(here, enquiry, principal().roles), HTTPStatus.CREATED)
