"""Acts: propose one to a thing by its lifecycle, pass the gate, commit it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Final

from knowledge.refusals import IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import IdentityInvalid, Scope, ThingId, thing_id
from ontology.lifecycle import (
    Act,
    Actor,
    ActRefused,
    Deadline,
    Outcome,
    Past,
    Standing,
    fold,
)
from ontology.lifecycle import (
    act as follow,
)
from ontology.lifecycle_data import DataType
from service.committing import Done, GateRefused, Here, ThingUnknown, commit_all, event_id
from service.recording import PUT, REMOVED, put_record, remove_record

__all__ = [
    "ACTED",
    "ActRefused",
    "GateRefused",
    "ThingUnknown",
    "history",
    "propose",
    "put_record",
    "remove_record",
    "standing",
    "written",
]

POLICY: Final = Scope("policy")
ACTED: Final = "thing.acted"
_BATCH: Final = 1_000
_THINGS: Final = frozenset({DataType.THING, DataType.THINGS})


def propose(  # noqa: PLR0913 - an act has that many sides
    world: Here,
    *,
    thing: ThingId,
    kind: str,
    act: str,
    data: Mapping[str, Json],
    actor: Actor,
    idempotency: str | None = None,
) -> Event:
    """Do an act to a thing, now, if its lifecycle and the gate allow it.

    The same idempotency key with the same act gives the first event back.

    Raises:
        ActRefused: the lifecycle does not allow it; all reasons are in it.
        ThingUnknown: a kind that is born by an event has no such thing.
        GateRefused: a shape refuses it; that is recorded.
        Conflict: others kept acting on the same things.
        IdempotencyMismatch: the key was used for something else.
    """
    event = event_id(world, idempotency)
    if idempotency is not None and (found := world.ledger.by_id(event)) is not None:
        return _again(world, found, (thing, act), data)

    def prepare() -> list[Draft]:
        at = world.clock.now()
        stands = standing(world, thing, kind)
        outcome = follow(world.lifecycles, stands, act, actor=actor, at=at, data=data)
        draft = acted(event, stands, outcome, actor, at)
        guarded = _guarded(world, thing, kind, act, data)
        done = Done(stands=stands, outcome=outcome, actor=actor, at=at)
        more = joint.drafts(world, done) if joint is not None else []
        return [replace(draft, scopes=(*draft.scopes, *guarded)), *more]

    joint = world.joints.get(kind)
    relied = [Scope(thing), *map(Scope, _named(world, kind, act, data)), *_watched(world, kind)]
    if joint is not None:
        relied += joint.relied(world, standing(world, thing, kind), act)
    try:
        return commit_all(world, relied, prepare)[0]
    except ActRefused:  # perhaps because a retry with the same key, at the same moment, was first
        if idempotency is None or (found := world.ledger.by_id(event)) is None:
            raise
        return _again(world, found, (thing, act), data)


def _guarded(
    world: Here, thing: ThingId, kind: str, act: str, data: Mapping[str, Json]
) -> tuple[Scope, ...]:
    guard = world.guards.get(kind)
    return guard(thing, act, data) if guard is not None else ()


def _watched(world: Here, kind: str) -> tuple[Scope, ...]:
    """What a guard reads: it must not move between its look and the append."""
    return (POLICY,) if kind in world.guards else ()


def standing(world: Here, thing: ThingId, kind: str) -> Standing:
    """How a thing stands by the ledger, as of now.

    Raises:
        ThingUnknown: its kind is born by an event, and there is none.
    """
    lifecycle = world.lifecycles.get(kind)
    past = history(world, thing)
    if lifecycle and lifecycle.born and not past and not _was_born(world, thing, lifecycle.born):
        raise ThingUnknown(thing)

    @cache
    def state_of(other: ThingId) -> str | None:
        theirs = world.lifecycles.get(other.partition("/")[0])
        return fold(theirs, history(world, other)) if theirs else None

    state = fold(lifecycle, past) if lifecycle else None
    stated = recorded(world, thing) if lifecycle and lifecycle.reads_record else {}
    return Standing(
        thing=thing, kind=kind, state=state, history=past, stated=stated, state_of=state_of
    )


def history(world: Here, thing: ThingId) -> tuple[Past, ...]:
    """The recorded acts on a thing, oldest first."""
    return tuple(
        Past(
            act=str(event.data["act"]),
            actor=event.actor,
            before=None if event.data["from"] is None else str(event.data["from"]),
            after=str(event.data["to"]),
            data=_mapping(event.data.get("data")),
        )
        for event in _acts_on(world, thing)
    )


def recorded(world: Here, thing: ThingId) -> Mapping[str, Json]:
    """What the record of a thing states that is not personal; empty without a record."""
    found = world.ledger.newest(types=(PUT, REMOVED), subject=thing, limit=1)
    return _mapping(found[0].data.get("properties")) if found and found[0].type == PUT else {}


def acted(event: str, stands: Standing, outcome: Outcome, actor: Actor, at: datetime) -> Draft:
    """The draft of an act whose outcome is known."""
    return Draft(
        id=event,
        type=ACTED,
        subject=stands.thing,
        actor=actor.id,
        occurred_at=at,
        scopes=(Scope(stands.thing),),
        data={
            "kind": stands.kind,
            "act": outcome.act,
            "from": outcome.from_state,
            "to": outcome.to_state,
            "data": dict(outcome.details),
            "properties": dict(outcome.properties),
            "deadlines": [written(deadline) for deadline in outcome.deadlines],
            "roles": [*sorted(actor.roles)],
            "via": actor.via,
            **({"waiting_for": outcome.waiting_for} if outcome.waiting_for else {}),
        },
    )


def written(deadline: Deadline) -> dict[str, Json]:
    """A deadline as events and answers show it."""
    return {
        "name": deadline.name,
        "state": deadline.state,
        "due": deadline.due.isoformat().replace("+00:00", "Z"),
        "lapse": deadline.lapse,
    }


def _acts_on(world: Here, thing: ThingId) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(ACTED,), subject=thing, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _was_born(world: Here, thing: ThingId, born: str) -> bool:
    return bool(world.ledger.read(0, types=(born,), subject=thing, limit=1))


def _named(world: Here, kind: str, act: str, data: Mapping[str, Json]) -> Iterator[ThingId]:
    """The other things whose state an act asks for, as far as its data name them well."""
    for field in _fields(world, kind, act):
        value = data.get(field) or []
        for member in value if isinstance(value, list) else [value]:
            try:
                yield thing_id(str(member))
            except IdentityInvalid:
                continue


def _fields(world: Here, kind: str, act: str) -> Iterator[str]:
    spec = _act(world, kind, act)
    for field in spec.data.values() if spec else ():
        if field.type in _THINGS and field.states:
            yield field.name


def _act(world: Here, kind: str, act: str) -> Act | None:
    lifecycle = world.lifecycles.get(kind)
    return lifecycle.acts.get(act) if lifecycle else None


def _again(
    world: Here, found: Event, asked: tuple[ThingId, str], data: Mapping[str, Json]
) -> Event:
    """The first event of an idempotency key, if it was the same act.

    Raises:
        IdempotencyMismatch: it was another.
    """
    thing, act = asked
    spec = _act(world, str(found.data.get("kind")), act)
    terms = {name: field.property or name for name, field in spec.data.items()} if spec else {}
    given = {terms.get(name, name): value for name, value in data.items()}
    details, shown = found.data.get("data"), found.data.get("properties")
    kept = {**(details if isinstance(details, dict) else {})}
    kept |= shown if isinstance(shown, dict) else {}
    for term in (spec.by, spec.at) if spec is not None else ():
        kept.pop(term or "", None)
    if (found.subject, found.data.get("act"), kept) != (thing, act, given):
        raise IdempotencyMismatch(found.sequence)
    return found
