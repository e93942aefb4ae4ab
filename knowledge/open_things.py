"""Open things: what somebody has to do something about, read from the events that say so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, cast

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Deadline

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A thing that somebody has to do something about.

    `since` is when it entered its state, `sequence` the event that brought it there; `team` has
    it now, where one is known, `by` did the last act that changed its state. `tier` and
    `incident` are as far as its events tell them; `similar` says of a decision how many past cases
    were like it. `deadlines` are those that have not lapsed, earliest first.
    """

    thing: ThingId
    kind: str
    state: str
    since: datetime
    sequence: int
    team: ThingId | None = None
    deadlines: tuple[Deadline, ...] = ()
    by: ThingId | None = None
    tier: str | None = None
    incident: ThingId | None = None
    similar: Mapping[str, Json] | None = None

    @property
    def due(self) -> datetime | None:
        """The next deadline."""
        return self.deadlines[0].due if self.deadlines else None

    @property
    def place(self) -> "Place":
        """Where it stands in the queue."""
        return Place(self.due or _NEVER, self.sequence)


class Place(NamedTuple):
    """A place in the queue: the next deadline first, then what has waited longest."""

    due: datetime
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A deadline of a thing that has passed; `entered` is the event that brought its state."""

    thing: ThingId
    kind: str
    deadline: Deadline
    entered: int


def deadlines_of(event: Event) -> Iterator[Deadline]:
    """The deadlines that an act set."""
    for written in cast(list[Mapping[str, str]], event.data.get("deadlines") or []):
        yield Deadline(
            name=written["name"],
            state=written["state"],
            due=datetime.fromisoformat(written["due"]),
            lapse=written["lapse"],
        )


def remaining(before: Open, event: Event) -> tuple[Deadline, ...]:
    """The deadlines of a thing that stayed: without what lapsed, with what was set."""
    new = tuple(deadlines_of(event))
    gone = {deadline.name for deadline in new}
    lapsed = event.data.get("lapsed")
    if isinstance(lapsed, dict):
        gone.add(str(lapsed.get("name")))
    return ordered((*(d for d in before.deadlines if d.name not in gone), *new))


def ordered(deadlines: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Deadlines, the earliest first."""
    return tuple(sorted(deadlines, key=lambda deadline: deadline.due))


def routed(before: Open | None, event: Event) -> ThingId | None:
    """The team that an act hands a thing to, or that had it."""
    properties = event.data.get("properties")
    given = properties.get("routedTo") if isinstance(properties, dict) else None
    return team_of(given) or (before.team if before else None)


def team_of(value: Json) -> ThingId | None:
    """The thing, mostly a team, that a value of an event names, if it names one."""
    return ThingId(value) if isinstance(value, str) and value else None


def tier_of(before: Open | None, event: Event) -> str | None:
    """The tier that an act tells of a thing, or the one that it had."""
    told = {**_object(event, "data"), **_object(event, "properties")}
    tier = told.get("overriddenTier", told.get("tier"))
    return tier if isinstance(tier, str) else (before.tier if before else None)


def incident_of(before: Open | None, event: Event) -> ThingId | None:
    """The incident that an act, or the request of a decision, says a thing is about."""
    told = {**_object(event, "data"), **_object(event, "request")}
    return team_of(told.get("incident")) or (before.incident if before else None)


def _object(event: Event, name: str) -> Mapping[str, Json]:
    found = event.data.get(name)
    return found if isinstance(found, dict) else {}
