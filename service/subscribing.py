"""Subscribing: a decision is watched from now on, until its time is over."""

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from service.acts import propose
from service.bodies import instant
from service.committing import Here
from service.subscriptions import KIND, Subscription


def subscribe(
    world: Here, decision: str, within: str, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Keep a decision up to date.

    Raises:
        ActRefused: the actor may not, or it can't be watched; all reasons are in it.
        IdempotencyMismatch: the key was used for something else.
    """
    data: dict[str, Json] = {"decision": decision, "within": within}
    name = world.keys.mac(KIND, idempotency).hex()[:26] if idempotency is not None else None
    thing = ThingId(f"{KIND}/{name}" if name is not None else world.ids(KIND))
    return propose(
        world,
        thing=thing,
        kind=KIND,
        act="subscribe",
        data=data,
        actor=actor,
        idempotency=f"{KIND} {idempotency}" if idempotency is not None else None,
    )


def shown(found: Subscription) -> dict[str, Json]:
    """A subscription as answers show it."""
    return {
        "id": found.id,
        "state": found.state,
        "decision": found.decision,
        "current": found.current,
        "changes": found.changes,
        "by": found.by,
        "since": instant(found.since),
        "until": instant(found.until),
    }
