"""Placements and plans as answers show them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role, possible
from service.acts import ACTED
from service.bodies import instant
from service.message_content import read as read_message
from service.placements import OPEN, Placement
from service.placing import serving
from service.planning import KIND as PLAN
from service.planning import Plan, missing, placements_of, plan_of
from service.world import World

_WORDS: Final = ("channel", "language", "region")
_MOST_ACTS: Final = 200


def channels(world: World, message: ThingId) -> list[Json]:
    """Where a message was to go, and what has become of it there."""
    return [_shown(world, one) for one in placements_of(world, [message])]


def unconnected(world: World, messages: Sequence[ThingId]) -> list[ThingId]:
    """Messages that no connector is for now: people see to them."""
    graph = world.graph
    return [one for one in messages if not serving(world, read_message(graph, one))]


def plan_shown(world: World, plan: ThingId, roles: Collection[Role] = ()) -> dict[str, Json]:
    """A plan: its rule and time, its messages with their channels, and what is missing.

    Raises:
        ThingUnknown: there is no such plan.
    """
    found = plan_of(world, plan)
    placements = placements_of(world, found.messages)
    return {
        **_outlined(world, found),
        "messages": [_message(world, one, placements) for one in found.messages],
        "missing": [_shown(world, one) for one in missing(world, placements)],
        "acts": _acts(world, plan),
        "possible": [*possible(world.lifecycles, PLAN, found.state, roles)],
    }


def plans(world: World, state: str | None, after: str, limit: int) -> list[dict[str, Json]]:
    """Plans by id, which is the order in which they went out, in one state or in any."""
    names = (one for one in world.graph.of_type("Plan") if one > after)
    chosen = (one for one in names if state is None or world.graph.state(one) == state)
    page = [one for one, _ in zip(chosen, range(limit), strict=False)]
    return [_outlined(world, plan_of(world, one)) for one in page]


def _outlined(world: World, plan: Plan) -> dict[str, Json]:
    begun = world.ledger.read(0, types=(ACTED,), subject=plan.id, limit=1)[0]
    waiting = world.due_now().get(plan.id)
    return {
        "id": plan.id,
        "state": plan.state,
        "rule": plan.rule,
        "team": plan.team,
        "began_at": instant(begun.occurred_at),
        "by": begun.actor,
        "due": instant(waiting.due) if waiting is not None and waiting.due else None,
        "links": {"self": f"/v1/plans/{plan.id.partition('/')[2]}"},
    }


def _message(world: World, message: ThingId, placements: Sequence[Placement]) -> dict[str, Json]:
    graph = world.graph
    terms = zip(_WORDS, ("onChannel", "language", "forRegion"), strict=True)
    said = {word: graph.get(message, term) for word, term in terms}
    return {
        "message": message,
        "state": graph.state(message),
        **{word: value for word, value in said.items() if value is not None},
        "channels": [_shown(world, one) for one in placements if one.message == message],
    }


def _acts(world: World, plan: ThingId) -> list[Json]:
    """What was done to it, and why, oldest first."""
    events = world.ledger.read(0, types=(ACTED,), subject=plan, limit=_MOST_ACTS)
    found: list[Json] = []
    for event in events:
        data = event.data.get("data")
        reason = data.get("reason") if isinstance(data, dict) else None
        row: dict[str, Json] = {"act": event.data["act"], "at": instant(event.occurred_at)}
        found.append(row | {"by": event.actor} | ({"reason": reason} if reason else {}))
    return found


def _shown(world: World, one: Placement) -> dict[str, Json]:
    lease = one.leased_until if one.state in OPEN else None
    told: dict[str, Json] = {
        "placement": one.id,
        "connector": one.connector,
        "plan": one.plan,
        "channel": world.graph.get(one.message, "onChannel"),
        "state": one.state,
        "since": instant(one.since),
        "asked": one.do,
        "asked_at": instant(one.asked_at),
        "attempts": one.tried,
        "leased_until": _moment(lease),
        "external_id": one.external_id,
        "url": one.url,
        "posted_at": _moment(one.posted_at),
        "altered": one.altered or None,
        "reason": one.reason,
        "retryable": one.retryable,
    }
    return {name: value for name, value in told.items() if value is not None}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else instant(value)
