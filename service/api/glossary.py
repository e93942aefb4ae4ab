"""The glossary over HTTP: what things are called in a place, and what a text calls them."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import glossaries
from service.api.answers import answer, world
from service.bodies import Model, Text
from service.message_bodies import Language
from service.problems import Fault, unprocessable
from service.world import World

bp = APIBlueprint("glossary", __name__, url_prefix="/v1/glossary", tag="Messages")

_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]


class TermsIn(Model):
    """Where terms are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"language": "fr", "region": "region/ca-on"}},
    )

    language: Language
    region: _Region | None = None
    term: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,79}$")] | None = None


class PassageIn(Model):
    """A text, and where it would be read."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": "Un bus de remplacement part à midi.",
                "language": "fr",
                "region": "region/ca-on",
            }
        },
    )

    text: Text
    language: Language
    region: _Region | None = None


@bp.get("")
@bp.input(TermsIn, location="query")
@bp.doc(
    summary="What things are called in a language and region, and what nobody calls them there.",
    responses={200: "Terms, glossary by glossary.", 422: "There is no such region or term."},
)
def index(query_data: TermsIn) -> Response:
    """The terms as they hold there."""
    here = _at(query_data.region)
    found = glossaries.called(here, query_data.language, query_data.region)
    items: list[Json] = [
        glossaries.shown(one) for one in found if query_data.term in {None, one.term.name}
    ]
    if found and not items:
        first = found[0].term.name
        words = "is no term here; GET /v1/glossary lists them"
        raise unprocessable(
            [Fault(pointer="/term", detail=words, value=query_data.term, example=first)]
        )
    return answer({"items": items, "cursor": None})


@bp.post("/reading")
@bp.input(PassageIn)
@bp.doc(
    summary="What a text says that nobody says there, with the approved wording; nothing is kept.",
    responses={200: "Findings in the order of the text.", 422: "There is no such region."},
)
def reading(json_data: PassageIn) -> Response:
    """Read it."""
    here = _at(json_data.region)
    found = glossaries.of_text(here, json_data.text, json_data.language, json_data.region)
    return answer(found)


def _at(region: str | None) -> World:
    here = world()
    here.catch_up()
    if region is not None and not here.graph.exists(ThingId(region)):
        known = here.graph.of_type("Region")
        words = "is no region here; put it first, or leave it out"
        raise unprocessable(
            [Fault(pointer="/region", detail=words, value=region, example=next(iter(known), None))]
        )
    return here
