"""Access to platforms: what the registry says, the switch to a fallback, a person's way back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, cast

from knowledge.graph import Graph
from knowledge.refusals import Conflict
from loaders.pacing import Quota
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from ontology.values import parse_duration
from service import acts
from service.committing import GateRefused, Here
from service.recording import PUT, put_record
from service.values import first, moment

KIND: Final = "platform"
FALLEN: Final = "fallen-back"
SHUT: Final = frozenset({"suspended", "revoked"})
_ITSELF: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))
_KEEPER: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE, Role.ADMIN}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the registry says of one platform; None where it says nothing."""

    platform: ThingId
    name: str
    status: str | None
    tier: str | None
    quota: Quota | None
    expires: datetime | None
    owner: ThingId | None
    fallback: ThingId | None
    fallen_back: bool

    def lost(self, at: datetime) -> str | None:
        """Why it can't be used at a moment."""
        if self.status in SHUT:
            return f"its status is {self.status}"
        if self.expires is not None and self.expires <= at:
            return f"the access ended at {self.expires.isoformat()}"
        return None


def access(graph: Graph, platform: ThingId) -> Access | None:
    """The access to a platform as the graph has it, None where there is no such platform."""
    if not platform.startswith(f"{KIND}/") or not graph.exists(platform):
        return None
    properties = graph.properties(platform)
    names = ("name", "status", "access", "ownedBy", "fallback")
    name, status, tier, owner, fallback = (first(properties, one) for one in names)
    return Access(
        platform=platform,
        name=str(name),
        status=_text(status),
        tier=_text(tier),
        quota=quota(properties),
        expires=moment(first(properties, "accessExpires")),
        owner=ThingId(str(owner)) if owner is not None else None,
        fallback=ThingId(str(fallback)) if fallback is not None else None,
        fallen_back=graph.state(platform) == FALLEN,
    )


def quota(properties: Mapping[str, tuple[object, ...]]) -> Quota | None:
    """The quota that a platform or an offer states."""
    requests, window = first(properties, "quota"), first(properties, "quotaWindow")
    if requests is None or window is None:
        return None
    length = parse_duration(str(window))
    return Quota(requests=int(str(requests)), window=length) if length else None


def chain(graph: Graph, platform: ThingId) -> Iterator[Access]:
    """A platform, its fallback, that one's fallback, and so on."""
    seen, at = set[ThingId](), cast("ThingId | None", platform)
    while at is not None and at not in seen:
        seen.add(at)
        found = access(graph, at)
        if found is None:
            return
        yield found
        at = found.fallback


class AccessGuard:
    """Refuses to return to a platform that still shuts us out."""

    def __init__(self, graph: Graph, now: "Now") -> None:
        """Judge by this graph."""
        self._graph: Final = graph
        self._now: Final = now

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """No further scopes.

        Raises:
            ActRefused: the access is still lost.
        """
        del data
        found = access(self._graph, thing) if act == "return" else None
        why = found.lost(self._now.now()) if found is not None else None
        if why is not None:
            words = f"{why}; record the restored access first, with POST /v1/records"
            raise ActRefused(act, (DataProblem("state", words),), ())
        return ()


class Now(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """The world's time."""


def fall_back(world: Here, platform: ThingId, *, reason: str, status: str | None) -> bool:
    """Let the fallback take a platform's place; whether this call did it, for two may try.

    `status` is what the platform's record is to say from now on, if it is another.
    """
    if status is not None:
        _mark(world, platform, status)
    try:
        acts.propose(
            world,
            thing=platform,
            kind=KIND,
            act="fall-back",
            data={"reason": reason[:500]},
            actor=_ITSELF,
        )
    except (ActRefused, Conflict):
        return False
    world.catch_up()
    return True


def fallen(graph: Graph, at: datetime) -> Iterator[tuple[Access, str]]:
    """The platforms whose access is lost but which are still in use, and why."""
    for platform in graph.of_type("Platform"):
        found = access(graph, platform)
        why = found.lost(at) if found is not None else None
        if found is not None and why is not None and not found.fallen_back:
            yield found, why


def _mark(world: Here, platform: ThingId, status: str) -> None:
    """Record a platform's status; where something is in the way, the switch still counts."""
    events = world.ledger.newest(types=(PUT,), subject=platform, limit=1)
    properties = events[0].data.get("properties") if events else None
    if not isinstance(properties, dict) or properties.get("status") == status:
        return
    try:
        put_record(
            world,
            type="Platform",
            id=platform,
            properties={**properties, "status": status},
            actor=_KEEPER,
        )
    except (Conflict, GateRefused, RecordInvalid):
        return
    world.catch_up()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
