"""Our own messages for the audit of tone: each that went out, in the columns of a reply."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ontology.events import Event
from ontology.identity import ThingId
from service.publishing import PUBLISHED
from service.world import World

_BATCH = 1_000


def published(world: World, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The messages that went out between two moments, as often as they did.

    `text` is None where the words were to one person who has been erased.
    """
    went = (one for one in went_out(world) if since <= one.occurred_at < until)
    return [_row(world, one.subject, one.occurred_at) for one in went if one.subject is not None]


def _row(world: World, message: ThingId, at: datetime) -> dict[str, Any]:
    terms = {
        "text": "text",
        "agent": "author",
        "team": "forTeam",
        "region": "forRegion",
        "channel": "onChannel",
        "incident": "aboutIncident",
        "language": "language",
    }
    found = {name: world.graph.get(message, term) for name, term in terms.items()}
    said = {name: None if one is None else str(one) for name, one in found.items()}
    return {
        **said,
        "at": at,
        "subject": None,
        "message": message,
        "addressee": _name(world, message),
    }


def _name(world: World, message: ThingId) -> str | None:
    """What whoever it is to is called; None where it is to many."""
    who = world.graph.get(message, "addressee")
    name = None if who is None else world.graph.get(ThingId(str(who)), "displayName")
    return None if name is None else str(name)


def went_out(world: World) -> Iterator[Event]:
    """Each time a message went out, the first one first."""
    after = 0
    while events := world.ledger.read(after, types=(PUBLISHED,), limit=_BATCH):
        yield from events
        after = events[-1].sequence
