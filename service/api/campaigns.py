"""Recovery campaigns over HTTP: draft one, read who is in and why, fetch what goes out."""

from http import HTTPStatus
from itertools import islice
from typing import Annotated, Final, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service import campaign_view, campaigns
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.campaign_bodies import CampaignIn
from service.campaign_joint import KIND
from service.problems import ProblemError, not_found
from service.reported import MEDIA, Form, table
from service.showing import listed

bp = APIBlueprint("campaigns", __name__, url_prefix="/v1/campaigns", tag="Campaigns")

_EXAMPLE: Final = "campaign/01jd3v5k8xq2m4n6p8r0t2w4y6"
_State = Literal[
    "drafted", "approved", "running", "held", "ended", "measured", "cancelled", "expired"
]


class CampaignsIn(Model):
    """Which campaigns are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "running"}})

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: _State | None = None


class PeopleIn(Model):
    """A page of those who are in."""

    model_config = ConfigDict(json_schema_extra={"example": {"limit": 200}})

    limit: Annotated[int, Field(ge=1, le=1_000)] = 200
    cursor: Annotated[int, Field(ge=0, le=100_000_000)] = 0


@bp.post("")
@bp.input(CampaignIn)
@bp.doc(
    summary="Draft a campaign: who is in and why, who is compared, what each is offered; sealed.",
    responses={
        201: "The campaign, to be approved by two others.",
        422: "It can't be worked out; each limit that can't be kept says what would do.",
    },
)
def create(json_data: CampaignIn) -> Response:
    """Work it out and seal it."""
    here = world()
    actor = principal().actor(None)
    event = campaigns.draft(here, json_data, actor, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/campaigns/{event.subject.partition('/')[2]}"}
    body = campaign_view.told(here, event.subject, principal().roles)
    return answer(body, HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(CampaignsIn, location="query")
@bp.doc(
    summary="Campaigns, about an incident or in a state.", responses={200: "All that were asked."}
)
def index(query_data: CampaignsIn) -> Response:
    """Those that were asked for."""
    here = world()
    here.catch_up()
    found = listed(here, "Campaign", incident=query_data.incident, state=query_data.state)
    items = [campaign_view.outline(here, one, principal().roles) for one in found]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One campaign: what was sealed, who approved it, what went out.",
    responses={200: "The campaign.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    return answer(campaign_view.told(world(), _known(local), principal().roles))


@bp.get("/<string:local>/people")
@bp.input(PeopleIn, location="query")
@bp.doc(
    summary="Who is in: why, compared or not, with what, on which day.",
    responses={200: "A page of people.", 404: "There is no such campaign."},
)
def people(local: str, query_data: PeopleIn) -> Response:
    """A page of them."""
    begin, end = query_data.cursor, query_data.cursor + query_data.limit
    found = [*islice(campaign_view.inside(world(), _known(local)), begin, end + 1)]
    more = len(found) > query_data.limit
    body = {"items": found[: query_data.limit], "cursor": str(end) if more else None}
    return answer(body)


@bp.get("/<string:local>/people/<string:customer>")
@bp.doc(
    summary="Why one customer is in, or out.",
    responses={200: "The reasons.", 404: "There is no such campaign."},
)
def person(local: str, customer: str) -> Response:
    """One of them."""
    who = ThingId(f"customer/{customer[:120]}")
    return answer(campaign_view.why(world(), _known(local), who))


@bp.get("/<string:local>/shares/<int:day>")
@bp.doc(
    summary="What goes out on a day, for whoever sends it: each with an id to send it once by.",
    responses={200: "Customers with offers.", 404: "Nothing went out on that day."},
)
def share(local: str, day: int) -> Response:
    """One share."""
    names = campaign_view.SHARE_HEADER
    rows = _share(local, day)
    return answer({"items": [dict(zip(names, row, strict=True)) for row in rows]})


@bp.get("/<string:local>/shares/<int:day>.csv")
@bp.doc(
    summary="The same as comma-separated values in which nothing is a formula.",
    responses={200: "CSV.", 404: "Nothing went out on that day."},
)
def share_csv(local: str, day: int) -> Response:
    """One share as a table."""
    text = table([campaign_view.SHARE_HEADER, *_share(local, day)])
    return Response(text, content_type=MEDIA[Form.CSV])


def _share(local: str, day: int) -> list[list[str]]:
    try:
        return campaign_view.share(world(), _known(local), day)
    except campaign_view.ShareMissing as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found", f"{error}.") from error


def _known(local: str) -> ThingId:
    here, thing = world(), ThingId(f"{KIND}/{local[:120]}")
    here.catch_up()
    if here.graph.state(thing) is None:
        raise not_found(KIND, local[:140], _EXAMPLE)
    return thing
