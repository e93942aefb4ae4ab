"""What waits to be delivered: a fold of the ledger, bounded for each webhook."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.webhooks import CREATED, EVERYTHING, REMOVED, TELLABLE, Webhook, Webhooks

SENT: Final = "delivery.sent"
FAILED: Final = "delivery.failed"
DEAD: Final = "delivery.dead"
REQUESTED: Final = "delivery.requested"
MOST_WAITING: Final = 5_000
"""Deliveries of one webhook that are kept in mind; the ledger keeps the others."""

Read: TypeAlias = Callable[[int, int, Sequence[str], int], Sequence[Event]]
"""Events after a sequence up to another one, of some types, at most so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One event on its way to one webhook: how often it was tried, when it is tried next."""

    webhook: ThingId
    sequence: int
    attempts: int
    due: datetime


class Outgoing:
    """What waits for each webhook; applying an event twice changes nothing."""

    def __init__(
        self,
        *,
        most: int = MOST_WAITING,
        hushed: Callable[[Event], bool] = lambda _: False,
    ) -> None:
        """Start with nothing; `hushed` tells events that were recorded in silence."""
        self._most: Final = most
        self._hushed: Final = hushed
        self._waiting: dict[ThingId, dict[int, Waiting]] = {}
        self._behind: dict[ThingId, int] = {}
        self.webhooks = Webhooks()
        self.cursor = 0

    def apply(self, event: Event) -> None:
        """Fold one event."""
        self.webhooks.apply(event)
        if event.type == REMOVED:
            self._waiting.pop(event.subject, None)
            self._behind.pop(event.subject, None)
        elif event.type in {SENT, DEAD}:
            self._waiting.get(event.subject, {}).pop(_sequence(event), None)
        elif event.type == FAILED:
            self._again(event)
        elif event.type == REQUESTED and self.webhooks.get(event.subject):
            self._wait(event.subject, _sequence(event), event.recorded_at)
        told = tuple(self.webhooks.told(event))
        if told and not self._hushed(event):
            for webhook in told:
                self._enqueue(webhook.id, event)

    def types(self) -> tuple[str, ...]:
        """The types of events that have to be applied."""
        there = self.webhooks.all()
        wanted = {name for webhook in there for name in _types(webhook)}
        return (CREATED, REMOVED, *((SENT, FAILED, DEAD, REQUESTED) if there else ()), *wanted)

    def refill(self, read: Read) -> None:
        """Take up events that found no room, where there is room again."""
        for webhook, after in list(self._behind.items()):
            room = self._most - len(self._waiting.get(webhook, {}))
            found = self.webhooks.get(webhook)
            if found is None or room < self._most // 2:
                continue
            events = read(after, self.cursor, _types(found), room)
            for event in events:
                if not self._hushed(event):
                    self._wait(webhook, event.sequence, event.recorded_at)
            if len(events) < room:
                del self._behind[webhook]
            else:
                self._behind[webhook] = events[-1].sequence

    def due(self, now: datetime, most: int) -> Mapping[ThingId, Sequence[Waiting]]:
        """What is to be sent now: at most so many for each webhook, the oldest events first."""
        found = {}
        for webhook, waiting in self._waiting.items():
            ready = sorted(w.sequence for w in waiting.values() if w.due <= now)[:most]
            if ready:
                found[webhook] = [waiting[sequence] for sequence in ready]
        return found

    def __len__(self) -> int:
        """How many deliveries wait in mind."""
        return sum(map(len, self._waiting.values()))

    def to_json(self) -> dict[str, Json]:
        """What waits, to be kept between runs; webhooks are not in it, the ledger has them."""
        waiting: list[Json] = [
            [one.webhook, one.sequence, one.attempts, one.due.isoformat()]
            for several in self._waiting.values()
            for one in several.values()
        ]
        behind: dict[str, Json] = {str(webhook): at for webhook, at in self._behind.items()}
        return {"cursor": self.cursor, "waiting": waiting, "behind": behind}

    def restore(
        self,
        cursor: int,
        waiting: Iterable[tuple[str, int, int, str]],
        behind: Mapping[str, int],
        events: Iterable[Event],
    ) -> None:
        """Go on from what was kept; `events` are those of webhooks up to the cursor."""
        for event in events:
            self.webhooks.apply(event)
        for webhook, sequence, attempts, due in waiting:
            name = ThingId(webhook)
            self._wait(name, sequence, datetime.fromisoformat(due), attempts)
        self._behind = {ThingId(webhook): at for webhook, at in behind.items()}
        self.cursor = cursor

    def _enqueue(self, webhook: ThingId, event: Event) -> None:
        full = len(self._waiting.get(webhook, {})) >= self._most
        if webhook in self._behind or full:
            self._behind.setdefault(webhook, event.sequence - 1)
        else:
            self._wait(webhook, event.sequence, event.recorded_at)

    def _wait(self, webhook: ThingId, sequence: int, due: datetime, attempts: int = 0) -> None:
        one = Waiting(webhook=webhook, sequence=sequence, attempts=attempts, due=due)
        self._waiting.setdefault(webhook, {})[sequence] = one

    def _again(self, event: Event) -> None:
        """Wait for the next attempt, where there is one."""
        sequence, following = _sequence(event), event.data.get("next")
        if sequence in self._waiting.get(event.subject, {}) and isinstance(following, str):
            attempts = int(str(event.data["attempt"]))
            self._wait(event.subject, sequence, datetime.fromisoformat(following), attempts)


def _sequence(event: Event) -> int:
    """The sequence of the event that a delivery is about."""
    return int(str(event.data["event"]))


def _types(webhook: Webhook) -> Sequence[str]:
    return TELLABLE if EVERYTHING in webhook.types else sorted(webhook.types)
