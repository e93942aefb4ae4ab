"""Playing a drill: its clock moves from one moment to the next, and what is due arrives."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from knowledge.refusals import LedgerRefused
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from ontology.lifecycle_data import duration
from ontology.signals import Signal
from service import desk, intake
from service.clock import monotonic_ms
from service.decision_bodies import DecisionRequest
from service.drill_scenario import since
from service.drill_telling import (
    apply,
    event_of,
    everything_told,
    finish_broken_off,
    shown,
    told,
)
from service.drill_timeline import Item, heard, timeline
from service.drill_worlds import open_incident
from service.drills import Drill
from service.intake import SignalRefused
from service.world import World


class Follows(Protocol):
    """What follows in a world from deadlines, posts and decisions."""

    def once(self) -> None:
        """One look at all of it."""

    def close(self) -> None:
        """Let another process go on."""


Following = Callable[[World], Follows]
"""What makes it, for a drill's world."""


class Play:
    """One drill's world while its clock moves; use it from whoever holds the drill's lock."""

    def __init__(self, world: World, drill: Drill, following: Following) -> None:
        """Read what was told before; bringing it again changes nothing."""
        self.world: Final = world
        self.scenario: Final = drill.written.scenario
        self._incident: Final = ThingId(self.scenario.incident.id)
        self._background: Final = following(world)
        self._items: Final = timeline(self.scenario)
        self._next = 0
        self._told: Final = {event.id for event in everything_told(world)}
        finish_broken_off(world, self.scenario)

    @property
    def over(self) -> bool:
        """Whether the clock has reached the end."""
        return self.world.clock.now() >= self.scenario.clock.ends

    def next_item(self) -> datetime:
        """When the next post or inject arrives; the end where none does."""
        return self._upcoming() or self.scenario.clock.ends

    def advance(self, to: datetime, *, budget_ms: float | None = None) -> None:
        """Move the clock to a moment, or as far as the budget reaches."""
        started, to = monotonic_ms(), min(to, self.scenario.clock.ends)
        self.world.catch_up()
        while self.world.clock.now() < to:
            self._step(min(to, self._boundary()))
            if budget_ms is not None and monotonic_ms() - started >= budget_ms:
                break

    def close(self) -> None:
        """Let another process go on."""
        self._background.close()

    def bring(self) -> None:
        """Bring what should have arrived by now."""
        self._deliver(self.world.clock.now())

    def _step(self, at: datetime) -> None:
        self.world.advance(at, actor=ATTUNE)
        self._deliver(at)
        self._background.once()
        if self.scenario.rules == "shown" and self._looks(at):
            look(self.world, self._incident, at)

    def _boundary(self) -> datetime:
        """The next moment at which something happens."""
        now = self.world.clock.now()
        due = self.world.due_now().next_due()
        moments = [self._next_look(now), self._upcoming(), due]
        return min((one for one in moments if one is not None and one > now), default=now)

    def _upcoming(self) -> datetime | None:
        """When the next post or inject arrives that nobody brought forward.

        A share is no moment of its own: it comes with what comes next, at the next look at the
        latest.
        """
        now = self.world.clock.now()
        ahead = (one for one in self._items[self._next :] if not one.share and one.at > now)
        return next((one.at for one in ahead if event_of(one.id) not in self._told), None)

    def _next_look(self, now: datetime) -> datetime:
        every, began = duration(self.scenario.clock.look), self.scenario.clock.began
        return began + ((now - began) // every + 1) * every

    def _looks(self, at: datetime) -> bool:
        every = duration(self.scenario.clock.look)
        return not (at - self.scenario.clock.began) % every

    def _deliver(self, at: datetime) -> None:
        scenario = self.scenario
        opened = scenario.incident.opened
        if opened is not None and at >= scenario.clock.began + since(opened):
            open_incident(self.world, scenario)
        end = self._next
        while end < len(self._items) and self._items[end].at <= at:
            end += 1
        due, self._next = self._items[self._next : end], end
        self._hear(due)
        for item in due:
            if event_of(item.id) not in self._told and not item.share:
                told(self.world, item.id, shown(item), item.at)
                self._told.add(event_of(item.id))
                apply(self.world, item.inject)

    def _hear(self, due: Sequence[Item]) -> None:
        said = [one for one in (heard(item, self.scenario) for item in due) if one is not None]
        reader, good = intake.Reader(self.world), list[Signal]()
        for one in said:
            try:
                good.append(reader.read(one))
            except SignalRefused as error:
                self.world.log.warning("post of a drill not heard", post=one.id, why=str(error))
        if good:
            intake.take(self.world, good, actor=ATTUNE, in_full=self.world.settings.language)


def look(world: World, incident: ThingId, at: datetime) -> None:
    """Ask what the rules say now, once a moment, as a response system would."""
    request = DecisionRequest(incident=incident, precedents=0)
    try:
        desk.ask(world, request, ATTUNE, idempotency=f"drill-look-{at.isoformat()}")
    except LedgerRefused as error:
        world.log.warning("a drill's rules were not asked", why=str(error))
