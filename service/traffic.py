"""Traffic: what each partner sent and what became of it, folded from the ledger."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast

from knowledge.ledger import Ledger
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.drift import OTHER, Drift, Profile
from service.lag import BOUNDS

TAKEN: Final = "intake.taken"
REFUSED: Final = "intake.refused"
LOOKED_BACK: Final = timedelta(days=30)
"""How far back deliveries are counted when a worker starts."""

FRESH: Final = timedelta(days=1)
"""How long a change of form stands as news."""

_TYPES: Final = (TAKEN, REFUSED)
_BATCH: Final = 1_000
_MOST_DRIFTS: Final = 50
_MOST_REASONS: Final = 32


@dataclass(slots=True, kw_only=True)
class Account:
    """What one partner sent: counts, what was dropped and refused, the form and its changes.

    `received` counts posts by the class of seconds from posted to received.
    """

    last_seen: datetime | None = None
    deliveries: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    received: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    profile: Profile = field(default_factory=Profile)
    drifts: deque[Drift] = field(default_factory=lambda: deque(maxlen=_MOST_DRIFTS))

    def fresh(self, at: datetime) -> list[Drift]:
        """The changes of form that are news at a moment."""
        return [drift for drift in self.drifts if at - FRESH <= drift.since]

    def apply(self, event: Event) -> None:
        """Take one delivery in."""
        self.last_seen = event.occurred_at
        self.deliveries += 1
        for name in ("events", "new", "known", "rejected"):
            self.counts[name] += _count(event.data.get(name))
        _add(self.dropped, event.data.get("dropped"))
        _add(self.refused, event.data.get("refused"))
        lags = event.data.get("received")
        if isinstance(lags, list):
            for place, count in enumerate(lags[: len(self.received)]):
                self.received[place] += _count(count)
        form = event.data.get("form")
        if isinstance(form, Mapping):
            events = _count(event.data.get("events"))
            told = cast("Mapping[str, Mapping[str, int]]", form)
            self.drifts.extend(self.profile.apply(told, events, event.occurred_at))


class Traffic:
    """The accounts of all partners; `catch_up` brings them to the head of the ledger."""

    def __init__(self) -> None:
        """Start with nothing folded."""
        self._accounts: dict[ThingId, Account] = {}
        self._sequence: int | None = None
        self._folding: Final = threading.Lock()

    def catch_up(self, ledger: Ledger, now: datetime) -> None:
        """Fold the deliveries that were recorded since; at first, those of the last 30 days."""
        with self._folding:
            if self._sequence is None:
                self._sequence = ledger.sequence_at(now - LOOKED_BACK)
            while events := ledger.outlines(self._sequence, types=_TYPES, limit=_BATCH):
                for event in events:
                    self._accounts.setdefault(event.subject, Account()).apply(event)
                self._sequence = events[-1].sequence

    def of(self, partner: ThingId) -> Account:
        """What a partner sent; an empty account where it sent nothing."""
        return self._accounts.get(partner) or Account()

    def all(self) -> Mapping[ThingId, Account]:
        """The accounts there are."""
        return dict(self._accounts)


def _count(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _add(counter: Counter[str], given: Json) -> None:
    """Add counts by name; past a bound of names all go to one."""
    for name, count in given.items() if isinstance(given, dict) else ():
        counter[name if name in counter or len(counter) < _MOST_REASONS else OTHER] += _count(
            count
        )
