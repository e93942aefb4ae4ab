"""Debriefs over HTTP: what is due, the agenda, the minutes, and who does what until when."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service import debrief_view
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.committing import ThingUnknown
from service.debrief_actions import ActionIn, assign
from service.problems import not_found

bp = APIBlueprint("debriefs", __name__, url_prefix="/v1", tag="Debriefs")

_EXAMPLE: Final = "debrief/2013-ny-train"


class StateIn(Model):
    """In which state things are to be."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "due"}})

    state: Annotated[str, Field(pattern="^[a-z-]{1,40}$")] | None = None


@bp.get("/debriefs")
@bp.input(StateIn, location="query")
@bp.doc(summary="Debriefs, what is due first.", responses={200: "Debriefs."})
def index(query_data: StateIn) -> Response:
    """Every debrief in a line."""
    return answer({"items": debrief_view.debriefs(world(), query_data.state)})


@bp.get("/debriefs/<string:local>")
@bp.doc(
    summary="One debrief: agenda from the ledger, minutes, actions, local times.",
    responses={200: "The debrief.", 404: "There is no such debrief."},
)
def one(local: str) -> Response:
    """One debrief."""
    try:
        return answer(debrief_view.shown(world(), _thing(local), frozenset(principal().roles)))
    except ThingUnknown as error:
        raise not_found("debrief", f"debrief/{local[:140]}", _EXAMPLE) from error


@bp.post("/debriefs/<string:local>/actions")
@bp.input(ActionIn)
@bp.doc(
    summary="Give one person one thing to do, by a date.",
    responses={
        201: "Assigned.",
        404: "There is no such debrief.",
        409: "The debrief is put off, or a date is past.",
    },
)
def assign_one(local: str, json_data: ActionIn) -> Response:
    """Assign an action."""
    here, thing = world(), _thing(local)
    if here.graph.state(thing) is None:
        raise not_found("debrief", f"debrief/{local[:140]}", _EXAMPLE)
    event = assign(here, thing, json_data, principal().actor(), idempotency=idempotency())
    here.catch_up()
    (row,) = [
        one
        for one in debrief_view.actions(here, debrief=thing)
        if isinstance(one, dict) and one["id"] == event.subject
    ]
    return answer(row if isinstance(row, dict) else {}, HTTPStatus.CREATED)


@bp.get("/actions")
@bp.input(StateIn, location="query")
@bp.doc(summary="Actions of debriefs, what is due first.", responses={200: "Actions."})
def actions(query_data: StateIn) -> Response:
    """Every action."""
    return answer({"items": debrief_view.actions(world(), state=query_data.state)})


def _thing(local: str) -> ThingId:
    return ThingId(f"debrief/{local[:130]}")
