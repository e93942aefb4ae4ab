"""Decisions over HTTP: ask, list, look at one with its reasons, make one again."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Event, Json
from service import desk
from service.api.answers import answer, idempotency, page, principal, world
from service.api.probes import DECISIONS, DISAGREEMENTS
from service.bodies import Page, instant
from service.decision_bodies import DecisionRequest
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.reasoning import Reasons
from service.security import Denied
from service.silence import is_live
from service.similar import hit_json
from service.world import World

bp = APIBlueprint("decisions", __name__, url_prefix="/v1/decisions", tag="Decisions")

EXAMPLE: Final = "decision/01jd3v5k8xq2m4n6p8r0t2w4y6"
_KEPT: Final = ("tier", "team", "within", "policy")
"""What erasure leaves of a decision."""

_REASONS: Final = ("facts", "firings", "outranked", "cautions", "set_aside")
"""What of a decision tells of the customer whom it is about."""

_MADE: Final = ("decision.made",)


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
    body = seen(answered.event) | found_beside(answered)
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
    events = world().ledger.newest(types=_MADE, before=before, limit=query_data.limit)
    items = [seen(event) for event in events]
    return page(items, events[-1].sequence if len(events) == query_data.limit else None)


@bp.get("/<string:local>")
@bp.doc(
    summary="One decision with the facts it was made from.",
    responses={200: "The decision.", 404: "There is no such decision."},
)
def one(local: str) -> Response:
    """One recorded decision; `erased` names what the erasure of a person took from it."""
    event = find(world(), local)
    facts = {} if _hides(event) else {"facts": event.data["facts"]}
    return answer(seen(event) | facts)


@bp.get("/<string:local>/explanation")
@bp.doc(
    summary="Why: the rules that fired, the facts they matched, where each fact comes from.",
    responses={200: "The explanation.", 404: "No such decision.", 410: "Its facts were erased."},
)
def explanation(local: str) -> Response:
    """The reasons of one decision, from the policy that it names."""
    here = world()
    return answer(Reasons.of(here, reasoned(here, local)).why())


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


def found_beside(answered: desk.Answer) -> dict[str, Json]:
    """What an answer has beside the decision: what was missing, and cases like it."""
    near = answered.alike
    return {
        "unknown": list(answered.unknown),
        "degraded": [*answered.degraded, *near.late],
        "precedents": [hit_json(hit) for hit in near.hits],
        "similar": near.count,
    }


def find(here: World, local: str) -> Event:
    """The event of one decision.

    Raises:
        ProblemError: there is none (404).
    """
    event = here.ledger.by_id(f"decision/{local}")
    if event is None or event.type not in _MADE:
        raise not_found("decision", f"decision/{local[:140]}", EXAMPLE)
    return event


def reasoned(here: World, local: str) -> Event:
    """The event of one decision whose reasons the caller may read.

    Raises:
        ProblemError: there is none (404).
        Denied: it is about a customer, whom the caller's roles may not read about (403).
    """
    event = find(here, local)
    if _hides(event):
        needed = ", ".join(sorted(SEE_PEOPLE))
        words = f"{event.id} is about a customer; its reasons are for {needed}."
        raise Denied(words, unknown=False)
    return event


def seen(event: Event) -> dict[str, Json]:
    """A decision as the caller may see it: the outcome alone, where it is about a customer.

    `withheld` names what the caller's roles may not read.
    """
    body = shown(event)
    decision = body["decision"]
    if _hides(event) and isinstance(decision, dict):
        body["decision"] = {n: value for n, value in decision.items() if n not in _REASONS}
        body["withheld"] = [*_REASONS]
    return body


def _hides(event: Event) -> bool:
    return bool(event.personal) and not principal().roles & SEE_PEOPLE


def shown(event: Event) -> dict[str, Json]:
    """A decision as it was recorded, or what the erasure of a person left of it."""
    here = f"/v1/decisions/{event.id.partition('/')[2]}"
    links = {name: f"{here}/{name}" for name in ("explanation", "replay", "acts")}
    return {
        "id": event.id,
        "sequence": event.sequence,
        "recorded_at": instant(event.recorded_at),
        "request": event.data["request"],
        "decision": event.data["decision"],
        "live": is_live(event),
        **({"revises": event.data["revises"]} if "revises" in event.data else {}),
        "erased": [*sorted(event.erased)],
        **{name: event.data[name] for name in _KEPT if event.erased and name in event.data},
        "links": {"self": here, **links},
    }
