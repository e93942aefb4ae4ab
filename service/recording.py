"""Records: put one, again or anew, or remove it; the same content twice is one event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from knowledge.refusals import Conflict, IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import ExternalKey, Scope, ThingId
from ontology.lifecycle import Actor
from ontology.record_values import RecordInvalid
from ontology.records import Record, check
from ontology.schema import Property, schema
from service.committing import GateRefused, Here, ThingUnknown, commit, commit_all, event_id
from service.formulas import formulated
from service.outlines import outlined

MOST_AT_ONCE: Final = 200
PUT: Final = "record.put"
REMOVED: Final = "record.removed"
PEOPLE: Final = frozenset(t.kind for t in schema().types.values() if t.pseudonymous)
"""Kinds whose ids are keyed hashes of what other systems call them; the keys are kept nowhere."""

_REFERENCE: Final = {"system", "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A record as a caller sends it: its type and properties, its own id or a system's key."""

    type: str
    properties: Mapping[str, Json]
    id: ThingId | None = None
    key: ExternalKey | None = None


class _Put(NamedTuple):
    """A checked record and the id under which it stands."""

    thing: ThingId
    record: Record


Outcome = Event | RecordInvalid | GateRefused
"""What became of one of many records: its event, or why it was not put."""


def put_record(  # noqa: PLR0913 - what a caller sends
    world: Here,
    *,
    type: str,  # noqa: A002 - what the record and its JSON call it
    properties: Mapping[str, Json],
    id: ThingId | None = None,  # noqa: A002 - what the record and its JSON call it
    key: ExternalKey | None = None,
    actor: Actor,
    idempotency: str | None = None,
) -> Event:
    """Put a record: what stood under its id is replaced, its lifecycle state stays.

    Without an id, the key finds or makes it; without either the record is a new thing. A property
    may name a thing by `{"system", "key"}`. What says the same as the record that stands is not
    recorded again: the event that put it is given back.

    Raises:
        RecordInvalid: the properties do not fit the type; all mistakes are in it.
        GateRefused: a shape refuses it; that is recorded.
        Conflict: others kept writing to what it refers to.
        IdempotencyMismatch: the key was used for something else.
    """
    body = Body(type=type, properties=properties, id=id, key=key)
    world.catch_up()
    event = event_id(world, idempotency)
    found = world.ledger.by_id(event) if idempotency is not None else None
    put = _read(world, body, found)
    if found is not None:
        return _again(found, put.record)
    stands = _newest(world, put.thing)
    if stands is not None and _says(stands, put.record):
        return stands
    return commit(world, [Scope(put.thing)], lambda: _drafted(world, event, put, actor))


def put_records(world: Here, bodies: Sequence[Body], *, actor: Actor) -> list[Outcome]:
    """Put many records in their order, each as `put_record` would; the outcomes in that order.

    Up to 200 share one judgement and one append. Where the gate refuses a share, or others write
    to it, its records are put one by one, so that each gets its own answer.

    Raises:
        Conflict: others kept writing to what one of them refers to.
    """
    outcomes: list[Outcome] = []
    for start in range(0, len(bodies), MOST_AT_ONCE):
        share = bodies[start : start + MOST_AT_ONCE]
        try:
            outcomes += _put_together(world, share, actor)
        except (Conflict, GateRefused, RecordInvalid):
            outcomes += [_put_alone(world, body, actor) for body in share]
    return outcomes


def _put_together(world: Here, share: Sequence[Body], actor: Actor) -> list[Outcome]:
    """Put a share with one append.

    Raises:
        RecordInvalid: one of them is no record, or two are the same thing.
        GateRefused: a shape refuses one of them.
        Conflict: others kept writing to what one of them refers to.
    """
    world.catch_up()
    puts = [_read(world, body, None) for body in share]
    if len({put.thing for put in puts}) < len(puts):
        raise RecordInvalid({"/id": "comes twice among the records; each is put by itself"})
    known: dict[ThingId, Event] = {}
    for thing, record in puts:
        event = _newest(world, thing)
        if event is not None and _says(event, record):
            known[thing] = event
    fresh = [put for put in puts if put.thing not in known]
    if fresh:
        events = commit_all(
            world,
            [Scope(put.thing) for put in fresh],
            lambda: [_drafted(world, world.ids("event"), put, actor) for put in fresh],
        )
        known |= {event.subject: event for event in events}
    return [known[put.thing] for put in puts]


def _put_alone(world: Here, body: Body, actor: Actor) -> Outcome:
    try:
        return put_record(
            world,
            type=body.type,
            properties=body.properties,
            id=body.id,
            key=body.key,
            actor=actor,
        )
    except (RecordInvalid, GateRefused) as error:
        return error


def _read(world: Here, body: Body, found: Event | None) -> _Put:
    """The record that a body says, under the id that is its own."""
    thing = body.id or _identified(world, body.type, body.key) or _fresh(world, body.type, found)
    kept = () if body.key is None or thing.partition("/")[0] in PEOPLE else (body.key,)
    said = outlined(body.type, _resolved(world, body.type, body.properties))
    said = formulated(body.type, said)
    return _Put(thing, check(body.type, said, id=thing, keys=kept))


