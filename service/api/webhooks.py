"""Webhooks over HTTP: who is told of what, what came of it, and once more."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Event, Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from service.addresses import AddressRefused, Guard
from service.api.answers import answer, page, principal, world
from service.bodies import Model, Page, instant
from service.delivery import request_again
from service.outgoing import DEAD, FAILED, REQUESTED, SENT
from service.problems import Fault, not_found, quoted, unprocessable
from service.webhooks import (
    EVERYTHING,
    TELLABLE,
    Webhook,
    Webhooks,
    creation,
    removal,
    secret,
)
from service.world import World

bp = APIBlueprint("webhooks", __name__, url_prefix="/v1/webhooks", tag="Webhooks")

EXAMPLE: Final = "webhook/01jd3v5k8xq2m4n6p8r0t2w4y6"
_DELIVERIES: Final = (SENT, FAILED, DEAD, REQUESTED)


class WebhookIn(Model):
    """Whom to tell of which events; no types means all that can be told."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "url": "https://hooks.example.com/attune",
                "types": ["decision.made", "thing.acted"],
            }
        },
    )

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    types: Annotated[tuple[str, ...], Field(max_length=20)] = (EVERYTHING,)


class RedeliverIn(Model):
    """Which event to deliver again, by its sequence in the ledger."""

    model_config = ConfigDict(json_schema_extra={"example": {"event": 417}})

    event: Annotated[int, Field(ge=1)]


@bp.post("")
@bp.input(WebhookIn)
@bp.doc(
    summary="Tell an address of events; the signing secret is shown this once.",
    responses={201: "Recorded, with the secret.", 422: "An address or a type that won't do."},
)
def create(json_data: WebhookIn) -> Response:
    """Record a webhook and show its secret."""
    here = world()
    if faults := [*_of_url(here, json_data.url), *_of_types(json_data.types)]:
        raise unprocessable(faults)
    draft = creation(
        ThingId(here.ids("webhook")),
        url=json_data.url,
        types=json_data.types,
        event=here.ids("event"),
        actor=principal().holder,
        at=here.clock.now(),
    )
    here.ledger.append([draft])
    found = _found(here, draft.subject.partition("/")[2])
    body = _shown(found) | {"secret": secret(here.keys, found.id)}
    location = f"/v1/webhooks/{found.id.partition('/')[2]}"
    return answer(body, HTTPStatus.CREATED, {"Location": location})


@bp.get("")
@bp.doc(summary="Every webhook, without its secret.", responses={200: "Webhooks."})
def index() -> Response:
    """All webhooks, oldest first."""
    items = [_shown(one) for one in Webhooks.of(world().ledger).all()]
    return answer({"items": items, "cursor": None})


@bp.delete("/<string:local>")
@bp.doc(
    summary="Tell an address nothing any more; what waits for it is dropped.",
    responses={200: "Removed.", 404: "There is no such webhook."},
)
def remove(local: str) -> Response:
    """Remove a webhook."""
    here = world()
    found = _found(here, local)
    draft = removal(
        found.id, event=here.ids("event"), actor=principal().holder, at=here.clock.now()
    )
    event = here.ledger.append([draft])[0]
    return answer({"id": found.id, "sequence": event.sequence})


@bp.get("/<string:local>/deliveries")
@bp.input(Page, location="query")
@bp.doc(
    summary="What came of deliveries, newest first.",
    responses={200: "Attempts: sent, failed, dead, requested again.", 404: "No such webhook."},
)
def deliveries(local: str, query_data: Page) -> Response:
    """A page of attempts."""
    here = world()
    found = _found(here, local)
    before = int(query_data.cursor) if query_data.cursor else None
    events = here.ledger.newest(
        types=_DELIVERIES, before=before, limit=query_data.limit, subject=found.id
    )
    more = len(events) == query_data.limit
    return page([_attempt(event) for event in events], events[-1].sequence if more else None)


@bp.post("/<string:local>/redeliver")
@bp.input(RedeliverIn)
@bp.doc(
    summary="Deliver an event again, whatever came of it before.",
    responses={202: "It waits for delivery.", 404: "No such webhook or event."},
)
def redeliver(local: str, json_data: RedeliverIn) -> Response:
    """Ask the outbox to send it again."""
    here = world()
    found, event = _found(here, local), here.ledger.at(json_data.event)
    if event is None or event.type not in TELLABLE:
        raise not_found("event that can be told", str(json_data.event), "417")
    asked = request_again(
        found.id,
        event.sequence,
        event=here.ids("event"),
        actor=principal().holder,
        at=here.clock.now(),
    )
    recorded = here.ledger.append([asked])[0]
    body: dict[str, Json] = {"webhook": found.id, "event": event.sequence}
    return answer(body | {"sequence": recorded.sequence}, HTTPStatus.ACCEPTED)


def _of_url(here: World, url: str) -> list[Fault]:
    try:
        Guard(here.settings.webhook_allow).check(url)
    except AddressRefused as error:
        example = "https://hooks.example.com/attune"
        return [Fault(pointer="/url", detail=str(error), value=quoted(url), example=example)]
    return []


def _of_types(types: tuple[str, ...]) -> list[Fault]:
    known = ", ".join((EVERYTHING, *TELLABLE))
    return [
        Fault(
            pointer=f"/types/{place}",
            detail=f"is no type that can be told; those are {known}",
            value=quoted(name),
            example="decision.made",
        )
        for place, name in enumerate(types)
        if name not in {EVERYTHING, *TELLABLE}
    ]


def _found(here: World, local: str) -> Webhook:
    try:
        found = Webhooks.of(here.ledger).get(thing_id(f"webhook/{local}"))
    except IdentityInvalid:
        found = None
    if found is None:
        raise not_found("webhook", f"webhook/{local}", EXAMPLE)
    return found


def _shown(one: Webhook) -> dict[str, Json]:
    return {
        "id": one.id,
        "url": one.url,
        "types": [*sorted(one.types)],
        "created_at": instant(one.created),
    }


def _attempt(event: Event) -> dict[str, Json]:
    return {
        "outcome": event.type.partition(".")[2],
        "at": instant(event.recorded_at),
        "sequence": event.sequence,
        **event.data,
    }
