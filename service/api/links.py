"""Links over HTTP: accounts that may be customers', for a person to compare."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service.api.answers import answer, principal, world
from service.bodies import Model
from service.linking import shown
from service.problems import not_found

bp = APIBlueprint("links", __name__, url_prefix="/v1/links", tag="Links")

_EXAMPLE = "link/5f1c9a3e7b2d4860a1c2e3f405162738"


class LinksIn(Model):
    """How many suggested links are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"limit": 50}})

    limit: Annotated[int, Field(ge=1, le=200)] = 50


@bp.get("")
@bp.input(LinksIn, location="query")
@bp.doc(
    summary="Accounts that may be customers', by name, which nobody has compared yet.",
    responses={200: "The links that wait, the next to expire first."},
)
def index(query_data: LinksIn) -> Response:
    """The links that wait for a person."""
    here = world()
    waiting = here.due_now().queue(kinds=("link",), limit=query_data.limit)
    items: list[Json] = [shown(here, one.thing, principal().roles) for one in waiting]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One link: both sides as far as it takes to compare them, the score and by what.",
    responses={200: "The link.", 404: "There is no such link."},
)
def one(local: str) -> Response:
    """One link with both sides."""
    found = shown(world(), ThingId(f"link/{local}"), principal().roles)
    if found is None:
        raise not_found("link", f"link/{local[:140]}", _EXAMPLE)
    return answer(found)
