"""Saved queries: findings under a name, each its owner's, shared or not, every version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from knowledge.refusals import Conflict
from ontology.events import Draft, Event, Json
from ontology.identity import IdentityInvalid, Scope, ThingId, thing_id
from ontology.lifecycle import Role
from service.bodies import instant
from service.security import Denied
from service.world import World

KIND: Final = "finding"
SAVED: Final = "finding.saved"
REMOVED: Final = "finding.removed"
_TYPES: Final = (SAVED, REMOVED)
_PAGE: Final = 1_000


class NameInvalid(ValueError):
    """A name that no query can have; the message shows one."""


class Moved(RuntimeError):
    """Somebody else wrote the query meanwhile; the message says which version stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A query as it stands: what it asks, whose it is, and how often it was written."""

    name: str
    query: Mapping[str, Json]
    owner: ThingId
    shared: bool
    version: int
    by: ThingId
    at: datetime

    def to_json(self) -> dict[str, Json]:
        """The saved query as JSON."""
        return {
            "name": self.name,
            "query": dict(self.query),
            "owner": self.owner,
            "shared": self.shared,
            "version": self.version,
            "by": self.by,
            "at": instant(self.at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads or writes: governance may put another owner's query right."""

    id: ThingId
    roles: frozenset[Role]

    def sees(self, one: Saved) -> bool:
        """Whether a query is theirs, or shared."""
        return one.shared or one.owner == self.id

    def changes(self, one: Saved) -> bool:
        """Whether they may write or remove a query."""
        return one.owner == self.id or (one.shared and Role.GOVERNANCE in self.roles)


def saved(world: World, name: str, reader: Reader) -> Saved | None:
    """A query by its name, None where there is none that the reader sees.

    Raises:
        NameInvalid: it can be no name.
    """
    found = _standing(world, _thing(name))
    return found if found is not None and reader.sees(found) else None


def every(world: World, reader: Reader) -> list[Saved]:
    """The queries that a reader sees, by name."""
    names: set[ThingId] = set()
    after = 0
    while events := world.ledger.read(after, types=_TYPES, limit=_PAGE):
        names.update(event.subject for event in events)
        after = events[-1].sequence
    found = [_standing(world, name) for name in sorted(names)]
    return [one for one in found if one is not None and reader.sees(one)]


def save(
    world: World,
    name: str,
    query: Mapping[str, Json],
    reader: Reader,
    *,
    shared: bool,
    version: int | None = None,
) -> Saved:
    """Write a query; `version` is the one that the writer saw, 0 for none, None for any.

    Raises:
        NameInvalid: it can be no name.
        Denied: it is somebody else's.
        Moved: another version stands.
    """
    thing = _thing(name)
    versions = dict(world.ledger.versions([Scope(thing)]))
    stands = _standing(world, thing)
    _may(stands, reader, name)
    if version is not None and version != (0 if stands is None else stands.version):
        raise Moved(_moved(name, stands))
    owner = reader.id if stands is None else stands.owner
    data: dict[str, Json] = {
        "query": dict(query),
        "owner": owner,
        "shared": shared,
        "version": 1 if stands is None else stands.version + 1,
    }
    return _saved(_appended(world, thing, SAVED, data, reader, versions))


def remove(world: World, name: str, reader: Reader, version: int | None = None) -> bool:
    """Remove a query; whether there was one. The ledger keeps what it said.

    Raises:
        NameInvalid: it can be no name.
        Denied: it is somebody else's.
        Moved: another version stands.
    """
    thing = _thing(name)
    versions = dict(world.ledger.versions([Scope(thing)]))
    stands = _standing(world, thing)
    if stands is None or not reader.sees(stands):
        return False
    _may(stands, reader, name)
    if version is not None and version != stands.version:
        raise Moved(_moved(name, stands))
    _appended(world, thing, REMOVED, {"version": stands.version}, reader, versions)
    return True


def _appended(
    world: World,
    thing: ThingId,
    kind: str,
    data: Mapping[str, Json],
    reader: Reader,
    versions: Mapping[Scope, int],
) -> Event:
    draft = Draft(
        id=world.ids("event"),
        type=kind,
        subject=thing,
        actor=reader.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data=data,
    )
    try:
        (event,) = world.ledger.append([draft], expected=versions)
    except Conflict as error:
        raise Moved(_moved(thing.partition("/")[2], _standing(world, thing))) from error
    return event


def _standing(world: World, thing: ThingId) -> Saved | None:
    found = world.ledger.newest(types=_TYPES, subject=thing, limit=1)
    return _saved(found[0]) if found and found[0].type == SAVED else None


def _saved(event: Event) -> Saved:
    data = event.data
    return Saved(
        name=event.subject.partition("/")[2],
        query=cast("Mapping[str, Json]", data["query"]),
        owner=ThingId(str(data["owner"])),
        shared=data["shared"] is True,
        version=int(str(data["version"])),
        by=event.actor,
        at=event.recorded_at,
    )


def _may(stands: Saved | None, reader: Reader, name: str) -> None:
    if stands is not None and not reader.changes(stands):
        raise Denied(
            f"{name[:80]!r} is somebody else's; save yours under another name.", unknown=False
        )


def _moved(name: str, stands: Saved | None) -> str:
    now = "it is not there" if stands is None else f"version {stands.version} stands"
    return f"{name[:80]!r} was written meanwhile: {now}; look at it and write again"


def _thing(name: str) -> ThingId:
    try:
        return thing_id(f"{KIND}/{name}")
    except IdentityInvalid as error:
        raise NameInvalid(
            f"{name[:80]!r} can be no name; write one like frustrated-riders"
        ) from error
