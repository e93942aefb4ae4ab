"""Running drills: of all workers one moves a drill's clock, and none goes on when it is over."""

from datetime import datetime, timedelta
from typing import Final

from filelock import FileLock, Timeout

from knowledge.refusals import Conflict
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service import acts
from service.clock import monotonic_ms
from service.drill_playing import Following, Play
from service.drill_worlds import SETTER, WorldBroken, furnish, lock_of, worlds_of
from service.drills import KIND, RUNNING, Drill
from service.settings import WorldKind
from service.world import World

SLICE_MS: Final = 2_000.0
"""How long one drill is moved before the others have their turn."""

_LONGEST_STEP: Final = timedelta(seconds=15)
"""More real time than this between two looks was an outage, which is no time of the drill."""


class DrillBusy(RuntimeError):
    """Another process moves this drill's clock at this moment."""


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


def act(live: World, drill: ThingId, name: str, data: dict[str, Json]) -> None:
    """An act of attune's own on a drill; somebody may have been first."""
    try:
        acts.propose(live, thing=drill, kind=KIND, act=name, data=data, actor=SETTER)
    except (ActRefused, Conflict) as error:
        live.log.warning("drill not moved on", drill=drill, act=name, why=str(error))
    live.catch_up()
