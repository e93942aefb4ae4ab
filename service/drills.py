"""Drills as the ledger tells them: which team practises what, with whom, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Role, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted
from service.committing import Here, commit_all, event_id, said_before
from service.drill_files import Written, read

KIND: Final = "drill"
PLANNED: Final = "drill.planned"
"""What a drill is: its scenario word by word, and who takes part."""

SCORED: Final = "drill.scored"
"""What a drill showed: times, agreement, words; it outlives the drill's own home."""

PROPOSED: Final = "drill.proposed"
"""A disagreement with the rules that became a policy draft."""

RUNNING: Final = "running"
HELD: Final = frozenset({RUNNING, "paused"})
OVER: Final = frozenset({"finished", "scored", "debriefed", "cancelled"})
FASTEST: Final = 3_600
"""The highest speed: an hour a second; 0 is as fast as the machine can."""

_SCOPE: Final = Scope(KIND)
_ACTED: Final = "thing.acted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What somebody does in a drill: which roles they have there, for which team."""

    roles: frozenset[Role]
    team: ThingId | None = None


@dataclass(frozen=True, kw_only=True)
class Drill:
    """One drill as it stands."""

    id: ThingId
    text: str
    team: ThingId
    people: Mapping[ThingId, Part]
    by: ThingId
    planned_at: datetime
    state: str = "planned"
    speed: int = 1
    began_at: datetime | None = None
    ended_at: datetime | None = None
    evidence: str | None = None
    lesson: str | None = None
    proposals: tuple[Mapping[str, Json], ...] = ()
    scored: int = 0
    """The sequence of the event with its score, 0 where it has none."""

    @cached_property
    def written(self) -> Written:
        """The scenario as it was when the drill was planned."""
        return read(self.text, f"{self.id}.yaml")

    @property
    def local(self) -> str:
        """The id without its kind."""
        return self.id.partition("/")[2]


