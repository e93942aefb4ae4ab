"""Briefs over HTTP: make one as of now, read it again, and see what has changed since."""

from http import HTTPStatus
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import briefs
from service.api.answers import answer, principal, world
from service.bodies import Model
from service.brief_sources import EMPLOYEES
from service.brief_text import markdown
from service.briefing import digest
from service.briefs import BriefIn
from service.committing import ThingUnknown
from service.outdating import BRIEF
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.showing import listed, shown
from service.world import World

bp = APIBlueprint("briefs", __name__, url_prefix="/v1/briefs", tag="Press")


class BriefsIn(Model):
    """Which briefs are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "state": "current"}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: Literal["current", "outdated", "superseded", "laid-aside"] | None = None


class BriefAsIn(Model):
    """In which form a brief is read."""

    model_config = ConfigDict(json_schema_extra={"example": {"form": "markdown"}})

    form: Literal["json", "markdown"] = "json"


@bp.post("")
@bp.input(BriefIn)
@bp.doc(
    summary="Make a spokesperson's brief, or managers' talking points, as of now.",
    responses={
        201: "The brief, as JSON with its text in Markdown.",
        404: "There is no such incident or enquiry.",
        422: "No incident is named.",
    },
)
def create(json_data: BriefIn) -> Response:
    """Make it."""
    here = world()
    event = briefs.make(here, json_data, principal().actor(None))
    here.catch_up()
    headers = {"Location": f"/v1/briefs/{event.subject.partition('/')[2]}"}
    return answer(_told(here, event.subject), HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(BriefsIn, location="query")
@bp.doc(
    summary="Briefs without what they say; their state tells which are outdated.",
    responses={200: "All that were asked for."},
)
def index(query_data: BriefsIn) -> Response:
    """Those of an incident or in a state."""
    here = world()
    here.catch_up()
    found = listed(here, "Brief", incident=query_data.incident, state=query_data.state)
    items: list[Json] = [shown(here, one, principal().roles) for one in found]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.input(BriefAsIn, location="query")
@bp.doc(
    summary="One brief as it was made, and what has changed since.",
    responses={200: "The brief, as JSON or Markdown.", 404: "There is none."},
)
def one(local: str, query_data: BriefAsIn) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    body = _told(here, ThingId(f"{BRIEF}/{local}"))
    if query_data.form == "markdown":
        return Response(str(body["text"]), content_type="text/markdown; charset=utf-8")
    return answer(body)


def _told(here: World, brief: ThingId) -> dict[str, Json]:
    try:
        head, content = _head(here, brief), briefs.content_of(here, brief)
    except ThingUnknown as error:
        raise not_found(BRIEF, brief[:140], "brief/grace-1") from error
    verified = digest(content) == head["contentDigest"]
    if SEE_PEOPLE & set(principal().roles):
        content = briefs.with_questions(here, content)
    text = markdown(head, content)
    return {**head, "verified": verified, "content": content, "text": text}


def _head(here: World, brief: ThingId) -> dict[str, Json]:
    changed: list[Json] = [*briefs.changes(here, brief)] if here.graph.state(brief) else []
    head = shown(here, brief, principal().roles) | {"outdated": changed}
    if head.get("audience") == EMPLOYEES:
        head["guideline"] = briefs.guideline_for(here, brief)
    return head
