"""The worlds of drills: each a home of its own, furnished once, opened once a process."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from knowledge.graph import Graph
from knowledge.segments import Segments
from loaders.world import sample
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE, Actor, Role
from service import acts
from service.drill_scenario import RecordIn, Scenario
from service.drills import Drill, home_of
from service.founding import adoption, body_of
from service.opening import opened
from service.recording import MOST_AT_ONCE, PUT, REMOVED, Body, put_records
from service.settings import Settings, WorldKind
from service.world import Parts, World

SETTER: Final = Actor(id=ATTUNE, roles=frozenset({*Role}))
MOST_OPEN: Final = 16
_READY: Final = "furnished"
_COPIED: Final = (
    "Team",
    "Region",
    "Calendar",
    "Platform",
    "Agreement",
    "Feed",
    "Touchpoint",
    "Segment",
    "Offer",
    "Geofence",
    "KPI",
)
"""What of an organisation a drill may see: nothing that tells of a customer or an employee."""


class WorldBroken(RuntimeError):
    """A scenario's world can't be furnished; the message says which record is refused, and why."""


class DrillWorlds:
    """The worlds of one live world's drills that this process has opened."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._open: Final[dict[ThingId, World]] = {}
        self._lock: Final = threading.Lock()

    def get(self, live: World, drill: Drill) -> World | None:
        """The world of a drill, None where it was never furnished, or is gone."""
        with self._lock:
            if drill.id in self._open:
                return self._open[drill.id]
            if not (home_of(live.settings.home, drill) / _READY).exists():
                return None
            world = _joined(live, drill)
            world.catch_up()
            while len(self._open) >= MOST_OPEN:
                self._open.pop(next(iter(self._open)))  # closed when nobody reads it any more
            self._open[drill.id] = world
            return world


_WORLDS: Final[WeakKeyDictionary[World, DrillWorlds]] = WeakKeyDictionary()


def worlds_of(live: World) -> DrillWorlds:
    """The drill worlds of a live world."""
    return _WORLDS.setdefault(live, DrillWorlds())


def settings_of(live: Settings, drill: Drill) -> Settings:
    """The settings of a drill's world: the live one's, in another place, at another time."""
    changed = {
        "home": home_of(live.home, drill),
        "database": "",
        "world": WorldKind.DRILL,
        "start": drill.written.scenario.clock.began,
        "webhook_allow": (),
        "platform_allow": (),
    }
    return live.model_copy(update=changed)


def furnish(live: World, drill: Drill) -> None:
    """Make the home of a drill, whole or not at all: its policy, its records, its incident.

    One that was broken off is made anew. Call it under the drill's lease.

    Raises:
        WorldBroken: a record of the scenario is refused.
    """
    home = home_of(live.settings.home, drill)
    if (home / _READY).exists():
        return
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    world = _joined(live, drill, create=True)
    try:
        _adopt_policy(live, world)
        scenario = drill.written.scenario
        if scenario.world == "organisation":
            _copy(world, [*_of_organisation(live)])
        bodies = [*_bodies(scenario), *_people(drill), _incident(scenario)]
        for share in _shares(bodies):
            _put(world, share)
        world.catch_up()
        if scenario.incident.opened == "PT0M":
            open_incident(world, scenario)
    finally:
        world.segments.close()
        world.ledger.close()
    (home / _READY).touch()


def open_incident(world: World, scenario: Scenario) -> None:
    """Open the incident, as if somebody had told of it; it may be open already."""
    thing = ThingId(scenario.incident.id)
    if not acts.history(world, thing):
        data: dict[str, Json] = {"reason": "The drill begins with it open."}
        acts.propose(world, thing=thing, kind="incident", act="open", data=data, actor=SETTER)


def forget(live: World, drill: Drill) -> None:
    """Drop the home of a drill that was called off before it began."""
    shutil.rmtree(home_of(live.settings.home, drill), ignore_errors=True)


def _joined(live: World, drill: Drill, *, create: bool = False) -> World:
    """The world of a drill's home, with the language models of the live one."""
    settings = settings_of(live.settings, drill)
    ledger, keys, clock = opened(settings, create=create)
    parts = Parts(
        graph=Graph(ledger, settings.snapshots_path, keys),
        segments=Segments(settings.segments_path, ledger, keys),
        perception=live.perception,
    )
    return World(settings, ledger, keys, clock, parts)


def _adopt_policy(live: World, world: World) -> None:
    """Let the policy that is active here decide there, too: people practise what holds."""
    digest = live.policies.active
    if digest is None:
        raise WorldBroken("no policy is active here; activate one before a drill")
    reason = "The policy that was active when the drill began."
    world.ledger.append(adoption(world, digest, live.policies.files(digest), reason))
    world.catch_up()


def _bodies(scenario: Scenario) -> Iterator[Body]:
    """The records that a scenario wants to be there before anything happens."""
    if scenario.world == "sample":
        told = (body_of(one) for one in sample())
        yield from (one for one in told if one.type != "Incident")
    yield from map(body, scenario.records)


def _of_organisation(live: World) -> Iterator[Body]:
    """The teams, places and platforms of the live home, each as it stands now."""
    latest = dict[ThingId, Body]()
    after = 0
    while events := live.ledger.read(after, types=(PUT, REMOVED), limit=MOST_AT_ONCE):
        for event in events:
            latest.pop(event.subject, None)
            stated = event.data.get("properties")
            if event.type == PUT and event.data.get("type") in _COPIED and not event.personal:
                said = dict(stated) if isinstance(stated, dict) else {}
                latest[event.subject] = Body(
                    type=str(event.data["type"]), properties=said, id=event.subject, key=None
                )
        after = events[-1].sequence
    yield from sorted(latest.values(), key=lambda one: _COPIED.index(one.type))


def _people(drill: Drill) -> Iterator[Body]:
    """Those who take part, as members of the teams for which they practise."""
    for person, part in drill.people.items():
        said: dict[str, Json] = {"memberOf": part.team or drill.team}
        yield Body(type="Person", properties=said, id=person, key=None)


def body(record: RecordIn) -> Body:
    """A record of a scenario as the gate takes it."""
    return Body(
        type=record.type, properties=dict(record.properties), id=ThingId(record.id), key=None
    )


def _incident(scenario: Scenario) -> Body:
    said = scenario.incident
    return Body(type="Incident", properties=dict(said.properties), id=ThingId(said.id), key=None)


def _shares(bodies: list[Body]) -> Iterator[list[Body]]:
    for start in range(0, len(bodies), MOST_AT_ONCE):
        yield bodies[start : start + MOST_AT_ONCE]


def _copy(world: World, bodies: list[Body]) -> None:
    """Put copies of an organisation's records, but for those that lean on what stays outside."""
    for share in _shares(bodies):
        for one, why in zip(share, put_records(world, share, actor=SETTER), strict=True):
            if not isinstance(why, Event):
                world.log.warning("record not copied to a drill", record=one.id, why=str(why))
        world.catch_up()


def _put(world: World, bodies: list[Body]) -> None:
    outcomes = zip(bodies, put_records(world, bodies, actor=SETTER), strict=True)
    refused = [f"{one.type}: {why}" for one, why in outcomes if not isinstance(why, Event)]
    if refused:
        raise WorldBroken("; ".join(refused))


def lock_of(home: Path, drill: Drill) -> Path:
    """The file whose lock says which process moves a drill's clock."""
    return home / "drills" / f"{drill.local}.lock"