def remove_record(
    world: Here,
    *,
    id: ThingId,  # noqa: A002 - what the record and its JSON call it
    actor: Actor,
    idempotency: str | None = None,
) -> Event:
    """Remove a record; what is known of its past stays in the ledger.

    Raises:
        ThingUnknown: there is no such record.
        GateRefused: something else would be left without what it needs; that is recorded.
        Conflict: others kept writing to what refers to it.
        IdempotencyMismatch: the key was used for something else.
    """
    event = event_id(world, idempotency)
    if idempotency is not None and (found := world.ledger.by_id(event)) is not None:
        if (found.type, found.subject) != (REMOVED, id):
            raise IdempotencyMismatch(found.sequence)
        return found

    def prepare() -> Draft:
        stands = _newest(world, id)
        if stands is None or stands.type == REMOVED:
            raise ThingUnknown(id)
        return Draft(
            id=event,
            type=REMOVED,
            subject=id,
            actor=actor.id,
            occurred_at=world.clock.now(),
            scopes=(Scope(id),),
            data={"type": stands.data["type"]},
        )

    return commit(world, [Scope(id)], prepare)


def amended(world: Here, thing: ThingId, changes: Mapping[str, Json], actor: Actor) -> Draft:
    """The draft that puts a record again with some properties changed, the others as they stand.

    Raises:
        ThingUnknown: there is no such record.
        RecordInvalid: the changes do not fit its type.
    """
    stands = _newest(world, thing)
    if stands is None or stands.type == REMOVED:
        raise ThingUnknown(thing)
    parts = [stands.data.get(name) for name in ("properties", "personal")]
    said: dict[str, Json] = {}
    for part in parts:
        said |= part if isinstance(part, dict) else {}
    record = check(str(stands.data["type"]), said | dict(changes), id=thing, own=True)
    return _drafted(world, world.ids("event"), _Put(thing, record), actor)


def written(
    world: Here,
    thing: ThingId,
    type: str,  # noqa: A002 - what the record and its JSON call it
    properties: Mapping[str, Json],
    actor: Actor,
) -> Draft:
    """The draft that puts a record of attune's own, of a type that callers may not put.

    Raises:
        RecordInvalid: the properties do not fit the type.
    """
    record = check(type, properties, id=thing, own=True)
    return _drafted(world, world.ids("event"), _Put(thing, record), actor)


def removed(world: Here, thing: ThingId, type: str, actor: Actor) -> Draft:  # noqa: A002 - as above
    """The draft that removes a record."""
    return Draft(
        id=world.ids("event"),
        type=REMOVED,
        subject=thing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data={"type": type},
    )


def _drafted(world: Here, event: str, put: _Put, actor: Actor) -> Draft:
    thing, record = put
    return Draft(
        id=event,
        type=PUT,
        subject=thing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data=record.data(),
        personal={"personal": record.sealed_under or thing} if record.personal else {},
    )


def _identified(world: Here, name: str, key: ExternalKey | None) -> ThingId | None:
    """The id that a key stands for: found, or always the same one made of it."""
    if key is None:
        return None
    kind = _kind(name)
    known = None if kind in PEOPLE else world.graph.find_key(key.system, key.key)
    return known or world.keys.pseudonym(kind, key.system, key.key)


def _fresh(world: Here, name: str, found: Event | None) -> ThingId:
    """A new id, or the one that the same idempotency key made before."""
    return found.subject if found else ThingId(world.ids(_kind(name)))


def _kind(name: str) -> str:
    found = schema().types.get(name)
    return found.kind if found else "thing"  # the check says which types there are


def _resolved(world: Here, name: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Properties in which things are named by id wherever their key is known."""
    known = schema().types[name].properties if name in schema().types else {}
    return {p: _named(world, known.get(p), value) for p, value in properties.items()}


def _named(world: Here, prop: Property | None, value: Json) -> Json:
    if isinstance(value, list):
        return [_named(world, prop, member) for member in value]
    if prop is None or not isinstance(value, dict) or set(value) != _REFERENCE:
        return value
    key = ExternalKey(system=str(value["system"]), key=str(value["key"]))
    return next(_candidates(world, prop, key), value)


def _candidates(world: Here, prop: Property, key: ExternalKey) -> Iterator[ThingId]:
    """The things that a key may mean under a property: records by key, people by its hash."""
    found = world.graph.find_key(key.system, key.key)
    if found is not None and found.partition("/")[0] in prop.refers:
        yield found
    for kind in prop.refers:
        if kind in PEOPLE:
            yield world.keys.pseudonym(kind, key.system, key.key)


def _newest(world: Here, thing: ThingId) -> Event | None:
    found = world.ledger.newest(types=(PUT, REMOVED), subject=thing, limit=1)
    return found[0] if found else None


def _says(found: Event, record: Record) -> bool:
    """Whether an event put exactly this; what was erased says nothing."""
    same = found.type == PUT and found.subject == record.id
    return same and not found.erased and dict(found.data) == dict(record.data())


def _again(found: Event, record: Record) -> Event:
    if not _says(found, record):
        raise IdempotencyMismatch(found.sequence)
    return found
