"""What was done about an incident and when: messages, tiers, offers, and what a caller states."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Event
from ontology.identity import ThingId, kind_of
from service.publishing import PUBLISHED, WITHDRAWN
from service.world import World

_ACTED: Final = "thing.acted"
_STARTED: Final = "activity.started"
_TOLD: Final = {
    "escalate": "tier raised to {tier}",
    "stand-down": "tier lowered to {tier}",
    "open": "incident opened",
    "confirm": "incident confirmed",
    "reopen": "incident reopened",
    "recover": "recovery began",
    "resolve": "incident resolved",
}
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Done:
    """One thing that was done; several at once are one, since nothing tells them apart."""

    at: datetime
    name: str
    kind: str
    things: tuple[str, ...] = ()


def done(world: World, incident: ThingId) -> list[Done]:
    """All of it, in order of time."""
    found = [*_acts(world, incident)]
    for thing in world.graph.subjects("aboutIncident", incident):
        if kind_of(thing) in {"message", "activity"}:
            found += _of_thing(world, thing)
    return sorted(found)


def together(marks: Sequence[Done], seconds: float) -> list[Done]:
    """Marks of which those within so many seconds of the one before are one."""
    joined: list[Done] = []
    for one in sorted(marks):
        last = joined[-1] if joined else None
        if last is None or (one.at - last.at).total_seconds() >= seconds:
            joined.append(one)
            continue
        names = dict.fromkeys((*last.name.split(" + "), one.name))
        joined[-1] = Done(
            at=last.at,
            name=" + ".join(names),
            kind=last.kind if last.kind == one.kind else "several",
            things=(*last.things, *one.things),
        )
    return joined


def _acts(world: World, incident: ThingId) -> Iterator[Done]:
    for event in _events(world, incident, _ACTED):
        properties, words = event.data.get("properties"), _TOLD.get(str(event.data["act"]))
        told = properties if isinstance(properties, dict) else {}
        if words is not None:
            name = words.format(tier=told.get("tier", "another"))
            yield Done(at=event.occurred_at, name=name, kind="tier" if "tier" in name else "state")


def _of_thing(world: World, thing: ThingId) -> Iterator[Done]:
    graph = world.graph
    for event in _events(world, thing, PUBLISHED, WITHDRAWN, _STARTED):
        if event.type == _STARTED:
            name = f"{graph.get(thing, 'activityKind') or 'activity'} began"
            yield Done(at=event.occurred_at, name=str(name), kind="activity", things=(thing,))
            continue
        strategies = graph.properties(thing).get("usesStrategy", ())
        kind = str(graph.get(thing, "messageKind") or "message")
        verb = "published" if event.type == PUBLISHED else "withdrawn"
        name = f"{kind}{_among(strategies)} {verb}"
        yield Done(at=event.occurred_at, name=name, kind="message", things=(thing,))


def _among(words: Iterable[object]) -> str:
    told = ", ".join(sorted(str(one).rpartition("/")[2] for one in words))
    return f" ({told})" if told else ""


def _events(world: World, thing: ThingId, *types: str) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=types, subject=thing, limit=_BATCH):
        yield from events
        after = events[-1].sequence
