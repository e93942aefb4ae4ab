"""Service level agreements over HTTP: propose one, what it would have done, what holds, clocks."""

from http import HTTPStatus
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response

from ontology.identity import ThingId
from service import slas
from service.api.answers import answer, idempotency, principal, world
from service.problems import not_found
from service.showing import shown
from service.sla_bodies import SlaIn
from service.sla_cases import case
from service.sla_joint import KIND
from service.sla_trial import tried
from service.world import World

bp = APIBlueprint("slas", __name__, url_prefix="/v1", tag="Service levels")

_EXAMPLE: Final = "sla/01jd3v5k8xq2m4n6p8r0t2w4y6"


@bp.post("/slas")
@bp.input(SlaIn)
@bp.doc(
    summary="Propose a version of a service level agreement, tried on recorded cases.",
    responses={
        201: "The version with what it would have done; two people put it in force.",
        422: "It does not fit, or names what does not stand.",
    },
)
def create(json_data: SlaIn) -> Response:
    """Write it down."""
    here = world()
    here.catch_up()
    actor = principal().actor(None)
    event = slas.propose(here, json_data, actor, tried, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/slas/{event.subject.partition('/')[2]}"}
    return answer(_told(here, event.subject), HTTPStatus.CREATED, headers)


@bp.get("/slas")
@bp.doc(summary="Every version of every agreement.", responses={200: "All of them."})
def index() -> Response:
    """All of them."""
    here = world()
    here.catch_up()
    return answer({"items": [_told(here, one.id) for one in slas.versions(here)], "cursor": None})


@bp.get("/slas/<string:local>")
@bp.doc(
    summary="One version: scope, targets, hours, what it would have done to recorded cases.",
    responses={200: "The version.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here, thing = world(), ThingId(f"{KIND}/{local[:120]}")
    here.catch_up()
    if here.graph.state(thing) is None:
        raise not_found(KIND, local[:140], _EXAMPLE)
    return answer(_told(here, thing))


@bp.get("/cases/<string:local>/clocks")
@bp.doc(
    summary="The clocks of a case, and the agreement that holds for it.",
    responses={200: "Its clocks.", 404: "There is no such case, or not when it was opened."},
)
def clocks(local: str) -> Response:
    """Its clocks."""
    here, thing = world(), ThingId(f"case/{local[:120]}")
    here.catch_up()
    found = case(here, thing)
    if found is None:
        raise not_found("case", local[:140], "case/5f1c9a3e7b2d4860a1c2e3f405162738")
    version = slas.holds(slas.in_force(here), found)
    running = [*here.graph.subjects("ofCase", thing)]
    items = [shown(here, one, principal().roles) for one in running]
    return answer({"case": thing, "sla": version.id if version else None, "items": items})


def _told(here: World, thing: ThingId) -> dict[str, Any]:
    said = shown(here, thing, principal().roles)
    found = slas.version(here, thing)
    content = found.content if found is not None else {}
    return {
        **said,
        "sla": found.sla if found is not None else None,
        "number": content.get("number"),
        "begins": content.get("begins"),
        "hours": content.get("hours"),
        "says": content.get("said"),
        "tried": content.get("tried"),
    }
