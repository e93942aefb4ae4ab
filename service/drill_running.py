"""Running drills: of all workers one moves a drill's clock, brings what arrives, and looks."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from filelock import FileLock, Timeout

from knowledge.refusals import Conflict, DuplicateEvent, LedgerRefused
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, ActRefused
from ontology.lifecycle_data import duration
from ontology.signals import Signal
from service import acts, desk, intake
from service.bodies import DecisionRequest
from service.clock import monotonic_ms
from service.committing import GateRefused
from service.drill_scenario import ActIn, InjectIn, Scenario, since
from service.drill_timeline import Item, heard, timeline
from service.drill_worlds import (
    SETTER,
    WorldBroken,
    body,
    furnish,
    lock_of,
    open_incident,
    worlds_of,
)
from service.drills import KIND, RUNNING, Drill
from service.intake import SignalRefused
from service.recording import put_records
from service.settings import WorldKind
from service.world import World

TOLD: Final = "drill.told"
"""Something that reached the participants: a post or an inject."""

SLICE_MS: Final = 2_000.0
"""How long one drill is moved before the others have their turn."""

_LONGEST_STEP: Final = timedelta(seconds=15)
"""More real time than this between two looks was an outage, which is no time of the drill."""


class DrillBusy(RuntimeError):
    """Another process moves this drill's clock at this moment."""


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
        self._told: Final = {event.id for event in _told(world)}

    @property
    def over(self) -> bool:
        """Whether the clock has reached the end."""
        return self.world.clock.now() >= self.scenario.clock.ends

    def next_item(self) -> datetime:
        """When the next post or inject arrives; the end where none does."""
        self._skip()
        left = self._items[self._next :]
        return left[0].at if left else self.scenario.clock.ends

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
        self._skip()
        return self._items[self._next].at if self._next < len(self._items) else None

    def _skip(self) -> None:
        """Pass over what somebody brought forward."""
        while self._next < len(self._items) and _event(self._items[self._next].id) in self._told:
            self._next += 1

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
            if _event(item.id) not in self._told and not item.share:
                told(self.world, item.id, shown(item), item.at)
                self._told.add(_event(item.id))
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


class DrillRunner:
    """Moves the drills that this worker leads; a step fails alone and is tried again."""

    def __init__(self, live: World, following: Following) -> None:
        """Lead none yet."""
        self._live: Final = live
        self._following: Final = following
        self._leads: Final[dict[ThingId, FileLock]] = {}
        self._plays: Final[dict[ThingId, Play]] = {}
        self._seen: Final[dict[ThingId, float]] = {}

    def step(self) -> None:
        """Move every running drill by the time that went by since the last step."""
        if self._live.kind is WorldKind.DRILL:
            return
        self._live.catch_up_governed()
        running = [one for one in self._live.drills.held() if one.state == RUNNING]
        for gone in {*self._leads} - {one.id for one in running}:
            self._let_go(gone)
        for drill in running:
            if self._leading(drill):
                self._move(drill)

    def close(self) -> None:
        """Let other workers lead."""
        for drill in [*self._leads]:
            self._let_go(drill)

    def _leading(self, drill: Drill) -> bool:
        lock = self._leads.get(drill.id)
        if lock is None:
            lock = file_lock(self._live, drill)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return False
            self._leads[drill.id] = lock
        return True

    def _let_go(self, drill: ThingId) -> None:
        if (play := self._plays.pop(drill, None)) is not None:
            play.close()
        self._seen.pop(drill, None)
        self._leads.pop(drill).release()

    def _move(self, drill: Drill) -> None:
        try:
            play = self._plays.get(drill.id) or play_of(self._live, drill, self._following)
        except WorldBroken as error:
            self._live.log.warning("a drill's world can't be made", drill=drill.id, why=str(error))
            act(
                self._live,
                drill.id,
                "pause",
                {"reason": f"Its world can't be made: {error}"[:900]},
            )
            return
        now = monotonic_ms()
        if drill.id not in self._plays:
            self._plays[drill.id] = play
            play.bring()
        else:
            self._advance(play, drill, timedelta(milliseconds=now - self._seen[drill.id]))
        self._seen[drill.id] = now
        if play.over:
            act(self._live, drill.id, "finish", {"reason": "The scenario is over."})

    def _advance(self, play: Play, drill: Drill, passed: timedelta) -> None:
        at = play.world.clock.now()
        if drill.speed == 0:
            play.advance(play.scenario.clock.ends, budget_ms=SLICE_MS)
            return
        play.advance(at + min(passed, _LONGEST_STEP) * drill.speed, budget_ms=SLICE_MS)


def file_lock(live: World, drill: Drill) -> FileLock:
    """The lock of whoever moves a drill's clock."""
    path = lock_of(live.settings.home, drill)
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path, thread_local=False)


