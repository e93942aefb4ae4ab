"""Temporary routings over HTTP: which there are, where they stand, who could answer."""

from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, world
from service.bodies import Model
from service.problems import not_found
from service.routing_listing import listed, shown

bp = APIBlueprint("routings", __name__, url_prefix="/v1/routings", tag="Temporary routing")

_EXAMPLE: Final = "routing/families-to-care-desk"


class RoutingsIn(Model):
    """Which temporary routings are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "confirmed"}})

    state: Annotated[str, Field(pattern="^[a-z][a-z-]{0,39}$")] | None = None


@bp.get("")
@bp.input(RoutingsIn, location="query")
@bp.doc(
    summary="Temporary routings: what goes where, until when, and who could answer now.",
    responses={200: "All that were proposed, by id."},
)
def index(query_data: RoutingsIn) -> Response:
    """All of them, or those in one state."""
    return answer({"items": listed(world(), query_data.state)})


@bp.get("/<string:local>")
@bp.doc(
    summary="One temporary routing as it was approved.",
    responses={200: "The temporary routing.", 404: "None was proposed under that id."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    found = here.temporaries.get(ThingId(f"routing/{local}"))
    if found is None:
        raise not_found("proposed temporary routing", f"routing/{local[:140]}", _EXAMPLE)
    return answer(shown(here, found))
