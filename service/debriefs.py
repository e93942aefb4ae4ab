"""Debriefs: due 72 hours after an incident is resolved, suspended when it is reopened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from ontology.values import duration_text
from service.acts import ACTED
from service.committing import Done, Here
from service.signing import accompanying

KIND: Final = "debrief"
WITHIN: Final = timedelta(hours=72)
"""Elapsed hours, whatever the clocks of the places do meanwhile."""

_WARN: Final = timedelta(hours=48)
_WAITING: Final = frozenset({"due", "overdue"})
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One time that a debrief was due; `held` is when it was, `suspended` when it was put off."""

    resolved: datetime
    due: datetime
    held: datetime | None = None
    suspended: datetime | None = None
    said: Mapping[str, Json]
    corrected: Sequence[Event] = ()

    @property
    def in_time(self) -> bool | None:
        """Whether it was held in time; None where it is still open."""
        return self.held <= self.due if self.held is not None else None


def debrief_of(incident: ThingId) -> ThingId:
    """The debrief of an incident; there is one, however often it is resolved."""
    return ThingId(f"{KIND}/{incident.partition('/')[2]}")


def after(world: Here, done: Done) -> Iterator[Draft]:
    """What an act on an incident does to its debrief.

    Raises:
        ActRefused: the incident is to be closed while its debrief waits to be held.
    """
    act, thing = done.outcome.act, debrief_of(done.stands.thing)
    state = world.graph.state(thing)
    if act == "resolve":
        yield accompanying(world, thing, KIND, "open", _opening(world, done), done.at)
    elif act == "reopen" and state in _WAITING:
        yield accompanying(world, thing, KIND, "suspend", {}, done.at)
    elif act == "close" and state in _WAITING:
        words = f"{thing} is {state}: the file is complete once it was held"
        raise ActRefused(act, (DataProblem("debrief", words),), ())


def _opening(world: Here, done: Done) -> dict[str, Json]:
    incident = done.stands.thing
    given: dict[str, Json] = {
        "incident": incident,
        "team": world.graph.get(incident, "ownedBy"),
        "resolvedAt": done.at.isoformat(),
        "warn": duration_text(_WARN),
        "within": duration_text(WITHIN),
    }
    return {name: value for name, value in given.items() if value is not None}


def events_of(ledger: Ledger, thing: ThingId) -> list[Event]:
    """Every act on a debrief, oldest first."""
    found: list[Event] = []
    while events := ledger.read(
        found[-1].sequence if found else 0, types=(ACTED,), subject=thing, limit=_BATCH
    ):
        found += events
    return found


def rounds(events: Sequence[Event]) -> list[Round]:
    """Each time that a debrief was due, in order; `events` are the acts on it."""
    found: list[dict[str, object]] = []
    for event in events:
        act, said = event.data["act"], _said(event)
        if act == "open":
            resolved = moment(said["resolvedAt"])
            found.append({"resolved": resolved, "due": resolved + WITHIN, "said": {}})
        elif act == "hold":
            found[-1] |= {"held": moment(said["heldAt"]), "said": said}
        elif act == "suspend":
            found[-1]["suspended"] = event.occurred_at
        elif act == "correct":
            earlier = found[-1].get("corrected", ())
            changed = {name: said[name] for name in ("minutes", "lesson") if name in said}
            found[-1]["said"] = {**_object(found[-1]["said"]), **changed}
            found[-1]["corrected"] = (*_events(earlier), event)
    return [Round(**one) for one in found]  # type: ignore[arg-type] # built above, field by field


def moment(value: Json) -> datetime:
    """A moment as acts carry it."""
    return datetime.fromisoformat(str(value))


def _said(event: Event) -> Mapping[str, Json]:
    """What an act carries, whether the graph shows it or not."""
    return {**_object(event.data.get("data")), **_object(event.data.get("properties"))}


def _object(value: object) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _events(value: object) -> Sequence[Event]:
    return value if isinstance(value, tuple) else ()
