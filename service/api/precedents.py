"""Precedents over HTTP: what happened before that was like this, and what became of it."""

from apiflask import APIBlueprint
from flask import Response

from knowledge.precedents import Filters
from service.api.answers import answer, world
from service.api.decisions import hit_json
from service.bodies import Search

bp = APIBlueprint("precedents", __name__, url_prefix="/v1/precedents", tag="Precedents")


@bp.get("")
@bp.input(Search, location="query")
@bp.doc(summary="Search precedent cases by meaning.", responses={200: "Cases, nearest first."})
def search(query_data: Search) -> Response:
    """The best cases within the filters, by meaning and words together."""
    asked = query_data.model_dump(exclude={"q", "top"}, exclude_none=True)
    filters = Filters(**{name: frozenset({value}) for name, value in asked.items()})
    index = world().perception.precedents()
    hits = index.search(query_data.q, top=query_data.top, filters=filters)
    return answer({"items": [hit_json(hit) for hit in hits], "searched": len(index)})
