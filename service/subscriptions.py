"""Subscriptions: decisions that stay subscribed to their facts, as the ledger tells them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration

KIND: Final = "subscription"
CHANGED: Final = "decision.changed"
MADE: Final = "decision.made"
LONGEST: Final = timedelta(days=31)
USUAL: Final = "PT24H"
"""How long a decision stays subscribed where nobody says."""

_ACTED: Final = "thing.acted"
_PLACED: Final = ("/location", "/place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One decision that is kept up to date; `current` is the newest that took its place."""

    id: ThingId
    decision: ThingId
    current: ThingId
    by: ThingId
    since: datetime
    until: datetime
    state: str = "standing"
    changes: int = 0

    @property
    def stands(self) -> bool:
        """Whether it is watched."""
        return self.state == "standing"


class Subscriptions:
    """Every subscription, as far as events were applied."""

    types: Final = (_ACTED, CHANGED)

    def __init__(self) -> None:
        """Start with none."""
        self._all: Final[dict[ThingId, Subscription]] = {}
        self._standing: Final[dict[ThingId, ThingId]] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; what is about nothing of that kind changes nothing."""
        if event.type == CHANGED:
            self._changed(event)
        elif kind_of(event.subject) == KIND and event.type == _ACTED:
            self._acted(event)

    def get(self, subscription: ThingId) -> Subscription | None:
        """One of them."""
        return self._all.get(subscription)

    def of(self, decision: str) -> Subscription | None:
        """The one that stands for a decision, or for the one that took its place."""
        found = self._standing.get(ThingId(decision))
        return self._all.get(found) if found is not None else None

    def standing(self) -> tuple[Subscription, ...]:
        """Those that are watched, the oldest first."""
        return tuple(one for one in self._all.values() if one.stands)

    def all(self) -> tuple[Subscription, ...]:
        """Every one, the oldest first."""
        return tuple(self._all.values())

    def many(self) -> int:
        """How many are watched."""
        return len(self._standing)

    def _acted(self, event: Event) -> None:
        state, data, known = (
            str(event.data["to"]),
            event.data["data"],
            self._all.get(event.subject),
        )
        if known is None and isinstance(data, Mapping):
            decision = ThingId(str(data["decision"]))
            self._all[event.subject] = Subscription(
                id=event.subject,
                decision=decision,
                current=decision,
                by=event.actor,
                since=event.occurred_at,
                until=event.occurred_at + duration(str(data["within"])),
            )
            self._standing[decision] = event.subject
        elif known is not None and state != known.state:
            self._all[event.subject] = replace(known, state=state)
            self._standing.pop(known.current, None)

    def _changed(self, event: Event) -> None:
        known = self._all.get(ThingId(str(event.data["subscription"])))
        if known is None:
            return
        current = ThingId(str(event.data["decision"]))
        self._all[known.id] = replace(known, current=current, changes=known.changes + 1)
        if self._standing.pop(known.current, None) is not None:
            self._standing[current] = known.id


class SubscriptionGuard:
    """Refuses to watch what can't be decided again, what is watched already, and too much."""

    def __init__(self, ledger: Ledger, known: Callable[[], Subscriptions], most: int) -> None:
        """Judge by this ledger; `most` may stand at once."""
        self._ledger: Final = ledger
        self._known: Final = known
        self._most: Final = most

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[()]:
        """Nothing, where the act may be done.

        Raises:
            ActRefused: it may not; all reasons are in it.
        """
        del thing
        if act != "subscribe":
            return ()
        found = (
            ("decision", self._wrong(str(data.get("decision")))),
            ("within", _too_long(data.get("within"))),
            ("state", self._taken(str(data.get("decision"))) or self._full()),
        )
        problems = tuple(DataProblem(where, words) for where, words in found if words is not None)
        if problems:
            raise ActRefused(act, problems, ())
        return ()

    def _wrong(self, decision: str) -> str | None:
        event = self._ledger.by_id(decision)
        if event is None or event.type != MADE:
            return f"there is no {decision[:140]!r}; GET /v1/decisions lists what was decided"
        if event.erased:
            return f"{decision} was about a person who was erased"
        return unrepeatable(event)

    def _taken(self, decision: str) -> str | None:
        other = self._known().of(decision)
        return f"{decision} is subscribed already, by {other.id}" if other is not None else None

    def _full(self) -> str | None:
        if self._known().many() < self._most:
            return None
        return f"{self._most} stand already, which is the most (ATTUNE_SUBSCRIPTIONS); end one"


def unrepeatable(event: Event) -> str | None:
    """Why a decision can't be made again from fresh facts; None where it can."""
    stated = "stated" in event.data
    kept = event.data["facts"]
    for fact in kept if isinstance(kept, list) else ():
        if not isinstance(fact, dict) or not isinstance(fact["origins"], list):
            continue
        refs = [str(one["ref"]) for one in fact["origins"] if isinstance(one, dict)]
        if any(ref in _PLACED for ref in refs):
            return "it was asked with a place, which is not kept; name a geofence instead"
        told = fact["kind"] not in {"request", "signal"}
        if told and not stated and any(ref.startswith("/facts/") for ref in refs):
            return "what its caller stated was not kept apart then; ask again, with subscribe"
    return None


def _too_long(within: Json) -> str | None:
    found = duration(within) if isinstance(within, str) else timedelta()
    return None if found <= LONGEST else f"{within!r} is longer than {LONGEST.days} days; P7D fits"
