"""What was said about an incident: each message, its channel and audience, and its steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from knowledge.graph import Graph
from ontology.events import Event
from ontology.identity import ThingId, kind_of
from service.message_content import KIND
from service.placements import of_message, read
from service.publishing import PUBLISHED
from service.world import World

STEPS = ("decided", "drafted", "approved", "published", "confirmed", "seen")
"""In the order in which they should come."""

_BATCH = 1_000
_DECIDED = "decision.made"
_ACTED = "thing.acted"
_MOST_DECISIONS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message that went out, and when; a step that nobody recorded is not among `at`."""

    id: ThingId
    channel: str
    language: str
    region: str | None
    audience: str
    text: str | None
    at: dict[str, datetime]
    silent: int
    """How many of its placements nobody confirmed."""

    @property
    def published(self) -> datetime:
        """When it went out."""
        return self.at["published"]

    def minutes(self, since: str, until: str) -> float | None:
        """How long it took from one step to another, None where one is not known."""
        if since not in self.at or until not in self.at:
            return None
        return (self.at[until] - self.at[since]).total_seconds() / 60


def said(world: World, incident: ThingId) -> list[Said]:
    """Every message about an incident that went out, in that order."""
    decided = _decided(world, incident)
    messages = (
        one for one in world.graph.subjects("aboutIncident", incident) if kind_of(one) == KIND
    )
    found = (_said(world, one, decided) for one in messages)
    return sorted(
        (one for one in found if one is not None), key=lambda one: (one.published, one.id)
    )


def _said(world: World, message: ThingId, decided: datetime | None) -> Said | None:
    graph, at = world.graph, dict[str, datetime]()
    for event in _events(world, message):
        if event.type == PUBLISHED:
            at.setdefault("published", event.occurred_at)
        elif event.type == _ACTED and event.data["to"] == "approved":
            at.setdefault("approved", event.occurred_at)
        at.setdefault("drafted", event.occurred_at)
    if "published" not in at:
        return None
    if decided is not None and decided <= at["published"]:
        at["decided"] = decided
    placed = [read(world.ledger, one) for one in of_message(graph, message)]
    posted = [one.posted_at for one in placed if one is not None and one.posted_at is not None]
    if posted:
        at["confirmed"] = min(posted)
    text = graph.get(message, "text")
    return Said(
        id=message,
        channel=_text(graph, message, "onChannel") or "unknown",
        language=_text(graph, message, "language") or "und",
        region=_text(graph, message, "forRegion"),
        audience=_text(graph, message, "audience") or "unknown",
        text=None if text is None else str(text),
        at=at,
        silent=len(placed) - len(posted),
    )


def _decided(world: World, incident: ThingId) -> datetime | None:
    """When a decision was first made about an incident."""
    for event in islice(_all(world, _DECIDED), _MOST_DECISIONS):
        asked = event.data.get("request")
        if isinstance(asked, dict) and asked.get("incident") == incident:
            return event.occurred_at
    return None


def _text(graph: Graph, thing: ThingId, name: str) -> str | None:
    value = graph.get(thing, name)
    return None if value is None else str(value)


def _events(world: World, thing: ThingId) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, subject=thing, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _all(world: World, kind: str) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(kind,), limit=_BATCH):
        yield from events
        after = events[-1].sequence
