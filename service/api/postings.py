"""Postings over HTTP: what was said outside attune, and whether anybody had approved it."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Event, Json
from service.api.answers import answer, page, principal, world
from service.bodies import Page
from service.postings import RECORDED, PostingsIn, record

bp = APIBlueprint("postings", __name__, url_prefix="/v1/postings", tag="Messages")

_TYPES: Final = (RECORDED,)


@bp.post("")
@bp.input(PostingsIn)
@bp.doc(
    summary="Load what was said elsewhere: each is matched to what was approved, or flagged.",
    responses={201: "What each was found to be: approved, outdated or shadow."},
)
def load(json_data: PostingsIn) -> Response:
    """Match and record."""
    events = record(world(), json_data.postings, principal().holder)
    return answer({"items": [_told(one) for one in events], "cursor": None}, HTTPStatus.CREATED)


@bp.get("")
@bp.input(Page, location="query")
@bp.doc(summary="Recorded postings, newest first.", responses={200: "A page of postings."})
def index(query_data: Page) -> Response:
    """A page of postings."""
    before = int(query_data.cursor) if query_data.cursor else None
    events = world().ledger.newest(types=_TYPES, before=before, limit=query_data.limit)
    more = events[-1].sequence if len(events) == query_data.limit else None
    return page([_told(one) for one in events], more)


def _told(event: Event) -> dict[str, Json]:
    return {"id": event.id, **event.data}
