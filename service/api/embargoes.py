"""Embargoes over HTTP: named outlets get a work before its public time; which ones stand."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.identity import ThingId
from service import embargoes
from service.api.answers import answer, idempotency, principal, world
from service.committing import ThingUnknown
from service.embargoes import EmbargoIn
from service.problems import not_found
from service.showing import listed, shown

bp = APIBlueprint("embargoes", __name__, url_prefix="/v1/embargoes", tag="Press")


@bp.post("")
@bp.input(EmbargoIn)
@bp.doc(
    summary="Keep the work of a message from the public until a set time.",
    responses={201: "The embargo.", 422: "It does not fit, or something of it is public already."},
)
def create(json_data: EmbargoIn) -> Response:
    """Place it."""
    here = world()
    event = embargoes.place(here, json_data, principal().actor(None), idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/embargoes/{event.subject.partition('/')[2]}"}
    return answer(shown(here, event.subject, principal().roles), HTTPStatus.CREATED, headers)


@bp.get("")
@bp.doc(summary="Every embargo, past ones too.", responses={200: "All of them."})
def index() -> Response:
    """All of them."""
    here = world()
    here.catch_up()
    items: list[Json] = [shown(here, one, principal().roles) for one in listed(here, "Embargo")]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One embargo: its work, its outlets, until when.",
    responses={200: "The embargo.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    try:
        return answer(shown(here, ThingId(f"{embargoes.KIND}/{local}"), principal().roles))
    except ThingUnknown as error:
        raise not_found(embargoes.KIND, local[:140], "embargo/findings") from error
