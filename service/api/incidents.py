"""Incidents over HTTP: how they stand, what is heard of them now, and which are only suspected."""

from typing import Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict

from ontology.identity import ThingId
from service.api.answers import answer, principal, world
from service.bodies import Model
from service.incident_listing import listed, shown
from service.problems import not_found

bp = APIBlueprint("incidents", __name__, url_prefix="/v1/incidents", tag="Incidents")

_State = Literal["candidate", "open", "recovery", "resolved", "closed", "merged", "dismissed"]


class IncidentsIn(Model):
    """Which incidents are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "candidate"}})

    state: _State | None = None


@bp.get("")
@bp.input(IncidentsIn, location="query")
@bp.doc(
    summary="Every incident with state and standing tier; candidates with their growth.",
    responses={200: "Incidents."},
)
def index(query_data: IncidentsIn) -> Response:
    """All incidents, or those in a state, in the order in which they became known."""
    return answer({"items": listed(world(), query_data.state), "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One incident: state, tier, scope, its spread now, exemplars of a candidate.",
    responses={200: "The incident.", 404: "There is no such incident."},
)
def one(local: str) -> Response:
    """One incident with the spread facts that a decision would see now."""
    here = world()
    found = here.incidents.get(ThingId(f"incident/{local}"))
    if found is None:
        raise not_found("incident", f"incident/{local[:140]}", "incident/2013-ny-train")
    return answer(shown(here, found, principal().roles))
