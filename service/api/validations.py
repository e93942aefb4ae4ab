"""Validations over HTTP: what people are asked, what was said, and the post that is in doubt."""

from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service.api.answers import answer, world
from service.bodies import Model
from service.problems import not_found
from service.validation_view import shown, words
from service.validations import DOUBTS

bp = APIBlueprint("validations", __name__, url_prefix="/v1/validations", tag="Validations")

_EXAMPLE: Final = "validation/5f1c9a3e7b2d4860a1c2e3f405162738"


class ValidationsIn(Model):
    """Which validations are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "open": True}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    open: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@bp.get("")
@bp.input(ValidationsIn, location="query")
@bp.doc(
    summary="Questions to people, the newest first, and how many doubts were only counted.",
    responses={200: "Validations; the words of posts are left to the single one."},
)
def index(query_data: ValidationsIn) -> Response:
    """The newest of them."""
    now = world().validations_now()
    incident = ThingId(query_data.incident) if query_data.incident else None
    known = [*reversed(now.of(incident))] if incident is not None else [*now.newest()]
    found = [one for one in known if query_data.open in {None, one.open}]
    items: list[Json] = [shown(one) for one in found[: query_data.limit]]
    counted: dict[str, Json] = {doubt: now.counted(incident, doubt) for doubt in DOUBTS}
    return answer({"items": items, "counted": counted if incident is not None else None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One question, with the words of the post, if it is about one that is still kept.",
    responses={200: "The validation.", 404: "There is no such validation."},
)
def one(local: str) -> Response:
    """One validation, as the person who judges it needs it."""
    here = world()
    found = here.validations_now().get(ThingId(f"validation/{local}"))
    if found is None:
        raise not_found("validation", f"validation/{local[:140]}", _EXAMPLE)
    return answer(shown(found) | {"text": words(here, found)})
