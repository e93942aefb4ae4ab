"""Envelopes: a draft checked and sealed, the bytes its leaf hashes, the event read back."""

import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import orjson

from knowledge.canonical import NotCanonical, canonical
from knowledge.refusals import DraftInvalid, EventTooLarge
from knowledge.sealing import KeyStore
from knowledge.seals import Plain, Sealed
from ontology.events import Draft, Event, Json
from ontology.identity import IdentityInvalid, Scope, thing_id

EVENT_BYTES: Final = 4 * 1024 * 1024
APPEND_BYTES: Final = 32 * 1024 * 1024
APPEND_EVENTS: Final = 10_000
_SCOPES: Final = 1_000

_TYPE: Final = re.compile(r"[a-z][a-z-]{0,39}(\.[a-z][a-z-]{0,39}){1,3}", re.ASCII)
_SCOPE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}(/[A-Za-z0-9][A-Za-z0-9._~-]{0,119})?", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A draft that can be recorded: `data` is canonical JSON with ciphertext, `plain` without."""

    draft: Draft
    data: bytes
    plain: bytes

    @property
    def touched(self) -> frozenset[Scope]:
        """The scopes whose version it moves: those it names and its subject, if governed."""
        if not self.draft.governed:
            return frozenset()
        return frozenset((*self.draft.scopes, Scope(self.draft.subject)))

    def body(self, sequence: int, recorded_at: int) -> bytes:
        """What the leaf hashes; `recorded_at` in microseconds since 1970."""
        draft = self.draft
        return canonical(
            {
                "actor": draft.actor,
                "data": orjson.Fragment(self.data),
                "governed": draft.governed,
                "id": draft.id,
                "occurred_at": instant(micros(draft.occurred_at)),
                "personal": dict(draft.personal),
                "recorded_at": instant(recorded_at),
                "scopes": list(draft.scopes),
                "sequence": sequence,
                "subject": draft.subject,
                "type": draft.type,
            }
        )

    def event(self, sequence: int, recorded_at: int, leaf: bytes) -> Event:
        """The event as reading it back gives it."""
        draft = self.draft
        return Event(
            sequence=sequence,
            id=draft.id,
            type=draft.type,
            subject=draft.subject,
            actor=draft.actor,
            occurred_at=moment(micros(draft.occurred_at)),
            recorded_at=moment(recorded_at),
            scopes=tuple(draft.scopes),
            data=MappingProxyType(orjson.loads(self.plain)),
            governed=draft.governed,
            leaf=leaf,
            personal=MappingProxyType(dict(draft.personal)),
        )


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The UTC time of `micros`."""
    return _EPOCH + at * _MICROSECOND


def instant(at: int) -> str:
    """ISO 8601 with microseconds and Z.

    >>> instant(0)
    '1970-01-01T00:00:00.000000Z'
    """
    return moment(at).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def enclose(drafts: Sequence[Draft], keys: KeyStore) -> tuple[Envelope, ...]:
    """Check all drafts, then seal what is personal.

    Raises:
        DraftInvalid: with every reason, each naming its draft.
        EventTooLarge: data over 4 MiB, or an append over 32 MiB or 10,000 events.
    """
    plains: list[bytes] = []
    errors = [
        f"draft {number} ({draft.id[:140]!r}): {fault}"
        for number, draft in enumerate(drafts)
        for fault in (*_faults(draft), *_written(draft, plains))
    ]
    ids = Counter(draft.id for draft in drafts)
    errors += [f"{i!r} stands twice in one append" for i, times in ids.items() if times > 1]
    if not drafts or len(drafts) > APPEND_EVENTS:
        errors.append(f"{len(drafts)} drafts; append 1 to {APPEND_EVENTS}")
    if errors:
        raise DraftInvalid(errors)
    _check_size(drafts, plains)
    return tuple(
        Envelope(draft=draft, plain=plain, data=data)
        for draft, plain, data in zip(drafts, plains, _sealed(drafts, plains, keys), strict=True)
    )


def disclose(rows: Iterable[tuple[bytes, bytes]], keys: KeyStore) -> tuple[Event, ...]:
    """Read events from their (body, leaf), opening what is sealed and not erased.

    Raises:
        SealBroken: a sealed field was altered, or belongs to another key store.
    """
    read: list[tuple[dict[str, Any], bytes]] = [
        (orjson.loads(body), bytes(leaf)) for body, leaf in rows
    ]
    places = [(body, name) for body, _ in read for name in body["personal"]]
    sealed = [
        Sealed(
            subject=body["personal"][name],
            place=f"{body['id']} {name}",
            value=b64decode(body["data"][name]["sealed"]),
        )
        for body, name in places
    ]
    erased: dict[str, set[str]] = {}
    for (body, name), plain in zip(places, keys.unseal(sealed) if sealed else (), strict=True):
        body["data"][name] = None if plain is None else orjson.loads(plain)
        if plain is None:
            erased.setdefault(body["id"], set()).add(name)
    return tuple(_event(body, leaf, erased.get(body["id"], ())) for body, leaf in read)


def impersonal(rows: Iterable[tuple[bytes, bytes]]) -> tuple[Event, ...]:
    """Read events from their (body, leaf); data lacks what is sealed, as if it never had been."""
    read: list[tuple[dict[str, Any], bytes]] = [
        (orjson.loads(body), bytes(leaf)) for body, leaf in rows
    ]
    for body, _ in read:
        for name in body["personal"]:
            del body["data"][name]
        body["personal"] = {}
    return tuple(_event(body, leaf, ()) for body, leaf in read)


def to_json(event: Event) -> dict[str, Json]:
    """An event as JSON: times in ISO 8601, the leaf in hex, what was erased as null."""
    return {
        "sequence": event.sequence,
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "actor": event.actor,
        "occurred_at": instant(micros(event.occurred_at)),
        "recorded_at": instant(micros(event.recorded_at)),
        "scopes": list(event.scopes),
        "governed": event.governed,
        "data": dict(event.data),
        "erased": [*sorted(event.erased)],
        "leaf": event.leaf.hex(),
    }


def _event(body: Mapping[str, Any], leaf: bytes, erased: Iterable[str]) -> Event:
    return Event(
        sequence=body["sequence"],
        id=body["id"],
        type=body["type"],
        subject=body["subject"],
        actor=body["actor"],
        occurred_at=datetime.fromisoformat(body["occurred_at"]),
        recorded_at=datetime.fromisoformat(body["recorded_at"]),
        scopes=tuple(body["scopes"]),
        data=MappingProxyType(body["data"]),
        governed=body["governed"],
        leaf=leaf,
        personal=MappingProxyType(body["personal"]),
        erased=frozenset(erased),
    )


def _sealed(drafts: Sequence[Draft], plains: Sequence[bytes], keys: KeyStore) -> Sequence[bytes]:
    values = [
        Plain(subject=subject, place=f"{draft.id} {name}", value=canonical(draft.data[name]))
        for draft in drafts
        for name, subject in draft.personal.items()
    ]
    if not values:
        return plains
    texts = iter(b64encode(value).decode() for value in keys.seal(values))
    return [
        canonical({**draft.data, **{name: {"sealed": next(texts)} for name in draft.personal}})
        if draft.personal
        else plain
        for draft, plain in zip(drafts, plains, strict=True)
    ]


def _check_size(drafts: Sequence[Draft], plains: Sequence[bytes]) -> None:
    errors = [
        f"the data of {draft.id!r} has {len(plain)} bytes; at most {EVENT_BYTES} fit"
        for draft, plain in zip(drafts, plains, strict=True)
        if len(plain) > EVENT_BYTES
    ]
    total = sum(map(len, plains))
    if total > APPEND_BYTES:
        errors.append(f"the append has {total} bytes; at most {APPEND_BYTES} fit")
    if errors:
        raise EventTooLarge(errors)


def _faults(draft: Draft) -> Iterable[str]:
    yield from _id_faults(draft)
    if not _TYPE.fullmatch(draft.type):
        yield f"{draft.type[:140]!r} is no type like 'record.put'"
    if draft.occurred_at.utcoffset() is None:
        yield f"occurred_at {draft.occurred_at} has no offset; write 2026-11-22T08:30:00Z"
    if len(draft.scopes) > _SCOPES:
        yield f"{len(draft.scopes)} scopes; at most {_SCOPES}"
    for scope in draft.scopes:
        if not _SCOPE.fullmatch(scope):
            yield f"{scope[:140]!r} is no scope like 'incident/2026-11-22-recall' or 'policy'"
    yield from _data_faults(draft)


def _id_faults(draft: Draft) -> Iterable[str]:
    named = {"id": draft.id, "subject": draft.subject, "actor": draft.actor}
    for name, text in (*named.items(), *(("personal", p) for p in draft.personal.values())):
        try:
            thing_id(text)
        except IdentityInvalid as error:
            yield f"{name}: {error}"


def _data_faults(draft: Draft) -> Iterable[str]:
    for name in draft.personal.keys() - draft.data.keys():
        yield f"personal names {name!r}, which data lacks; it has {sorted(draft.data)[:20]}"


def _written(draft: Draft, plains: list[bytes]) -> Iterable[str]:
    """Add the canonical form of a draft's data, or say why it has none."""
    try:
        plains.append(canonical(draft.data))
    except NotCanonical as error:
        yield str(error)