def play_of(live: World, drill: Drill, following: Following) -> Play:
    """The play of a drill, its world furnished if it was not; under the drill's lock.

    Raises:
        WorldBroken: it can't be furnished.
    """
    furnish(live, drill)
    world = worlds_of(live).get(live, drill)
    if world is None:
        raise WorldBroken(f"the folder of {drill.id} is gone")
    world.catch_up()
    return Play(world, drill, following)


def step_by(live: World, drill: Drill, by: timedelta | None, following: Following) -> datetime:
    """Move a paused drill's clock by so much, or to what arrives next; where it stands then.

    Raises:
        DrillBusy: another process is at it.
        WorldBroken: its world can't be furnished.
    """
    lock = file_lock(live, drill)
    try:
        lock.acquire(timeout=10)
    except Timeout:
        raise DrillBusy(f"{drill.id} is being moved; try again in a moment") from None
    try:
        play = play_of(live, drill, following)
        play.bring()
        now = play.world.clock.now()
        play.advance(play.next_item() if by is None else now + by)
        reached = play.world.clock.now()
        play.close()
    finally:
        lock.release()
    if play.over:
        act(live, drill.id, "finish", {"reason": "The scenario is over."})
    return reached


def look(world: World, incident: ThingId, at: datetime) -> None:
    """Ask what the rules say now, once a moment, as a response system would."""
    request = DecisionRequest(incident=incident, precedents=0)
    try:
        desk.ask(world, request, ATTUNE, idempotency=f"drill-look-{at.isoformat()}")
    except LedgerRefused as error:
        world.log.warning("a drill's rules were not asked", why=str(error))


def act(live: World, drill: ThingId, name: str, data: dict[str, Json]) -> None:
    """An act of attune's own on a drill; somebody may have been first."""
    try:
        acts.propose(live, thing=drill, kind=KIND, act=name, data=data, actor=SETTER)
    except (ActRefused, Conflict) as error:
        live.log.warning("drill not moved on", drill=drill, act=name, why=str(error))
    live.catch_up()


def told(
    world: World, name: str, body: dict[str, Json], at: datetime, by: ThingId = ATTUNE
) -> bool:
    """Tell the participants of something, once; whether it is new."""
    draft = Draft(
        id=_event(name),
        type=TOLD,
        subject=ThingId("drill/story"),
        actor=by,
        occurred_at=at,
        scopes=(Scope("drill/story"),),
        data={"item": name, **body},
        governed=False,
    )
    try:
        world.ledger.append([draft])
    except DuplicateEvent:
        return False
    return True


def shown(item: Item) -> dict[str, Json]:
    """What the participants read of an item."""
    if item.post is not None:
        post = item.post
        return {
            "kind": "post",
            "from": post.by,
            "platform": post.platform,
            "text": post.text,
            "passed_on": post.shares,
            "reach": post.reach,
        }
    return injected(item.inject) if item.inject is not None else {}


def injected(inject: InjectIn) -> dict[str, Json]:
    """What the participants read of an inject."""
    return {
        "kind": inject.kind,
        "title": inject.title,
        "from": inject.sender,
        "to": inject.to,
        "text": inject.text,
        "public": inject.heard,
    }


def apply(world: World, inject: InjectIn | None) -> None:
    """Do to the drill's world what an inject does."""
    for one in inject.does if inject is not None else ():
        try:
            _done(world, one)
        except (ActRefused, GateRefused, Conflict) as error:
            world.log.warning("inject not done", act=one.act, to=one.to, why=str(error))


def _done(world: World, one: ActIn) -> None:
    if one.put is not None:
        (outcome,) = put_records(world, [body(one.put)], actor=SETTER)
        if isinstance(outcome, Exception):
            world.log.warning("record of an inject refused", record=one.put.id, why=str(outcome))
    elif one.act is not None and one.to is not None:
        thing, kind = ThingId(one.to), one.to.partition("/")[0]
        acts.propose(world, thing=thing, kind=kind, act=one.act, data=one.data, actor=SETTER)
    world.catch_up()


def inject_now(world: World, scenario: Scenario, inject: InjectIn, by: ThingId) -> bool:
    """Bring an inject now: one of the scenario ahead of its time, or a new one."""
    now = world.clock.now()
    item = Item(id=f"inject-{inject.id}", at=now, inject=inject)
    if not told(world, item.id, injected(inject), now, by):
        return False
    if (signal := heard(item, scenario)) is not None:
        intake.take(world, [intake.read(world, signal)], actor=ATTUNE)
    apply(world, inject)
    return True


def _told(world: World) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(TOLD,), limit=1_000):
        yield from events
        after = events[-1].sequence


def _event(item: str) -> str:
    return f"event/drill-{item}"
