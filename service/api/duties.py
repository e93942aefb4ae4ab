"""Duties over HTTP: what leaders owe their own people, by when, and how well it was met."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, world
from service.bodies import Model
from service.duties import KIND
from service.duty_listing import EXAMPLE, listed, shown
from service.problems import not_found

bp = APIBlueprint("duties", __name__, url_prefix="/v1/duties", tag="Duties")

_State = Literal["owed", "informed", "closing", "late", "met", "ended"]


class DutiesIn(Model):
    """Which duties are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "state": "owed"}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: _State | None = None


@bp.get("")
@bp.input(DutiesIn, location="query")
@bp.doc(
    summary="What leaders owe their own people, and by rule how fast and how well it was said.",
    responses={200: "Duties, the newest first, and a report by rule."},
)
def index(query_data: DutiesIn) -> Response:
    """Duties with a report."""
    here = world()
    here.catch_up()
    return answer(listed(here, incident=query_data.incident, state=query_data.state))


@bp.get("/<string:local>")
@bp.doc(
    summary="One duty: each word that was owed, when it was said, by which message.",
    responses={200: "The duty.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One duty."""
    here, thing = world(), ThingId(f"{KIND}/{local[:120]}")
    here.catch_up()
    found = shown(here, thing)
    if found is None:
        raise not_found(KIND, thing[:140], EXAMPLE)
    return answer(found)
