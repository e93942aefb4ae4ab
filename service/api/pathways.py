"""Pathways over HTTP: propose, list, look at one; which of them a message is inside."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import possible
from service import message_view, pathway_proposing, pathways
from service.api.answers import answer, idempotency, principal, world
from service.api.messages import found
from service.committing import ThingUnknown
from service.pathway_bodies import PathwayIn
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.security import Denied
from service.world import World

bp = APIBlueprint("pathways", __name__, url_prefix="/v1", tag="Messages")

_EXAMPLE = "pathway/derailment-first-hour"
_MANY = frozenset(
    {
        "approver",
        "coversAudience",
        "coversChannel",
        "coversClaim",
        "coversRequirement",
        "inRegion",
        "usesStrategy",
    }
)


@bp.post("/pathways")
@bp.input(PathwayIn)
@bp.doc(
    summary="Propose a text for legal to approve beforehand, and how far one may depart from it.",
    responses={201: "The pathway, to be approved.", 422: "It does not fit, or names nothing."},
)
def create(json_data: PathwayIn) -> Response:
    """Write it down."""
    here = world()
    actor = principal().actor(None)
    event = pathway_proposing.propose(here, json_data, actor, idempotency=idempotency())
    here.catch_up()
    body = _told(here, event.subject)
    headers = {"Location": f"/v1/pathways/{event.subject.partition('/')[2]}"}
    return answer(body, HTTPStatus.CREATED, headers)


@bp.get("/pathways")
@bp.doc(summary="Every pathway, with what it covers.", responses={200: "All pathways."})
def index() -> Response:
    """All of them."""
    here = world()
    here.catch_up()
    items: list[Json] = [_told(here, one) for one in pathways.listed(here)]
    return answer({"items": items, "cursor": None})


@bp.get("/pathways/<string:local>")
@bp.doc(
    summary="One pathway: its text, what it covers, what may be done to it.",
    responses={200: "The pathway.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    return answer(_told(here, ThingId(f"{pathways.KIND}/{local}")))


@bp.get("/messages/<string:local>/pathways")
@bp.doc(
    summary="What a message is to every pathway: inside, or outside and by what.",
    responses={
        200: "Every pathway, those that the message is inside first.",
        403: "It answers one person, and you may not read its words.",
        404: "There is no such message.",
    },
)
def of_message(local: str) -> Response:
    """Compare; nothing is recorded."""
    here = world()
    here.catch_up()
    content = found(here, local)
    if message_view.hidden(content, principal().roles):
        readers = ", ".join(sorted(SEE_PEOPLE))
        words = f"{content.id} answers one person; what it says is for {readers}."
        raise Denied(words, unknown=False)
    compared = pathways.compared(here, content, pathways.listed(here), here.clock.now())
    order = sorted(compared, key=lambda one: (not one.inside, one.distance, one.pathway))
    items: list[Json] = [one.json() for one in order]
    return answer({"items": items, "cursor": None})


def _told(here: World, pathway: ThingId) -> dict[str, Json]:
    try:
        shown = pathways.read(here, pathway)
    except ThingUnknown as error:
        raise not_found(pathways.KIND, pathway[:140], _EXAMPLE) from error
    said: dict[str, Json] = {
        name: [*values] if name in _MANY else values[0] for name, values in sorted(shown.items())
    }
    acts = possible(here.lifecycles, pathways.KIND, str(shown["state"][0]), principal().roles)
    return {"id": pathway, **said, "possible": [*acts]}
