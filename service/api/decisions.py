"""Decisions over HTTP: ask, list, look at one with its reasons, make one again."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from service import desk
from service.api.answers import answer, idempotency, page, principal, world
from service.api.probes import DECISIONS, DISAGREEMENTS
from service.bodies import Page
from service.decision_bodies import DecisionRequest
from service.decision_view import MADE, find, found_beside, hides, reasoned, seen
from service.reasoning import Reasons

bp = APIBlueprint("decisions", __name__, url_prefix="/v1/decisions", tag="Decisions")


@bp.post("")
@bp.input(DecisionRequest)
@bp.doc(
    summary="How far up does this go, who answers, and how?",
    responses={201: "The decision, recorded.", 409: "The idempotency key had another request."},
)
def create(json_data: DecisionRequest) -> Response:
    """Decide, record, answer; what is unknown or late is listed, never an error."""
    here = world()
    answered = desk.ask(here, json_data, principal().holder, idempotency=idempotency())
    decision = answered.decision
    DECISIONS.labels(decision.tier).inc()
    if decision.disagreements:
        DISAGREEMENTS.inc()
        here.log.error(
            "engines disagree", decision=answered.event.id, rules=decision.disagreements
        )
    body = seen(answered.event, principal().roles) | found_beside(answered)
    if json_data.subscribe:
        body["subscription"] = answered.subscription
    location = f"/v1/decisions/{answered.event.id.partition('/')[2]}"
    return answer(body, HTTPStatus.CREATED, {"Location": location})


@bp.get("")
@bp.input(Page, location="query")
@bp.doc(summary="Recorded decisions, newest first.", responses={200: "A page of decisions."})
def index(query_data: Page) -> Response:
    """A page of decisions."""
    before = int(query_data.cursor) if query_data.cursor else None
    events = world().ledger.newest(types=MADE, before=before, limit=query_data.limit)
    items = [seen(event, principal().roles) for event in events]
    return page(items, events[-1].sequence if len(events) == query_data.limit else None)


@bp.get("/<string:local>")
@bp.doc(
    summary="One decision with the facts it was made from.",
    responses={200: "The decision.", 404: "There is no such decision."},
)
def one(local: str) -> Response:
    """One recorded decision; `erased` names what the erasure of a person took from it."""
    event, roles = find(world(), local), principal().roles
    facts = {} if hides(event, roles) else {"facts": event.data["facts"]}
    return answer(seen(event, roles) | facts)


@bp.get("/<string:local>/explanation")
@bp.doc(
    summary="Why: the rules that fired, the facts they matched, where each fact comes from.",
    responses={200: "The explanation.", 404: "No such decision.", 410: "Its facts were erased."},
)
def explanation(local: str) -> Response:
    """The reasons of one decision, from the policy that it names."""
    here = world()
    return answer(Reasons.of(here, reasoned(here, local, principal().roles)).why())


@bp.post("/<string:local>/replay")
@bp.doc(
    summary="Make a recorded decision again and compare every byte.",
    responses={200: "Both texts' equality.", 404: "No such decision.", 410: "Facts were erased."},
)
def replay(local: str) -> Response:
    """Replay one decision from its recorded facts."""
    here = world()
    event = find(here, local)
    again = desk.replay(here, event)
    body: dict[str, Json] = {"id": event.id, "identical": again.identical}
    if not again.identical:
        body |= {"recorded": again.recorded, "again": again.again}
    return answer(body)
