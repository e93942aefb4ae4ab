"""Appending: one batch of requests judged and written in one transaction, leaf by leaf."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, Connection, Select, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.database import Database
from knowledge.envelopes import Envelope, micros
from knowledge.merkle import Frontier, Node, leaf_hash
from knowledge.refusals import Conflict, DuplicateEvent, IdempotencyMismatch, LedgerRefused, Moved
from knowledge.tables import COMMITS, EVENTS, NEWEST_HEAD, REQUESTS, SCOPES, TILES
from knowledge.tiles import TILE_LEVELS
from ontology.identity import Scope

_CHUNK: Final = 500
_Key = TypeVar("_Key")
_Insert = TypeVar("_Insert", sqlite.Insert, postgresql.Insert)

_WANTED: Final[BindParameter[Any]] = bindparam("wanted", expanding=True)
_IDS: Final = select(EVENTS.c.id).where(EVENTS.c.id.in_(_WANTED))
_VERSIONS: Final = select(SCOPES).where(SCOPES.c.scope.in_(_WANTED))
_REQUESTS: Final = select(REQUESTS).where(REQUESTS.c.key.in_(_WANTED))
_ADD_EVENT: Final = insert(EVENTS)
_ADD_TILE: Final = insert(TILES)
_ADD_REQUEST: Final = insert(REQUESTS)
_ADD_HEAD: Final = insert(COMMITS)


def _move(add: _Insert) -> _Insert:
    return add.on_conflict_do_update(
        index_elements=["scope"], set_={"version": add.excluded.version}
    )


_MOVE_SCOPE: Final = {
    "sqlite": _move(sqlite.insert(SCOPES)),
    "postgresql": _move(postgresql.insert(SCOPES)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one caller wants appended, whole or not at all.

    `key` and `digest` are keyed hashes of the idempotency key and of what is asked.
    """

    envelopes: tuple[Envelope, ...]
    expected: Mapping[Scope, int] = field(default_factory=dict)
    key: bytes | None = None
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a request's events stand; `leaves` is empty where an earlier request placed them."""

    first: int
    count: int
    recorded_at: int = 0
    leaves: tuple[bytes, ...] = ()


def commit(
    database: Database, now: Callable[[], datetime], requests: Sequence[Request]
) -> Sequence[Placed | LedgerRefused]:
    """Append what can be appended, in order; durable when this returns.

    Raises:
        DatabaseUnavailable: nothing is known to be recorded.
    """
    with database.exclusive() as connection:
        batch = _Batch(connection, requests, now)
        outcomes = [batch.place(request) for request in requests]
        batch.write(connection)
    return outcomes


class _Batch:
    """The state of the ledger under the lock, as the batch moves it."""

    def __init__(
        self, connection: Connection, requests: Sequence[Request], now: Callable[[], datetime]
    ) -> None:
        head = connection.execute(NEWEST_HEAD).first()
        self._frontier = Frontier.decode(head.size, head.frontier) if head else Frontier.empty()
        self._governed = head.governed if head else 0
        # INVARIANT: recorded_at never decreases along the sequence, whatever the clock does.
        self._recorded_at = max(micros(now()), head.recorded_at if head else 0)
        envelopes = [envelope for request in requests for envelope in request.envelopes]
        self._ids = set(_lookup(connection, _IDS, "id", {e.draft.id for e in envelopes}))
        asked = {scope for request in requests for scope in request.expected}
        self._versions = {
            Scope(name): row.version
            for name, row in _lookup(connection, _VERSIONS, "scope", asked).items()
        }
        keys = {request.key for request in requests if request.key is not None}
        self._requests = {
            key: (bytes(row.digest), Placed(first=row.first, count=row.count))
            for key, row in _lookup(connection, _REQUESTS, "key", keys).items()
        }
        self._events: list[dict[str, object]] = []
        self._tiles: list[Node] = []
        self._moved: dict[Scope, int] = {}
        self._keyed: list[dict[str, object]] = []

    def place(self, request: Request) -> Placed | LedgerRefused:
        """Take the request into the batch, or say why not."""
        if request.key in self._requests:
            digest, earlier = self._requests[request.key]
            return earlier if digest == request.digest else IdempotencyMismatch(earlier.first)
        for envelope in request.envelopes:
            if envelope.draft.id in self._ids:
                return DuplicateEvent(envelope.draft.id)
        if moved := self._conflicts(request.expected):
            return Conflict(moved)
        first = self._frontier.size + 1
        leaves = tuple(self._push(envelope) for envelope in request.envelopes)
        self._remember(request, Placed(first=first, count=len(leaves)))
        return Placed(first=first, count=len(leaves), recorded_at=self._recorded_at, leaves=leaves)

    def write(self, connection: Connection) -> None:
        """Write what was taken, and the head that it makes."""
        if not self._events:
            return
        connection.execute(_ADD_EVENT, self._events)
        if self._tiles:
            rows = [
                {"level": n.level, "position": n.position, "hash": n.hash} for n in self._tiles
            ]
            connection.execute(_ADD_TILE, rows)
        if self._moved:
            connection.execute(_MOVE_SCOPE[connection.dialect.name], _scope_rows(self._moved))
        if self._keyed:
            connection.execute(_ADD_REQUEST, self._keyed)
        head = {
            "size": self._frontier.size,
            "governed": self._governed,
            "recorded_at": self._recorded_at,
            "root": self._frontier.root(),
            "frontier": self._frontier.encode(),
        }
        connection.execute(_ADD_HEAD, head)

    def _conflicts(self, expected: Mapping[Scope, int]) -> list[Moved]:
        return [
            Moved(scope=scope, expected=version, actual=self._versions.get(scope, 0))
            for scope, version in sorted(expected.items())
            if self._versions.get(scope, 0) != version
        ]

    def _push(self, envelope: Envelope) -> bytes:
        draft, sequence = envelope.draft, self._frontier.size + 1
        body = envelope.body(sequence, self._recorded_at)
        leaf = leaf_hash(body)
        self._tiles += [n for n in self._frontier.push(leaf) if n.level % TILE_LEVELS == 0]
        self._ids.add(draft.id)
        if draft.governed:
            self._governed = sequence
        moved = dict.fromkeys(envelope.touched, sequence)
        self._moved |= moved
        self._versions |= moved
        self._events.append(
            {
                "sequence": sequence,
                "id": draft.id,
                "type": draft.type,
                "subject": draft.subject,
                "governed": draft.governed,
                "recorded_at": self._recorded_at,
                "leaf": leaf,
                "body": body,
            }
        )
        return leaf

    def _remember(self, request: Request, placed: Placed) -> None:
        if request.key is None:
            return
        self._requests[request.key] = (request.digest, placed)
        row = {"digest": request.digest, "first": placed.first, "count": placed.count}
        self._keyed.append({"key": request.key, **row})


def _lookup(
    connection: Connection, query: Select[Any], column: str, values: Iterable[_Key]
) -> dict[_Key, Any]:
    wanted = list(values)
    chunks = (wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK))
    return {
        getattr(row, column): row
        for chunk in chunks
        for row in connection.execute(query, {"wanted": chunk})
    }


def _scope_rows(moved: Mapping[Scope, int]) -> list[dict[str, object]]:
    return [{"scope": scope, "version": version} for scope, version in sorted(moved.items())]
