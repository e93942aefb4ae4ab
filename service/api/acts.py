"""Acts over HTTP: do one to a thing of any kind, and see what is waiting to be done."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ConfigDict, Field

from knowledge.due import Place
from ontology.events import Event, Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.lifecycle import possible
from service.acts import propose
from service.api.answers import answer, idempotency, principal, world
from service.assessment_view import visible
from service.bodies import ActIn, Model, instant
from service.plurals import singular
from service.problems import Fault, bad_request, not_found, quoted
from service.queue_listing import waiting
from service.world import World

bp = APIBlueprint("acts", __name__, url_prefix="/v1", tag="Acts")

SPEAKS_FOR: Final = "Attune-Speaks-For"
"""The header in which a system's key names the person whose act it carries."""

_EXAMPLE: Final = "incident/2013-ny-train"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MICROSECONDS: Final = 253_402_300_799_999_999  # the last moment of the year 9999


class QueueIn(Model):
    """Which part of the work queue is asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "decision", "team": "team/legal", "limit": 50}},
    )

    kind: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")] | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^[0-9]{1,18}-[0-9]{1,18}$")] | None = None


@bp.post("/<string:things>/<string:local>/acts")
@bp.input(ActIn)
@bp.doc(
    summary="Do an act to a thing: incidents, decisions, alerts, validations, policy-proposals.",
    responses={
        201: "Done; its state, deadlines and what may follow.",
        404: "There is no such thing, or things of that kind have no acts.",
        409: "Its state does not allow it, or someone else acted first, thrice.",
        422: "What the act carries does not fit, or the gate refuses it.",
    },
)
def act(things: str, local: str, json_data: ActIn) -> Response:
    """Propose, judge, record."""
    here = world()
    kind = _kind(here, things)
    event = propose(
        here,
        thing=_thing(f"{kind}/{local}"),
        kind=kind,
        act=json_data.act,
        data=json_data.data,
        actor=principal().actor(_speaks_for()),
        idempotency=idempotency(),
    )
    here.catch_up()
    return answer(_done(here, event), HTTPStatus.CREATED)


@bp.get("/queue")
@bp.input(QueueIn, location="query")
@bp.doc(
    summary="What waits to be done, the next deadline first.", responses={200: "A page of work."}
)
def queue(query_data: QueueIn) -> Response:
    """A page of open things."""
    here = world()
    found = here.due_now().queue(
        kinds=[query_data.kind] if query_data.kind else [],
        teams=[ThingId(query_data.team)] if query_data.team else [],
        after=_place(query_data.cursor),
        limit=query_data.limit,
    )
    more = len(found) == query_data.limit
    who = principal().actor(None).id
    roles = principal().roles
    items = [waiting(here, one, roles) for one in found if visible(here, one.thing, who)]
    return answer({"items": items, "cursor": _cursor(found[-1].place) if more else None})


def _kind(here: World, things: str) -> str:
    """The kind that a plural names."""
    kind = singular(things, here.lifecycles)
    if kind is None:
        raise not_found("collection with acts", things, "incidents")
    return kind


def _thing(text: str) -> ThingId:
    try:
        return thing_id(text)
    except IdentityInvalid as error:
        raise not_found("thing", text, _EXAMPLE) from error


def _speaks_for() -> ThingId | None:
    """The person whom a system names as the one who acts."""
    given = request.headers.get(SPEAKS_FOR)
    if given is None:
        return None
    try:
        return thing_id(given)
    except IdentityInvalid as error:
        fault = Fault(
            pointer="", detail=str(error), value=quoted(given), example=f"{SPEAKS_FOR}: person/ada"
        )
        raise bad_request(f"{SPEAKS_FOR} names nobody.", [fault]) from error


def _done(here: World, event: Event) -> dict[str, Json]:
    """An act that was recorded, and what the caller may do next."""
    kind, state = str(event.data["kind"]), str(event.data["to"])
    return {
        "thing": event.subject,
        "act": event.data["act"],
        "from": event.data["from"],
        "to": state,
        "actor": event.actor,
        "at": instant(event.occurred_at),
        "sequence": event.sequence,
        "deadlines": event.data["deadlines"],
        "possible": [*possible(here.lifecycles, kind, state, principal().roles)],
    }


def _cursor(place: Place) -> str:
    """A place as text: microseconds since 1970, the sequence."""
    return f"{(place.due - _EPOCH) // _EPOCH.resolution}-{place.sequence}"


def _place(cursor: str | None) -> Place | None:
    """A place read back."""
    if cursor is None:
        return None
    due, _, sequence = cursor.partition("-")
    micros = min(int(due), _MOST_MICROSECONDS)
    return Place(_EPOCH + micros * _EPOCH.resolution, int(sequence))
