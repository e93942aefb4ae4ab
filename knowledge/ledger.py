"""The ledger: an append-only sequence of events, with scope versions and a Merkle tree."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from sqlalchemy import select

from knowledge.appending import Placed, Request, commit
from knowledge.committer import Committer
from knowledge.database import Database
from knowledge.envelopes import enclose
from knowledge.recorded import LAST, Recorded
from knowledge.refusals import IdempotencyMismatch
from knowledge.sealing import KeyStore
from knowledge.tables import EVENTS, REQUESTS
from ontology.events import Draft, Event
from ontology.identity import Scope, ThingId

_NONE_EXPECTED: Final[Mapping[Scope, int]] = {}


class Ledger(Recorded):
    """One ledger of one database; safe between threads and processes. Open it after a fork.

    Sequences count from 1 without gaps. What `append` returned is on disk. Every read may raise
    DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        now: Callable[[], datetime],
        last: int = LAST,
    ) -> None:
        """Use `open` or `until`."""
        super().__init__(database, keys, last)
        self._now: Final = now
        self._committer: Final = Committer[Request, Placed](partial(commit, database, now))

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keys: KeyStore,
        now: Callable[[], datetime],
        lock_path: Path | None = None,
    ) -> "Ledger":
        """Open or create the ledger, and finish erasures that a crash left undone.

        `url` is SQLAlchemy's (`sqlite:///…`, `postgresql://…`); `now` gives the world's time.

        Raises:
            DatabaseUrlInvalid: it names no file or server.
            DatabaseUnavailable: it is not to be had, or is of a later version.
        """
        database = Database(url, name="ledger", lock_path=lock_path)
        database.migrate()
        ledger = cls(database, keys, now)
        ledger._finish_erasures()
        return ledger

    def close(self) -> None:
        """Close the database; the key store stays open."""
        self._database.close()

    def until(self, last: int) -> "Ledger":
        """The ledger as it was after a sequence: nothing later is read, nothing can be written.

        It shares the database. What of a person was erased since is missing from it, too.
        """
        return _Earlier(self._database, self._keys, self._now, last)

    def rising(self) -> "Rising":
        """The ledger as it was before its first event, to be let grow again, as far as wanted."""
        return Rising(self._database, self._keys, self._now, 0)

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        expected: Mapping[Scope, int] = _NONE_EXPECTED,
        idempotency: str | None = None,
        request: object = None,
    ) -> tuple[Event, ...]:
        """Record all drafts or none; on disk when this returns.

        `expected` gives the version at which each scope was judged (0: never written). A scope's
        version is the last governed sequence that names it, as scope or as subject. The same
        `idempotency` key again returns the first events, provided `request` (any JSON; by
        default the drafts apart from their ids and times) is the same.

        Raises:
            DraftInvalid: with every reason; EventTooLarge among them.
            Conflict: a scope moved.
            DuplicateEvent: an id is recorded already.
            IdempotencyMismatch: the key was used for another request.
            DatabaseUnavailable: the message says whether the events may have been kept.
        """
        envelopes = enclose(drafts, self._keys)
        key = None if idempotency is None else self._keys.mac("idempotency", idempotency)
        digest = b"" if key is None else self._digest(drafts, request)
        placed = self._committer.submit(
            Request(envelopes=envelopes, expected=expected, key=key, digest=digest)
        )
        if not placed.leaves:
            return self.range(placed.first, placed.count)
        return tuple(
            envelope.event(placed.first + place, placed.recorded_at, leaf)
            for place, (envelope, leaf) in enumerate(zip(envelopes, placed.leaves, strict=True))
        )

    def repeated(self, idempotency: str, request: object) -> tuple[Event, ...]:
        """The events that this key and request recorded first; none where the key is new.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        key = self._keys.mac("idempotency", idempotency)
        columns = (REQUESTS.c.digest, REQUESTS.c.first, REQUESTS.c["count"].label("events"))
        query = select(*columns).where(REQUESTS.c.key == key)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return ()
        if bytes(row.digest) != self._digest((), request):
            raise IdempotencyMismatch(row.first)
        return self.range(row.first, row.events)

    def erase(self, subject: ThingId, *, actor: ThingId, id: str, reason: str) -> Event:  # noqa: A002 - the event's id
        """Destroy the key of a person and record `subject.erased`; the tree still verifies.

        Raises:
            LegalHold: a matter holds the subject; nothing was recorded or destroyed.
            DraftInvalid, DuplicateEvent: the event can't be recorded; nothing was destroyed.
        """
        draft = Draft(
            id=id,
            type="subject.erased",
            subject=subject,
            actor=actor,
            occurred_at=self._now(),
            data={"reason": reason},
        )
        with self._keys.erasing(subject, id):
            # A crash between the two commits is finished by the next `open`.
            return self.append([draft])[0]

    def _finish_erasures(self) -> None:
        query = select(EVENTS.c.id, EVENTS.c.subject).where(EVENTS.c.type == "subject.erased")
        with self._database.reading() as connection:
            ordered = {row.id: ThingId(row.subject) for row in connection.execute(query)}
        if ordered:
            self._keys.finish_erasures(ordered)

    def _digest(self, drafts: Sequence[Draft], request: object) -> bytes:
        if request is not None:
            return self._keys.mac("request", request)
        told = [
            [d.type, d.subject, d.actor, list(d.scopes), d.data, dict(d.personal), d.governed]
            for d in drafts
        ]
        return self._keys.mac("request", told)


class _Earlier(Ledger):
    """The events of a ledger up to and including a sequence; nothing can be written."""

    def append(self, *_: object, **__: object) -> NoReturn:
        """Refuse: what was cannot be written."""
        raise TypeError("an earlier ledger can't be written to")

    def erase(self, *_: object, **__: object) -> NoReturn:
        """Refuse: what was cannot be written."""
        raise TypeError("an earlier ledger can't be written to")


class Rising(_Earlier):
    """An earlier ledger that grows up to later sequences, so that folds over it can follow."""

    def rise(self, last: int) -> None:
        """Show the events up to a sequence, too; what was shown stays."""
        self._last = max(self._last, last)
