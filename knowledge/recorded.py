"""What is recorded: events by place, id, type and time, scope versions, roots and proofs."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select

from knowledge import merkle
from knowledge.database import Database
from knowledge.envelopes import disclose, impersonal, micros
from knowledge.sealing import KeyStore
from knowledge.tables import EVENTS, NEWEST_HEAD, SCOPES
from knowledge.tiles import stored_tree
from knowledge.verification import Verification, silent, verify
from ontology.events import Event
from ontology.identity import Scope, ThingId

_SCOPES_AT_ONCE: Final = 500
LAST: Final = 2**63 - 1
"""The largest sequence that a database can hold."""

_MARKS: Final = (
    "SELECT (SELECT governed FROM commits ORDER BY size DESC LIMIT 1),"
    " (SELECT max(sequence) FROM events WHERE type = ?)"
)
_ROW: Final = select(EVENTS.c.body, EVENTS.c.leaf)


class Recorded:
    """The read side of a ledger. Every method may raise DatabaseUnavailable."""

    def __init__(self, database: Database, keys: KeyStore, last: int = LAST) -> None:
        """Read this database up to a sequence, opening what is sealed with these keys."""
        self._database: Final = database
        self._keys: Final = keys
        self._last = last

    def read(
        self,
        after: int = 0,
        until: int | None = None,
        *,
        types: Sequence[str] = (),
        governed: bool | None = None,
        subject: ThingId | None = None,
        limit: int = 1000,
    ) -> Sequence[Event]:
        """Up to `limit` events after a sequence, up to and including `until`, oldest first."""
        last = self._last if until is None else min(until, self._last)
        query = _filtered(types, subject).where(
            EVENTS.c.sequence > after, EVENTS.c.sequence <= last
        )
        if governed is not None:
            query = query.where(EVENTS.c.governed if governed else ~EVENTS.c.governed)
        return self._events(query.order_by(EVENTS.c.sequence).limit(limit))

    def outlines(self, after: int, *, types: Sequence[str], limit: int) -> Sequence[Event]:
        """Up to `limit` events of some types after a sequence, oldest first.

        Their data lacks what is personal, erased or not, which makes them cheap to read.
        """
        query = _filtered(types, None).where(
            EVENTS.c.sequence > after, EVENTS.c.sequence <= self._last
        )
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(EVENTS.c.sequence).limit(limit))
            return impersonal((row.body, row.leaf) for row in found)

    def newest(
        self,
        *,
        types: Sequence[str] = (),
        before: int | None = None,
        limit: int = 50,
        subject: ThingId | None = None,
    ) -> Sequence[Event]:
        """Up to `limit` events before a sequence, newest first."""
        query = _filtered(types, subject).where(EVENTS.c.sequence <= self._last)
        if before is not None:
            query = query.where(EVENTS.c.sequence < before)
        return self._events(query.order_by(EVENTS.c.sequence.desc()).limit(limit))

    def count(self, event_type: str, most: int) -> int:
        """How many events of a type there are; counts no further than `most`."""
        some = select(EVENTS.c.sequence).where(
            EVENTS.c.type == event_type, EVENTS.c.sequence <= self._last
        )
        query = select(func.count()).select_from(some.limit(most).subquery())
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def at(self, sequence: int) -> Event | None:
        """The event of that sequence."""
        if sequence > LAST:
            return None
        found = self._events(_ROW.where(EVENTS.c.sequence == sequence))
        return found[0] if found else None

    def by_id(self, event: str) -> Event | None:
        """The event of that id."""
        found = self._events(_ROW.where(EVENTS.c.id == event))
        return found[0] if found else None

    def entry(self, sequence: int) -> bytes | None:
        """The bytes that an event's leaf hashes: canonical JSON, personal fields as ciphertext."""
        query = select(EVENTS.c.body).where(EVENTS.c.sequence == sequence)
        with self._database.reading() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else bytes(body)

    def head(self) -> int:
        """The last sequence, 0 for the empty ledger; also the tree's size."""
        return min(self._newest_commit("size"), self._last)

    def governed_head(self) -> int:
        """The last governed sequence, 0 for none."""
        return self._newest_commit("governed")

    def marks(self, event_type: str) -> tuple[int, int]:
        """The last governed sequence and the last one of a type, 0 for none, in one question."""
        ((governed, typed),) = self._database.ask(_MARKS, event_type)
        return governed or 0, typed or 0

    def sequence_at(self, moment: datetime) -> int:
        """The last sequence recorded at or before a time, 0 for none."""
        wanted, low, high = micros(moment), 0, self.head()
        with self._database.reading() as connection:
            while low < high:
                middle = (low + high + 1) // 2
                query = select(EVENTS.c.recorded_at).where(EVENTS.c.sequence == middle)
                if connection.execute(query).scalar_one() <= wanted:
                    low = middle
                else:
                    high = middle - 1
        return low

    def versions(self, scopes: Iterable[Scope]) -> dict[Scope, int]:
        """The version of each scope, 0 where no governed event names it."""
        wanted = list(dict.fromkeys(scopes))
        found = dict.fromkeys(wanted, 0)
        with self._database.reading() as connection:
            for at in range(0, len(wanted), _SCOPES_AT_ONCE):
                chunk = wanted[at : at + _SCOPES_AT_ONCE]
                for row in connection.execute(select(SCOPES).where(SCOPES.c.scope.in_(chunk))):
                    found[Scope(row.scope)] = row.version
        return found

    def root(self, size: int) -> bytes:
        """The RFC 9162 root over the first `size` events.

        Raises:
            ProofImpossible: the ledger is shorter.
        """
        self._check_size(size)
        with self._database.reading() as connection:
            return merkle.root(size, stored_tree(connection))

    def inclusion(self, sequence: int, size: int) -> list[bytes]:
        """The audit path of an event in the tree of `size` events, lowest first.

        Raises:
            ProofImpossible: the event is not in that tree, or the ledger is shorter.
        """
        self._check_size(size)
        with self._database.reading() as connection:
            return merkle.inclusion(sequence - 1, size, stored_tree(connection))

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the first `first` of `second` events are unchanged.

        Raises:
            ProofImpossible: the sizes do not fit, or the ledger is shorter.
        """
        self._check_size(second)
        with self._database.reading() as connection:
            return merkle.consistency(first, second, stored_tree(connection))

    def verify(self, progress: Callable[[int, int], None] = silent) -> Verification:
        """Recompute everything from the stored bytes; `progress` gets events done and in all."""
        return verify(self._database, progress)

    def range(self, first: int, count: int) -> tuple[Event, ...]:
        """The `count` events from sequence `first` on."""
        return tuple(self.read(first - 1, first + count - 1, limit=count))

    def _check_size(self, size: int) -> None:
        head = self.head()
        if not 0 <= size <= head:
            raise merkle.ProofImpossible(f"the ledger has {head} events, not {size}")

    def _newest_commit(self, column: str) -> int:
        with self._database.reading() as connection:
            head = connection.execute(NEWEST_HEAD).first()
        return getattr(head, column) if head else 0

    def _events(self, query: Select[tuple[bytes, bytes]]) -> tuple[Event, ...]:
        with self._database.reading() as connection:
            rows = [(row.body, row.leaf) for row in connection.execute(query)]
        return disclose(rows, self._keys)


def _filtered(types: Sequence[str], subject: ThingId | None) -> Select[tuple[bytes, bytes]]:
    query = _ROW
    if types:
        query = query.where(EVENTS.c.type.in_(types))
    return query if subject is None else query.where(EVENTS.c.subject == subject)
