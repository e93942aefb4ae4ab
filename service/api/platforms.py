"""Platforms over HTTP: the access that is recorded and measured, and what to negotiate."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from service import negotiation, usage
from service.access import Access, access
from service.api.answers import answer, world
from service.bodies import Model, instant
from service.problems import not_found
from service.world import World

bp = APIBlueprint("platforms", __name__, url_prefix="/v1/platforms", tag="Platforms")


class Since(Model):
    """How many days of recorded incidents are looked at."""

    model_config = ConfigDict(json_schema_extra={"example": {"days": 30}})

    days: Annotated[int, Field(ge=1, le=3_660)] = 30


@bp.get("")
@bp.doc(
    summary="Every platform: access, quota, expiry, owner, fallback, and what was measured.",
    responses={200: "The registry."},
)
def index() -> Response:
    """The registry of access."""
    here = world()
    found = (access(here.graph, one) for one in here.graph.of_type("Platform"))
    return answer({"items": [registered(here, one) for one in found if one is not None]})


@bp.get("/<string:local>/negotiation")
@bp.input(Since, location="query")
@bp.doc(
    summary="What listening needed in recorded incidents against what the platform grants.",
    responses={200: "Need, contract, offers, data and method.", 404: "No such platform."},
)
def negotiate(local: str, query_data: Since) -> Response:
    """The negotiation report of one platform."""
    here = world()
    try:
        platform = thing_id(f"platform/{local}")
    except IdentityInvalid:
        platform = ThingId("platform/none")
    found = negotiation.report(here, platform, days=query_data.days)
    if found is None:
        raise not_found("platform", f"platform/{local}", "platform/mastodon")
    return answer(found)


def registered(here: World, one: Access) -> dict[str, Json]:
    """A platform as the registry shows it, with its newest measurement."""
    now = here.clock.now()
    found = usage.newest(here.ledger, one.platform, now)
    quota: Json = None
    if one.quota is not None:
        seconds = round(one.quota.window.total_seconds())
        quota = {"requests": one.quota.requests, "window_seconds": seconds}
    return {
        "id": one.platform,
        "name": one.name,
        "status": one.status,
        "access": one.tier,
        "quota": quota,
        "expires": instant(one.expires) if one.expires else None,
        "owner": one.owner,
        "fallback": one.fallback,
        "fallen_back": one.fallen_back,
        "lost": one.lost(now),
        "measured": {"at": instant(found.at), **found.data} if found is not None else None,
    }
