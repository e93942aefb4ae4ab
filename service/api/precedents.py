"""Precedents over HTTP: what happened before that was like this, and what became of it."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field, model_validator

from knowledge.precedents import Filters
from ontology.events import Json
from ontology.identity import ThingId
from service import case_view
from service.api.answers import answer, principal, world
from service.bodies import Model, Search
from service.case_keeping import write
from service.case_search import Asked, may_be_found
from service.case_search import search as find
from service.committing import ThingUnknown
from service.problems import not_found
from service.similar import hit_json

bp = APIBlueprint("precedents", __name__, url_prefix="/v1/precedents", tag="Precedents")

_EXAMPLE: Final = "precedent/case-5f1c9a2b3c4d5e6f"
_HOW: Final = frozenset({"q", "top", "all", "cursor"})

Words = Annotated[str, Field(max_length=8_000)]


class CasesIn(Model):
    """Which cases of this ledger are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "drafted"}})

    state: Annotated[str, Field(pattern="^[a-z-]{1,40}$")] | None = None


class TextIn(Model):
    """Other texts for a case, and why; what is left out stays, what is null is taken away."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lesson": "Name a deputy of legal for every night.",
                "reason": "The lesson named a person.",
            }
        },
    )

    title: Words | None = None
    text: Words | None = None
    said: Words | None = None
    outcome: Words | None = None
    lesson: Words | None = None
    reason: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _something(self) -> "TextIn":
        if not self.model_fields_set - {"reason"}:
            raise ValueError("name at least one text: title, text, said, outcome or lesson")
        return self


@bp.get("")
@bp.input(Search, location="query")
@bp.doc(summary="Search precedent cases by meaning.", responses={200: "Cases, nearest first."})
def search(query_data: Search) -> Response:
    """The best cases within the filters, why each is similar, and counts by facet."""
    asked = query_data.model_dump(exclude=set(_HOW), exclude_none=True)
    filters = Filters(**{name: frozenset({value}) for name, value in asked.items()})
    here = world()
    wanted = Asked(
        text=query_data.q,
        top=query_data.top,
        filters=filters,
        everything=query_data.all,
        cursor=query_data.cursor,
    )
    page = find(here.perception.precedents(), wanted, lambda hit: may_be_found(here, hit))
    items: list[Json] = [
        hit_json(hit) | {"why": why} for hit, why in zip(page.hits, page.why, strict=True)
    ]
    body: dict[str, Json] = {
        "items": items,
        "searched": page.searched,
        "nothing_similar": not items and query_data.cursor is None,
        "weak": page.weak,
        "language": page.language,
        "language_supported": page.understood,
        "absent": [*page.absent],
        "facets": facets_json(page.facets),
        "cursor": page.cursor,
    }
    return answer(body)


@bp.get("/cases")
@bp.input(CasesIn, location="query")
@bp.doc(
    summary="The cases of resolved incidents, checked or not.", responses={200: "Cases, by id."}
)
def cases(query_data: CasesIn) -> Response:
    """Every case of this ledger."""
    return answer({"items": case_view.cases(world(), query_data.state)})


@bp.get("/<string:local>")
@bp.doc(
    summary="One case with its timeline; before it is visible, for those who check it.",
    responses={200: "The case.", 404: "There is none that you may see."},
)
def one(local: str) -> Response:
    """One case."""
    checker = bool(principal().roles & case_view.CHECKERS)
    try:
        return answer(case_view.page(world(), _thing(local), checker=checker))
    except ThingUnknown as error:
        raise not_found("precedent", f"precedent/{local[:140]}", _EXAMPLE) from error


@bp.get("/<string:local>/replaced")
@bp.doc(
    summary="What was replaced in a case so that it names nobody, and what to look at.",
    responses={200: "Each replacement with its reason.", 404: "There is no such case."},
)
def replaced(local: str) -> Response:
    """What a person who checks anonymity looks at."""
    try:
        return answer(case_view.replaced(world(), _thing(local)))
    except ThingUnknown as error:
        raise not_found("case", f"precedent/{local[:140]}", _EXAMPLE) from error


@bp.put("/<string:local>/text")
@bp.input(TextIn)
@bp.doc(
    summary="Put other texts into a case; all of it is checked again before it is found.",
    responses={
        200: "The case as it stands now.",
        404: "There is no such case.",
        409: "It is on hold, or its incident was reopened.",
        422: "A text that a case must have is taken away.",
    },
)
def put(local: str, json_data: TextIn) -> Response:
    """Correct a case."""
    here, thing = world(), _thing(local)
    said = json_data.model_dump(include=json_data.model_fields_set - {"reason"})
    try:
        write(here, thing, said, json_data.reason, principal().actor())
    except ThingUnknown as error:
        raise not_found("case", f"precedent/{local[:140]}", _EXAMPLE) from error
    here.catch_up()
    return answer(case_view.page(here, thing, checker=True), HTTPStatus.OK)


def facets_json(facets: dict[str, dict[object, int]]) -> dict[str, Json]:
    """Counts by field and value, the most frequent first."""
    return {
        name: [{"value": str(value), "count": many} for value, many in counts.items()]
        for name, counts in facets.items()
    }


def _thing(local: str) -> ThingId:
    return ThingId(f"precedent/{local[:130]}")
