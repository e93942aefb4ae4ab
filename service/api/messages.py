"""Messages over HTTP: draft, change, see what would refuse them, submit; acts do the rest."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Event, Json
from ontology.identity import ThingId
from service import drafting, glossaries, guidance, message_view, pathways, submitting
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.committing import ThingUnknown
from service.composed_bodies import DraftIn
from service.holding import hold_all
from service.message_bodies import Channel, HoldIn, Language, MessageIn, PublicationIn
from service.message_content import KIND, Content, read
from service.message_listing import Wanted, listed
from service.message_reading import read_out
from service.permissions import SEE_PEOPLE
from service.placement_view import channels, unconnected
from service.planning import Terms
from service.plans import publish_together
from service.problems import Fault, not_found, quoted, unprocessable
from service.security import Denied
from service.tone_drafts import drafted
from service.world import World

bp = APIBlueprint("messages", __name__, url_prefix="/v1/messages", tag="Messages")

_State = Literal[
    "draft",
    "submitted",
    "returned",
    "approved",
    "scheduled",
    "due",
    "held",
    "live",
    "superseded",
    "withdrawn",
    "rejected",
    "discarded",
]


class MessagesIn(Model):
    """Which messages are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "state": "live"}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    state: _State | None = None
    signer: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    region: Annotated[str, Field(pattern="^region/.{1,120}$")] | None = None
    language: Language | None = None
    channel: Channel | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^message/.{1,120}$")] | None = None


@bp.post("")
@bp.input(DraftIn)
@bp.doc(
    summary="Draft a message: its text, or what it is composed from, its claims and promises.",
    responses={
        201: "The draft.",
        410: "The decision was about a person who was erased.",
        422: "It does not fit, can't be composed, or a shape refuses it.",
    },
)
def create(json_data: DraftIn) -> Response:
    """Write it down."""
    here = world()
    asked = json_data.root
    event = drafting.draft(here, asked, principal().actor(None), idempotency=idempotency())
    return _written(here, event, HTTPStatus.CREATED)


@bp.get("")
@bp.input(MessagesIn, location="query")
@bp.doc(
    summary="Messages without their words: by incident, state, place, or who has to sign.",
    responses={200: "A page of messages."},
)
def index(query_data: MessagesIn) -> Response:
    """A page of messages."""
    here = world()
    here.catch_up()
    wanted = Wanted(**query_data.model_dump(exclude={"limit", "cursor"}))
    page = listed(here, wanted, after=query_data.cursor or "", limit=query_data.limit)
    more = page[-1] if len(page) == query_data.limit else None
    return answer({"items": [message_view.outlined(here, one) for one in page], "cursor": more})


@bp.get("/<string:local>")
@bp.doc(
    summary="One message: text, claims, promises, signatures, the versions before it.",
    responses={200: "The message.", 404: "There is no such message."},
)
def one(local: str) -> Response:
    """One message."""
    here = world()
    here.catch_up()
    content = found(here, local)
    body = message_view.told(here, content, principal().roles)
    more = {"channels": channels(here, content.id), "guideline": _guided(here, content)}
    return answer(body | more | {"versions": message_view.history(here, content)})


@bp.put("/<string:local>")
@bp.input(MessageIn)
@bp.doc(
    summary="Change the whole of a message that is a draft or was returned.",
    responses={
        200: "The message as it is now.",
        404: "There is no such message.",
        409: "It was submitted.",
        422: "It does not fit, or a shape refuses it.",
    },
)
def change(local: str, json_data: MessageIn) -> Response:
    """Write it anew."""
    here = world()
    message = found(here, local).id
    event = drafting.edit(here, message, json_data, principal().actor(None))
    return _written(here, event, HTTPStatus.OK)


@bp.post("/<string:local>/submission")
@bp.doc(
    summary="Fix the text and ask those who must approve it, by the rules as they are now.",
    responses={
        200: "The message with the signatures that are asked for.",
        404: "There is no such message.",
        409: "It is no draft.",
        422: "The rules or a shape forbid it.",
    },
)
def submit(local: str) -> Response:
    """Ask for signatures."""
    here = world()
    message = found(here, local).id
    event = submitting.submit(here, message, principal().actor(None))
    here.catch_up()
    return _told(here, event, HTTPStatus.OK, {"pathways": _near(here, read(here.graph, message))})


