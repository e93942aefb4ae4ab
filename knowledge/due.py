"""What is due: open things with their state, team and deadlines, folded from the ledger."""

import heapq
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from knowledge.open_things import (
    Lapse,
    Open,
    Place,
    deadlines_of,
    incident_of,
    ordered,
    remaining,
    routed,
    team_of,
    tier_of,
)
from ontology.events import Event
from ontology.identity import ThingId, kind_of
from ontology.lifecycle import Lifecycle, Lifecycles, entered

__all__ = ["MOST_OPEN", "Due", "Lapse", "Open", "Place"]

MOST_OPEN: Final = 50_000
"""Open things that are kept; beyond it the oldest without a deadline are left to the ledger."""


class Due:
    """The open things and their deadlines, as far as events were applied; safe across threads.

    What rests until a deadline is kept for the deadline's sake and is in no queue.
    Memory is bounded by `most`: things without deadline beyond it are dropped, oldest first, and
    counted in `dropped`; a thing with a deadline never is.
    """

    types: Final = ("thing.acted", "decision.made", "record.put", "record.removed")
    """The events that say what is due."""

    def __init__(self, lifecycles: Lifecycles, *, most: int = MOST_OPEN) -> None:
        """Start with nothing open."""
        self._lifecycles: Final = lifecycles
        self._born: Final = {one.born: one for one in lifecycles.values() if one.born}
        self._most: Final = most
        self._open: Final[dict[ThingId, Open]] = {}
        self._owners: Final[dict[ThingId, ThingId]] = {}
        self._waiting: Final[list[tuple[datetime, ThingId, str]]] = []
        self._lock: Final = threading.RLock()
        self.dropped = 0

    def apply(self, event: Event) -> None:
        """Fold one event, in the order of the ledger; others than `types` change nothing."""
        with self._lock:
            if event.type == "thing.acted":
                self._acted(event)
            elif event.type in self._born:
                self._begin(event, self._born[event.type])
            elif event.type == "record.put":
                self._owned(event)
            elif event.type == "record.removed":
                self._open.pop(event.subject, None)
                self._owners.pop(event.subject, None)

    def get(self, thing: ThingId) -> Open | None:
        """One open thing."""
        return self._open.get(thing)

    def next_due(self) -> datetime | None:
        """When the next deadline lapses."""
        with self._lock:
            self._forget_stale()
            return self._waiting[0][0] if self._waiting else None

    def lapsed(self, at: datetime, *, limit: int = 1_000) -> tuple[Lapse, ...]:
        """The oldest `limit` deadlines that are due at `at`; they stay until acted upon."""
        with self._lock:
            popped: list[tuple[datetime, ThingId, str]] = []
            found: list[Lapse] = []
            while self._waiting and self._waiting[0][0] <= at and len(found) < limit:
                entry = heapq.heappop(self._waiting)
                if (lapse := self._valid(entry)) is not None and entry not in popped[-1:]:
                    popped.append(entry)
                    found.append(lapse)
            for entry in popped:
                heapq.heappush(self._waiting, entry)
            return tuple(found)

    def queue(
        self,
        kinds: Iterable[str] = (),
        teams: Iterable[ThingId] = (),
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Open, ...]:
        """The open things of these kinds and teams (empty: all), most urgent first."""
        wanted, theirs = frozenset(kinds), frozenset(teams)
        fitting = (
            one
            for one in self.waiting()
            if (not wanted or one.kind in wanted)
            and (not theirs or one.team in theirs)
            and (after is None or one.place > after)
        )
        return tuple(heapq.nsmallest(limit, fitting, key=lambda one: one.place))

    def waiting(self) -> tuple[Open, ...]:
        """All that is in the queue, in no order."""
        with self._lock:
            return tuple(
                one
                for one in self._open.values()
                if not self._lifecycles[one.kind].states[one.state].resting
            )

    def give_up(self, lapse: Lapse) -> None:
        """Drop a deadline that no act can follow any more."""
        with self._lock:
            one = self._open.get(lapse.thing)
            if one is not None:
                kept = tuple(d for d in one.deadlines if d != lapse.deadline)
                self._open[one.thing] = replace(one, deadlines=kept)

    def _begin(self, event: Event, lifecycle: Lifecycle) -> None:
        if event.data.get("live") is False:  # nobody was told of it, so nobody has to answer
            return
        state, similar = str(lifecycle.initial), event.data.get("similar")
        deadlines = entered(
            self._lifecycles, lifecycle.kind, state, at=event.occurred_at, data=event.data
        )
        self._put(
            Open(
                thing=event.subject,
                kind=lifecycle.kind,
                state=state,
                since=event.occurred_at,
                sequence=event.sequence,
                team=team_of(event.data.get("team")),
                deadlines=ordered(deadlines),
                tier=team_of(event.data.get("tier")),
                incident=incident_of(None, event),
                similar=similar if isinstance(similar, dict) else None,
            )
        )

    def _acted(self, event: Event) -> None:
        kind, state = str(event.data["kind"]), str(event.data["to"])
        before = self._open.get(event.subject)
        if event.data["from"] == state and before is not None:
            self._put(
                replace(
                    before,
                    deadlines=remaining(before, event),
                    team=routed(before, event),
                    tier=tier_of(before, event),
                )
            )
            return
        self._put(
            Open(
                thing=event.subject,
                kind=kind,
                state=state,
                since=event.occurred_at,
                sequence=event.sequence,
                team=routed(before, event) or self._owners.get(event.subject),
                deadlines=ordered(deadlines_of(event)),
                by=event.actor,
                tier=tier_of(before, event),
                incident=incident_of(before, event),
                similar=before.similar if before else None,
            )
        )

    def _owned(self, event: Event) -> None:
        """A record that has a lifecycle says who owns it."""
        if kind_of(event.subject) not in self._lifecycles:
            return
        properties = event.data.get("properties")
        given = properties.get("ownedBy") if isinstance(properties, dict) else None
        team = team_of(given[0] if isinstance(given, list) and given else given)
        if team is not None:
            self._owners[event.subject] = team
        before = self._open.get(event.subject)
        if before is not None:
            self._open[event.subject] = replace(before, team=team)

    def _put(self, one: Open) -> None:
        """Keep a thing, or let it go if nothing has to be done about it any more."""
        lifecycle = self._lifecycles.get(one.kind)
        state = lifecycle.states.get(one.state) if lifecycle else None
        self._open.pop(one.thing, None)
        if state is None or state.terminal or (state.resting and not one.deadlines):
            return
        self._open[one.thing] = one
        for deadline in one.deadlines:
            heapq.heappush(self._waiting, (deadline.due, one.thing, deadline.name))
        if len(self._open) > self._most:
            self._drop()
        if len(self._waiting) > 4 * len(self._open) + 1_000:
            self._waiting[:] = sorted({e for e in self._waiting if self._valid(e)})

    def _drop(self) -> None:
        """Leave the oldest tenth of what has no deadline to the ledger."""
        spare = [one for one in self._open.values() if not one.deadlines]
        for one in heapq.nsmallest(self._most // 10 + 1, spare, key=lambda one: one.sequence):
            del self._open[one.thing]
            self.dropped += 1

    def _forget_stale(self) -> None:
        while self._waiting and self._valid(self._waiting[0]) is None:
            heapq.heappop(self._waiting)

    def _valid(self, entry: tuple[datetime, ThingId, str]) -> Lapse | None:
        """What an entry of the heap stands for, if it still does."""
        due, thing, name = entry
        one = self._open.get(thing)
        for deadline in one.deadlines if one else ():
            if one is not None and (deadline.due, deadline.name) == (due, name):
                return Lapse(thing=thing, kind=one.kind, deadline=deadline, entered=one.sequence)
        return None
