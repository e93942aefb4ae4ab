"""Connectors over HTTP: who posts on which channels, their work, and their receipts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from service.addresses import AddressRefused, Guard
from service.api.answers import answer, conflict, principal, world
from service.bodies import instant
from service.committing import ThingUnknown
from service.connector_bodies import ConnectorIn, LeaseIn, ReceiptIn
from service.connectors import KIND, Connector, standing
from service.handing_out import hand_out
from service.placements import ASKED
from service.problems import Fault, not_found, quoted, unprocessable
from service.receipts import Receipt, receive
from service.security import Denied
from service.webhooks import creation, removal, secret
from service.world import World

bp = APIBlueprint("connectors", __name__, url_prefix="/v1/connectors", tag="Connectors")

EXAMPLE: Final = "connector/website"


@bp.post("")
@bp.input(ConnectorIn)
@bp.doc(
    summary="Register who posts on which channels; with an address, its signing secret is shown.",
    responses={
        201: "Registered.",
        409: "There is one of that id; remove it first.",
        422: "An address that won't do, or a region that is not there.",
    },
)
def create(json_data: ConnectorIn) -> Response:
    """Record a connector, and the webhook that tells it of its work."""
    here = world()
    named = ThingId(json_data.id)
    version = here.ledger.versions([Scope(named)])
    here.catch_up()
    if unknown := [*_unknown(here, json_data.regions)]:
        raise unprocessable(unknown)
    if here.connectors.get(named) is not None:
        raise conflict(f"{named} is registered; DELETE /v1/connectors/{_local(named)} first.")
    hook = ThingId(here.ids("webhook")) if json_data.url is not None else None
    at, actor = here.clock.now(), principal().holder
    connector = Connector(
        id=named,
        name=json_data.name,
        holder=ThingId(json_data.holder),
        channels=frozenset(json_data.channels),
        regions=frozenset(json_data.regions),
        languages=frozenset(json_data.languages),
        webhook=hook,
        since=at,
    )
    drafts = [standing(connector, event=here.ids("event"), actor=actor, at=at)]
    if hook is not None and json_data.url is not None:
        drafts.append(_told(here, hook, json_data.url, named))
    here.ledger.append(drafts, expected=version)
    body = shown(connector) | ({"secret": secret(here.keys, hook)} if hook is not None else {})
    return answer(body, HTTPStatus.CREATED, {"Location": f"/v1/connectors/{_local(named)}"})


@bp.get("")
@bp.doc(summary="Every connector.", responses={200: "Connectors, by id."})
def index() -> Response:
    """All of them."""
    items = [shown(one) for one in world().connectors.all()]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One connector.", responses={200: "The connector.", 404: "There is no such connector."}
)
def one(local: str) -> Response:
    """One of them."""
    return answer(shown(_found(world(), local)))


@bp.delete("/<string:local>")
@bp.doc(
    summary="Ask a connector nothing any more; what it has not posted fails.",
    responses={200: "Removed.", 404: "There is no such connector."},
)
def remove(local: str) -> Response:
    """Remove it, and its webhook."""
    here = world()
    found = _found(here, local)
    at, actor = here.clock.now(), principal().holder
    drafts = [standing(replace(found, removed=True), event=here.ids("event"), actor=actor, at=at)]
    if found.webhook is not None:
        drafts.append(removal(found.webhook, event=here.ids("event"), actor=actor, at=at))
    event = here.ledger.append(drafts)[0]
    return answer({"id": found.id, "sequence": event.sequence})


@bp.get("/<string:local>/work")
@bp.input(LeaseIn, location="query")
@bp.doc(
    summary="What the connector has to post or to take down: leased, so that nobody else gets it.",
    responses={200: "Work.", 403: "It is for the connector's own key."},
)
def work(local: str, query_data: LeaseIn) -> Response:
    """Hand out work."""
    here = world()
    connector = _mine(here, local)
    lease = timedelta(seconds=query_data.lease_seconds)
    items = hand_out(here, connector, most=query_data.limit, lease=lease)
    return answer({"items": items, "cursor": None})


@bp.post("/<string:local>/receipts")
@bp.input(ReceiptIn)
@bp.doc(
    summary="Confirm what became of a placement; the same receipt again changes nothing.",
    responses={
        200: "It was known, or is about an attempt that was overtaken.",
        201: "Recorded.",
        403: "It is for the connector's own key.",
        404: "The connector has no such placement.",
        409: "It can't be so as the placement stands, or others acted on it meanwhile.",
    },
)
def confirm(local: str, json_data: ReceiptIn) -> Response:
    """Record a receipt."""
    here = world()
    connector = _mine(here, local)
    said = {**json_data.model_dump(), "placement": ThingId(json_data.placement)}
    try:
        came = receive(here, connector, Receipt(**said), principal().actor(None))
    except ThingUnknown as error:
        example = "placement/6f1c0e7a9b3d5f2841c6a0e9d7"
        raise not_found(f"placement of {connector.id}", json_data.placement, example) from error
    body: dict[str, Json] = {
        "placement": came.placement.id,
        "state": came.placement.state,
        "known": came.known,
        "altered": came.placement.altered,
        "sequence": came.event.sequence if came.event is not None else None,
    }
    return answer(body, HTTPStatus.OK if came.known else HTTPStatus.CREATED)


def shown(one: Connector) -> dict[str, Json]:
    """A connector as answers show it."""
    return {
        "id": one.id,
        "name": one.name,
        "holder": one.holder,
        "channels": [*sorted(one.channels)],
        "regions": [*sorted(one.regions)],
        "languages": [*sorted(one.languages)],
        "webhook": one.webhook,
        "since": instant(one.since),
    }


def _found(here: World, local: str) -> Connector:
    found = here.connectors.get(ThingId(f"{KIND}/{local}"))
    if found is None:
        raise not_found(KIND, f"{KIND}/{local[:140]}", EXAMPLE)
    return found


def _mine(here: World, local: str) -> Connector:
    """The connector of a path, where the key is that of its holder.

    Raises:
        Denied: the key is somebody else's.
    """
    found = _found(here, local)
    if principal().holder != found.holder:
        words = f"{found.id} is of {found.holder}; this key is of {principal().holder}."
        raise Denied(words, unknown=False)
    return found


def _unknown(here: World, regions: Sequence[str]) -> Iterator[Fault]:
    for place, region in enumerate(regions):
        if not here.graph.exists(ThingId(region)):
            words = "is no region here; put it with POST /v1/records"
            yield Fault(
                pointer=f"/regions/{place}",
                detail=words,
                value=quoted(region),
                example="region/new-york",
            )


def _told(here: World, hook: ThingId, url: str, connector: ThingId) -> Draft:
    """The draft of the webhook that tells a connector of its work.

    Raises:
        ProblemError: the address won't do.
    """
    try:
        Guard(here.settings.webhook_allow).check(url)
    except AddressRefused as error:
        example = "https://cms.rail.example/attune"
        fault = Fault(pointer="/url", detail=str(error), value=quoted(url), example=example)
        raise unprocessable([fault]) from error
    return creation(
        hook,
        url=url,
        types=[ASKED],
        event=here.ids("event"),
        actor=principal().holder,
        at=here.clock.now(),
        connector=connector,
    )


def _local(thing: ThingId) -> str:
    return thing.partition("/")[2]
