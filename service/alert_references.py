"""Reference moments: when, of each incident, a warning would have come too late."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Event
from ontology.identity import ThingId, kind_of

_BATCH: Final = 2_000
_HIGH: Final = frozenset({"executive", "board"})
FEWEST: Final = 10
"""Posts of an hour below which an incident has no peak to speak of."""


class Reference(StrEnum):
    """Which moment of an incident counts."""

    ESCALATED = "escalated"
    """When a person first escalated it to executives or the board."""
    OPENED = "opened"
    """When a person opened or confirmed it."""
    PEAK = "peak"
    """The first look at the hour with most posts."""


class Peaks:
    """The hour of most posts of each incident, as far as one has looked."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self._most: dict[ThingId, tuple[int, datetime]] = {}

    def see(self, incident: ThingId, at: datetime, volume: int) -> None:
        """Take in one look."""
        if volume > self._most.get(incident, (0, at))[0]:
            self._most[incident] = volume, at

    def moments(self) -> dict[ThingId, datetime]:
        """The first look at the largest hour, where it has ten posts and more."""
        return {one: at for one, (most, at) in self._most.items() if most >= FEWEST}


def acted(ledger: Ledger, reference: Reference) -> dict[ThingId, datetime]:
    """The moments that people's acts set, of every incident that has one."""
    found: dict[ThingId, datetime] = {}
    after = 0
    while events := ledger.read(after, types=("thing.acted",), governed=True, limit=_BATCH):
        for event in _of_people(events):
            if _is(event, reference):
                found.setdefault(event.subject, event.occurred_at)
        after = events[-1].sequence
    return found


def _of_people(events: Iterable[Event]) -> Iterable[Event]:
    return (
        one
        for one in events
        if one.data.get("kind") == "incident" and kind_of(one.actor) == "person"
    )


def _is(event: Event, reference: Reference) -> bool:
    if reference is Reference.OPENED:
        return event.data["act"] in {"open", "confirm"}
    said = event.data.get("properties")
    tier = said.get("tier") if isinstance(said, dict) else None
    return event.data["act"] == "escalate" and tier in _HIGH
