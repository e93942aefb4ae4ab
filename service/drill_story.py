"""The story of a drill: what reached the participants and what they did, in the ledger's order."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE
from service.bodies import instant
from service.drill_bodies import SaidIn
from service.drill_telling import TOLD
from service.world import World

SAID: Final = "drill.said"
"""What a participant did or said that no tool of attune records."""

_ACTED: Final = "thing.acted"
_MADE: Final = "decision.made"
_REFUSED: Final = "refusal.recorded"
_TYPES: Final = (TOLD, SAID, _ACTED, _MADE, _REFUSED)
_BATCH: Final = 500
_QUIET: Final = frozenset({"alert", "approval", "duty", "validation", "brief", "policy-proposal"})
"""Kinds of things whose acts by attune itself are told only where people act on them."""


def say(world: World, said: SaidIn, by: ThingId, key: str | None = None) -> Event:
    """Record what a participant did or said; the same idempotency key once.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """
    at = world.clock.now()
    body: dict[str, Json] = said.model_dump(mode="json", exclude_none=True)
    draft = Draft(
        id=world.ids("event"),
        type=SAID,
        subject=ThingId("drill/story"),
        actor=by,
        occurred_at=at,
        scopes=(Scope("drill/story"),),
        data=body,
        governed=False,
    )
    (event,) = world.ledger.append([draft], idempotency=key, request=[by, body])
    return event


def events(world: World, after: int = 0, limit: int = _BATCH) -> Iterator[Event]:
    """Everything of the story after a sequence, at most so many."""
    left = limit
    while left > 0 and (found := world.ledger.read(after, types=_TYPES, limit=min(left, _BATCH))):
        for event in found:
            if _matters(event):
                yield event
                left -= 1
            after = event.sequence


def everything(world: World) -> tuple[Event, ...]:
    """The whole story."""
    return tuple(events(world, limit=10**9))


def shown(event: Event, began: datetime) -> dict[str, Json]:
    """One event as participants read it; `minute` counts from the scenario's start."""
    minute = (event.occurred_at - began).total_seconds() / 60
    told: dict[str, Json] = {
        "sequence": event.sequence,
        "at": instant(event.occurred_at),
        "minute": round(minute, 2),
        "by": event.actor,
    }
    return told | _WORDS[event.type](event)


def _matters(event: Event) -> bool:
    if event.type != _ACTED:
        return True
    return event.actor != ATTUNE or event.data["kind"] not in _QUIET


def _told(event: Event) -> dict[str, Json]:
    rest = {name: value for name, value in event.data.items() if value is not None}
    return {"what": "told", **rest}


def _said(event: Event) -> dict[str, Json]:
    return {"what": "said", **event.data}


def _done(event: Event) -> dict[str, Json]:
    data = event.data
    names = ("kind", "act", "from", "to", "data")
    return {"what": "acted", "thing": event.subject, **{name: data[name] for name in names}}


def _made(event: Event) -> dict[str, Json]:
    data = event.data
    return {
        "what": "decided",
        "decision": event.id,
        "tier": data.get("tier"),
        "team": data.get("team"),
    }


def _refused(event: Event) -> dict[str, Json]:
    return {"what": "refused", "thing": event.subject, "results": event.data.get("results")}


_WORDS: Final = {TOLD: _told, SAID: _said, _ACTED: _done, _MADE: _made, _REFUSED: _refused}
