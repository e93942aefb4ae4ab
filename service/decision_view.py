"""Recorded decisions as answers show them: whole, or the outcome alone where of people."""

from collections.abc import Collection
from typing import Final

from ontology.events import Event, Json
from ontology.lifecycle import Role
from service import desk
from service.bodies import instant
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.security import Denied
from service.silence import is_live
from service.similar import hit_json
from service.world import World

EXAMPLE: Final = "decision/01jd3v5k8xq2m4n6p8r0t2w4y6"
MADE: Final = ("decision.made",)

_KEPT: Final = ("tier", "team", "within", "policy")
"""What erasure leaves of a decision."""

_REASONS: Final = ("facts", "firings", "outranked", "cautions", "set_aside")
"""What of a decision tells of the customer whom it is about."""


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
    if event is None or event.type not in MADE:
        raise not_found("decision", f"decision/{local[:140]}", EXAMPLE)
    return event


def reasoned(here: World, local: str, roles: Collection[Role]) -> Event:
    """The event of one decision whose reasons these roles may read.

    Raises:
        ProblemError: there is none (404).
        Denied: it is about a customer, whom the roles may not read about (403).
    """
    event = find(here, local)
    if hides(event, roles):
        needed = ", ".join(sorted(SEE_PEOPLE))
        words = f"{event.id} is about a customer; its reasons are for {needed}."
        raise Denied(words, unknown=False)
    return event


def seen(event: Event, roles: Collection[Role]) -> dict[str, Json]:
    """A decision as these roles may see it: the outcome alone, where it is about a customer.

    `withheld` names what they may not read.
    """
    body = shown(event)
    decision = body["decision"]
    if hides(event, roles) and isinstance(decision, dict):
        body["decision"] = {n: value for n, value in decision.items() if n not in _REASONS}
        body["withheld"] = [*_REASONS]
    return body


def hides(event: Event, roles: Collection[Role]) -> bool:
    """Whether it is about a customer, of whom these roles may not read."""
    return bool(event.personal) and SEE_PEOPLE.isdisjoint(roles)


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