class Drills:
    """Every drill, as far as governed events were folded."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: Final[dict[ThingId, Drill]] = {}

    def apply(self, event: Event) -> None:
        """Fold one governed event; what is not about a drill changes nothing."""
        if event.type == PLANNED:
            self._all[event.subject] = _planned(event)
        known = self._all.get(event.subject)
        if known is None:
            return
        if event.type == SCORED:
            self._all[event.subject] = replace(known, scored=event.sequence)
        elif event.type == PROPOSED:
            more = (*known.proposals, dict(event.data))
            self._all[event.subject] = replace(known, proposals=more)
        elif event.type == _ACTED:
            self._all[event.subject] = _acted(known, event)

    def get(self, drill: ThingId) -> Drill | None:
        """One of them."""
        return self._all.get(drill)

    def all(self) -> tuple[Drill, ...]:
        """Every one, the oldest first."""
        return tuple(self._all.values())

    def held(self) -> tuple[Drill, ...]:
        """Those that run or are paused."""
        return tuple(one for one in self._all.values() if one.state in HELD)


class DrillGuard:
    """Refuses to start more drills than a home may hold at once, and speeds nobody can mean."""

    def __init__(self, drills: Drills, most: int) -> None:
        """Judge by this fold."""
        self._drills: Final = drills
        self._most: Final = most

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """The scope that a start writes to besides its own: two must not pass the bound at once.

        Raises:
            ActRefused: there are too many, or the speed is none.
        """
        del thing
        problems = [*_speeds(data), *(self._full() if act == "start" else ())]
        if problems:
            raise ActRefused(act, tuple(problems), ())
        return (_SCOPE,) if act == "start" else ()

    def _full(self) -> Sequence[DataProblem]:
        held = self._drills.held()
        if len(held) < self._most:
            return ()
        names = ", ".join(one.id for one in held)
        words = f"{self._most} drills are held at once ({names}); finish or cancel one first"
        return [DataProblem("state", words)]


def _speeds(data: Mapping[str, Json]) -> Sequence[DataProblem]:
    speed = data.get("speed", 1)
    if not isinstance(speed, int) or 0 <= speed <= FASTEST:
        return ()
    words = f"{speed} is no speed; write 1, 60, up to {FASTEST}, or 0 for as fast as possible"
    return [DataProblem("speed", words)]


def plan(  # noqa: PLR0913 - a drill has that many sides
    world: Here,
    written: Written,
    *,
    team: ThingId,
    people: Mapping[ThingId, Part],
    within: str,
    actor: Actor,
    idempotency: str | None = None,
) -> Event:
    """Plan a drill: its scenario and its participants are fixed in one commit with its first act.

    Raises:
        ActRefused: the actor may not, or there is no such team.
        IdempotencyMismatch: the key was used for something else.
    """
    event = event_id(world, idempotency)
    listed: dict[str, Json] = {
        one: {"roles": [*sorted(part.roles)], "team": part.team}
        for one, part in sorted(people.items())
    }
    said = world.keys.mac(KIND, [written.text, team, listed, within]).hex()[:32]
    if idempotency is not None and (found := said_before(world, event, said)) is not None:
        return found
    name = event.partition("/")[2] if idempotency is not None else None
    thing = ThingId(f"{KIND}/{name}" if name is not None else world.ids(KIND))
    if not world.graph.exists(team):
        words = f"{team[:140]!r} is no team here; put it first with POST /v1/records"
        raise ActRefused("plan", (DataProblem("team", words),), ())

    def prepare() -> list[Draft]:
        at = world.clock.now()
        stands = Standing(thing=thing, kind=KIND, state=None)
        data: dict[str, Json] = {
            "team": team,
            "scenario": written.scenario.drill,
            "within": within,
        }
        outcome = follow(world.lifecycles, stands, "plan", actor=actor, at=at, data=data)
        begun = acted(event, stands, outcome, actor, at)
        told = Draft(
            id=world.ids("event"),
            type=PLANNED,
            subject=thing,
            actor=actor.id,
            occurred_at=at,
            scopes=(Scope(thing),),
            data={"text": written.text, "team": team, "people": listed},
        )
        return [replace(begun, data={**begun.data, "said": said}), told]

    return commit_all(world, [Scope(thing)], prepare)[0]


def home_of(home: Path, drill: Drill) -> Path:
    """The folder of a drill's own world."""
    return home / "drills" / drill.local


def scenarios_of(home: Path) -> Path:
    """The folder of an organisation's own scenarios."""
    return home / "scenarios"


def _planned(event: Event) -> Drill:
    people = event.data["people"]
    listed = people if isinstance(people, dict) else {}
    return Drill(
        id=event.subject,
        text=str(event.data["text"]),
        team=ThingId(str(event.data["team"])),
        people={
            ThingId(one): _part(part) for one, part in listed.items() if isinstance(part, dict)
        },
        by=event.actor,
        planned_at=event.occurred_at,
    )


def _part(said: Mapping[str, Json]) -> Part:
    roles, team = said["roles"], said["team"]
    named = roles if isinstance(roles, list) else []
    return Part(
        roles=frozenset(Role(str(role)) for role in named),
        team=ThingId(team) if isinstance(team, str) else None,
    )


def _acted(known: Drill, event: Event) -> Drill:
    state, data = str(event.data["to"]), event.data.get("data")
    said = data if isinstance(data, Mapping) else {}
    speed = said.get("speed")
    known = replace(known, state=state, speed=speed if isinstance(speed, int) else known.speed)
    if event.data["act"] == "start":
        known = replace(known, began_at=event.occurred_at)
    if state in OVER and known.ended_at is None:
        known = replace(known, ended_at=event.occurred_at)
    if "evidence" in said:
        known = replace(known, evidence=str(said["evidence"]))
    return replace(known, lesson=str(said["lesson"])) if "lesson" in said else known