@bp.get("/<string:local>/refusals")
@bp.doc(
    summary="What would refuse the message if it went out now; nothing is recorded.",
    responses={200: "Every shape that finds something.", 404: "There is no such message."},
)
def refusals(local: str) -> Response:
    """Try the gate."""
    here = world()
    here.catch_up()
    return answer({"items": message_view.refusals(here, found(here, local)), "cursor": None})


@bp.post("/publication")
@bp.input(PublicationIn)
@bp.doc(
    summary="Publish several messages as one plan: all go out, or none does.",
    responses={
        200: "All are live, under the id of the plan; `unconnected` are for no connector.",
        404: "One of them is not there.",
        409: "One of them can't be published as it stands.",
        422: "A shape refuses one of them.",
    },
)
def publish(json_data: PublicationIn) -> Response:
    """Let them go out together."""
    here = world()
    messages = [found(here, one.partition("/")[2]).id for one in json_data.messages]
    team = ThingId(json_data.team) if json_data.team is not None else None
    if team is not None and not here.graph.exists(team):
        words, shown = "is no team here", "team/communications"
        fault = Fault(pointer="/team", detail=words, value=quoted(team), example=shown)
        raise unprocessable([fault])
    terms = Terms(rule=json_data.rule, within=json_data.within, team=team)
    once = idempotency()
    plan = ThingId(f"plan/{here.keys.mac('plans', once).hex()[:26]}") if once is not None else None
    actor = principal().actor(None)
    *out, begun = publish_together(here, messages, actor, plan=plan, terms=terms)
    here.catch_up()
    items = [{"thing": event.subject, "to": event.data["to"]} for event in out]
    lacking = unconnected(here, [event.subject for event in out])
    body = {"plan": begun.subject, "items": items, "unconnected": lacking}
    return answer(body | {"cursor": None})


@bp.post("/hold")
@bp.input(HoldIn)
@bp.doc(
    summary="Hold everything that could go out, of an incident or at all, until it is released.",
    responses={200: "The hold, and what it held."},
)
def hold(json_data: HoldIn) -> Response:
    """Hold it."""
    named = ThingId(json_data.incident) if json_data.incident is not None else None
    placed = hold_all(world(), json_data.reason, principal().actor(None), incident=named)
    items = [{"thing": one.thing, "to": "held", "why": one.why} for one in placed.held]
    return answer({"hold": placed.hold, "items": items, "cursor": None})


@bp.get("/<string:local>/reading")
@bp.doc(
    summary="What a machine reads in it: what it admits, claims, promises, and how it sounds.",
    responses={200: "Every finding with its place.", 404: "There is no such message."},
)
def reading(local: str) -> Response:
    """Read it; nothing is recorded."""
    here = world()
    here.catch_up()
    content = found(here, local)
    if message_view.hidden(content, principal().roles):
        words = (
            f"{content.id} answers one person; its words are for {', '.join(sorted(SEE_PEOPLE))}."
        )
        raise Denied(words, unknown=False)
    return answer({**read_out(here, content), "tone": drafted(here, content)})


def found(here: World, local: str) -> Content:
    """The message of a path.

    Raises:
        ProblemError: there is none.
    """
    try:
        return read(here.graph, ThingId(f"{KIND}/{local}"))
    except ThingUnknown as error:
        raise not_found(KIND, f"{KIND}/{local[:140]}", message_view.EXAMPLE) from error


def _near(here: World, content: Content) -> list[Json]:
    """What the message is to each approved pathway."""
    if message_view.hidden(content, principal().roles):
        return []
    near = pathways.compared(here, content, pathways.standing(here), here.clock.now())
    return [one.json() for one in near]


def _written(here: World, event: Event, status: HTTPStatus) -> Response:
    """The draft, and what nobody says where it goes: its author reads it, whoever it is for."""
    here.catch_up()
    content = read(here.graph, event.subject)
    return _told(here, event, status, {"glossary": glossaries.of_message(here, content)})


def _told(
    here: World, event: Event, status: HTTPStatus, more: Mapping[str, Json] = MappingProxyType({})
) -> Response:
    here.catch_up()
    content = read(here.graph, event.subject)
    headers = {"Location": f"/v1/messages/{content.id.partition('/')[2]}"}
    body = message_view.told(here, content, principal().roles)
    return answer({**body, "guideline": _guided(here, content), **more}, status, headers)


def _guided(here: World, content: Content) -> dict[str, Json]:
    """Under which guideline it is written, and what whoever asks should know of that."""
    return guidance.told(here, content, principal().actor(None).id)
