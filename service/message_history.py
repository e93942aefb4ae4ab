"""Recorded commits about messages, one by one, on a graph that grows again as it was then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.graph import Graph
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId, kind_of
from service.message_content import KIND
from service.recorded_history import Progress
from service.world import World

REFUSED: Final = "refusal.recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody tried with a message: events that were committed together, or a refusal.

    `graph` is as it was just before.
    """

    message: ThingId
    events: Sequence[Event]
    graph: Graph

    @property
    def refused(self) -> bool:
        """Whether the gate refused it then."""
        return self.events[0].type == REFUSED

    @property
    def first(self) -> Event:
        """The event that names who did it, and when."""
        return self.events[0]

    @property
    def act(self) -> str:
        """What was done, in a word: `draft`, `edit`, `publish`."""
        told = self.first.data.get("act")
        return str(told) if told is not None else "put"

    @property
    def erased(self) -> bool:
        """Whether words of it were erased since."""
        return any(event.erased for event in self.events)

    def drafts(self) -> list[Draft]:
        """The events as they were proposed."""
        return [_draft(event) for event in self.events]

    def incident(self) -> ThingId | None:
        """The incident that the message is about, as proposed or as it stood."""
        for event in self.events:
            properties = event.data.get("properties")
            if event.subject == self.message and isinstance(properties, dict):
                named = _one(properties.get("aboutIncident"))
                if named is not None:
                    return ThingId(named)
        stood = self.graph.get(self.message, "aboutIncident")
        return ThingId(str(stood)) if stood is not None else None


def attempts(
    world: World, since: datetime | None, until: datetime | None, progress: Progress
) -> Iterator[Attempt]:
    """Everything that was tried with messages between two moments, in order.

    Progress counts the events of the ledger.
    """
    last = world.ledger.sequence_at(until or world.clock.now())
    first = world.ledger.sequence_at(since) if since is not None else 0
    graph = Graph(world.ledger, None, world.keys)
    for group in _groups(world, first, last):
        message = _message(group)
        if message is not None:
            graph.catch_up(group[0].sequence - 1)
            yield Attempt(message=message, events=group, graph=graph)
        progress(group[-1].sequence - first, last - first)
    progress(last - first, last - first)


def _groups(world: World, after: int, until: int) -> Iterator[list[Event]]:
    """Events that were recorded together."""
    group: list[Event] = []
    while events := world.ledger.read(after, until):
        for event in events:
            if group and not _together(group[-1], event):
                yield group
                group = []
            group.append(event)
        after = events[-1].sequence
    if group:
        yield group


def _together(one: Event, other: Event) -> bool:
    same = (one.recorded_at, one.actor) == (other.recorded_at, other.actor)
    return same and REFUSED not in {one.type, other.type} and one.governed and other.governed


def _message(group: Sequence[Event]) -> ThingId | None:
    """The message that a commit is about; None where it is about none, or judged nothing."""
    judged = (event for event in group if event.governed or event.type == REFUSED)
    return next((event.subject for event in judged if kind_of(event.subject) == KIND), None)


def _draft(event: Event) -> Draft:
    return Draft(
        id=event.id,
        type=event.type,
        subject=event.subject,
        actor=event.actor,
        occurred_at=event.occurred_at,
        scopes=event.scopes,
        data=event.data,
        personal=event.personal,
        governed=event.governed,
    )


def _one(value: Json) -> str | None:
    found = value[0] if isinstance(value, list) and value else value
    return None if found is None or isinstance(found, list) else str(found)
