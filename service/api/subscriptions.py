"""Subscriptions over HTTP: keep a decision up to date, and list those that are."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.decision_view import find
from service.problems import not_found
from service.subscribing import shown, subscribe
from service.subscriptions import KIND, USUAL

bp = APIBlueprint("subscriptions", __name__, url_prefix="/v1", tag="Decisions")

_EXAMPLE: Final = "subscription/01jd3v5k8xq2m4n6p8r0t2w4y6"


class SubscriptionIn(Model):
    """For how long a decision is kept up to date, at most 31 days."""

    model_config = ConfigDict(json_schema_extra={"example": {"within": "PT24H"}})

    within: Annotated[str, Field(pattern=r"^P[0-9DTHM]{2,12}$")] = USUAL


class SubscriptionsIn(Model):
    """Which page of the subscriptions."""

    model_config = ConfigDict(json_schema_extra={"example": {"limit": 50}})

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^subscription/.{1,120}$")] | None = None


@bp.post("/decisions/<string:local>/subscription")
@bp.input(SubscriptionIn)
@bp.doc(
    summary="Keep a decision up to date: it is made again when what it stands on changes.",
    responses={
        201: "It is watched; a difference is told as `decision.changed`.",
        404: "There is no such decision.",
        409: "It is subscribed already, or too many are.",
        422: "It can't be made again, or the time is too long.",
    },
)
def create(local: str, json_data: SubscriptionIn) -> Response:
    """Subscribe."""
    here = world()
    event = subscribe(
        here,
        find(here, local).id,
        json_data.within,
        principal().actor(None),
        idempotency=idempotency(),
    )
    found = here.subscriptions_now().get(event.subject)
    body = shown(found) if found is not None else {"id": event.subject}
    location = f"/v1/subscriptions/{event.subject.partition('/')[2]}"
    return answer(body, HTTPStatus.CREATED, {"Location": location})


@bp.get("/subscriptions")
@bp.input(SubscriptionsIn, location="query")
@bp.doc(
    summary="The decisions that are kept up to date, the newest first.",
    responses={200: "A page of them."},
)
def index(query_data: SubscriptionsIn) -> Response:
    """A page of those that stand."""
    found = [*reversed(world().subscriptions_now().standing())]
    names = [one.id for one in found]
    after = query_data.cursor
    start = names.index(ThingId(after)) + 1 if after in names else 0
    items = found[start : start + query_data.limit]
    more = items[-1].id if start + len(items) < len(found) and items else None
    return answer({"items": [shown(one) for one in items], "cursor": more})


@bp.get("/subscriptions/<string:local>")
@bp.doc(
    summary="One subscription: the decision, the newest in its place, how often it changed.",
    responses={200: "The subscription.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    found = world().subscriptions_now().get(ThingId(f"{KIND}/{local}"))
    if found is None:
        raise not_found(KIND, f"{KIND}/{local[:140]}", _EXAMPLE)
    return answer(shown(found))
