"""Clocks: each target of a case that an agreement covers runs, rests and ends as the case does."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from knowledge.measures.service_levels import Kept, Stretch, due, kept, pauses, stretches
from knowledge.measures.staffed_time import NeverDue
from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import ActRefused
from ontology.lifecycle import act as follow
from ontology.values import duration_text
from service.acts import ACTED, acted, standing
from service.following import Follower
from service.recording import PUT, REMOVED
from service.sla_case import Case
from service.sla_cases import CASE, case
from service.sla_joint import CLOCK
from service.slas import Aim, Version, holds, in_force
from service.sweep import ITSELF
from service.world import World

_SECOND: Final = timedelta(seconds=1)
_RUNNING: Final = "running"
_OVER: Final = frozenset({"met", "late", "dropped"})


class Clocks:
    """Follows cases as they are put, in one worker at a time."""

    def __init__(self, world: World) -> None:
        """Read nothing yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "service-clocks", (PUT, REMOVED))

    def step(self) -> None:
        """Let the clocks of every case that changed stand as they should."""
        for events in self._follower.events():
            for one in dict.fromkeys(e.subject for e in events if kind_of(e.subject) == CASE):
                settle(self._world, one)

    def close(self) -> None:
        """Let another worker follow."""
        self._follower.close()


def settle(world: World, thing: ThingId) -> int:
    """Let the clocks of a case stand as they should now; how many acts that took.

    A clock keeps to the version under which it began; a case that came before any is not counted.
    """
    found = case(world, thing)
    if found is None:
        return sum(_act(world, one, "drop", {}) for one in _clocks(world, thing))
    version = holds(in_force(world), found)
    if version is None:
        return 0
    return sum(
        _settle(world, found, version, aim, one)
        for aim in version.aims
        for one in stretches(found.times, aim.target)
    )


def _clocks(world: World, case_: ThingId) -> Iterator[ThingId]:
    for one in world.graph.subjects("ofCase", case_):
        if world.graph.state(one) not in _OVER:
            yield one


def _settle(world: World, found: Case, version: Version, aim: Aim, stretch: Stretch) -> bool:
    now = world.clock.now()
    local = found.id.partition("/")[2]
    number = f"-{stretch.number}" if stretch.number else ""
    clock = ThingId(f"{CLOCK}/{local[:80]}-{aim.target.value}{number}")
    stops = pauses(found.times, now)
    try:
        ends = due(stretch, aim.within, aim.staffed, stops)
        warns = due(stretch, aim.warn_after, aim.staffed, stops)
    except NeverDue:
        world.log.warning("a target never falls due", case=found.id, sla=version.id)
        return False
    state = standing(world, clock, CLOCK).state
    if state in _OVER:
        return False
    if stretch.done is not None:
        if state is None:
            return False  # it was over before anybody counted
        over = kept(stretch, aim.within, aim.staffed, stops, now) is Kept.MISSED
        return _act(world, clock, "come-late" if over else "meet", {})
    times = _times(now, ends, warns)
    if state is None:
        data: dict[str, Json] = {
            "target": aim.target.value,
            "case": found.id,
            "sla": version.id,
            "team": found.team or version.team,
        }
        return _act(world, clock, "start", data | times)
    return _moved(world, clock, state, found, ends, times)


def _moved(
    world: World,
    clock: ThingId,
    state: str,
    found: Case,
    ends: datetime,
    times: Mapping[str, Json],
) -> bool:
    """Rest a clock while the customer is waited for, and let it run on, or from another moment."""
    if found.times.waiting:
        return state == _RUNNING and _act(world, clock, "pause", {})
    if state == "paused":
        return _act(world, clock, "resume", times)
    if state != _RUNNING:
        return False
    known = _due(world, clock)
    moved = known is None or abs(known - ends) > _SECOND
    return moved and _act(world, clock, "resume", times)


def _times(now: datetime, ends: datetime, warns: datetime) -> dict[str, Json]:
    """What is left, at least a second: what is over already is told at once."""
    found: dict[str, Json] = {"dueIn": duration_text(_whole(ends - now))}
    if warns > now:
        found["warnIn"] = duration_text(_whole(warns - now))
    return found


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=max(1, -(-span // _SECOND)))


def _due(world: World, clock: ThingId) -> datetime | None:
    """When a clock is due, as its last act says that set deadlines."""
    found = world.ledger.newest(types=(ACTED,), subject=clock, limit=20)
    for event in found:
        deadlines = event.data.get("deadlines")
        for one in deadlines if isinstance(deadlines, list) else []:
            if isinstance(one, dict) and one.get("name") == "due":
                return datetime.fromisoformat(str(one["due"]))
    return None


def _act(world: World, clock: ThingId, name: str, data: Mapping[str, Json]) -> bool:
    """Do an act of attune's own, unless somebody was first."""
    scope = Scope(clock)
    versions = world.ledger.versions([scope])
    stands = standing(world, clock, CLOCK)
    at = world.clock.now()
    try:
        outcome = follow(world.lifecycles, stands, name, actor=ITSELF, at=at, data=data)
        draft = acted(world.ids("event"), stands, outcome, ITSELF, at)
        world.ledger.append([draft], expected=versions)
    except (ActRefused, Conflict, DuplicateEvent):
        return False
    return True
