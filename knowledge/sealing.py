"""Sealing: personal values under a key per subject; destroying the key erases the person."""

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, delete, func, insert, select

from knowledge import seals
from knowledge.canonical import canonical
from knowledge.database import Database
from knowledge.masterkey import master_key
from knowledge.refusals import LegalHold, MasterKeyInvalid, SealBroken
from knowledge.seals import Plain, Sealed, SubjectKey
from knowledge.tables import ERASURES, HOLDS, SECRETS, SUBJECT_KEYS
from ontology.identity import ThingId, thing_id

_CHUNK: Final = 500
_KEY_OF: Final = "SELECT key, wrapped FROM subject_keys WHERE subject = ?"
_Item = TypeVar("_Item")


class KeyStore:
    """Subject keys, erasures, legal holds and secrets, wrapped by one master key.

    It lives apart from ledger backups. No subject key is cached: an erasure by one process holds
    for all processes at once. Open it after a fork.
    """

    def __init__(self, database: Database, master: bytes) -> None:
        """Use `open`."""
        self._database: Final = database
        self._master: Final = master
        self._secrets: Final[dict[str, bytes]] = {}

    @classmethod
    def open(cls, directory: Path, *, url: str | None = None) -> "KeyStore":
        """Open or create the keys in `directory`: `master.key` (mode 0600) and an SQLite file.

        `url` keeps the wrapped keys in another database; the master key stays in the directory.

        Raises:
            MasterKeyInvalid: the master key is missing though keys are there, is malformed, can
                be read by others, or belongs to another key store.
            DatabaseUnavailable: the keys' database is not to be had.
        """
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database(url or f"sqlite:///{directory / 'keys.db'}", name="keys")
        database.migrate()
        with database.exclusive() as connection:
            fresh = connection.execute(select(func.count()).select_from(SECRETS)).scalar() == 0
            store = cls(database, master_key(directory / "master.key", fresh=fresh))
        try:
            store.secret("check")
        except SealBroken as error:
            raise MasterKeyInvalid(
                f"{directory / 'master.key'} does not open these keys; restore the one beside them"
            ) from error
        return store

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def secret(self, name: str) -> bytes:
        """32 random bytes under a name (≤ 40 characters), created once, never erased.

        Raises:
            SealBroken: it was wrapped by another master key.
        """
        if name not in self._secrets:
            self._secrets[name] = seals.decrypt(
                self._master, self._wrapped_secret(name), f"secret {name}"
            )
        return self._secrets[name]

    def pseudonym(self, kind: str, system: str, key: str) -> ThingId:
        """The id of a person known by `key` to `system`: a keyed hash, always the same."""
        return thing_id(f"{kind}/{self.mac('pseudonym', [kind, system, key]).hex()[:32]}")

    def mac(self, purpose: str, value: object) -> bytes:
        """A hash (32 bytes) of canonical JSON that nobody without the key store can make or test.

        Raises:
            NotCanonical: the value has no JSON form.
        """
        return hmac.digest(self.secret(purpose), canonical(value), sha256)

    def seal(self, values: Sequence[Plain]) -> list[bytes]:
        """Seal values, each under its subject's key, which is made durable before this returns."""
        keys = self._keys_for({value.subject for value in values})
        return [seals.seal(value, keys[value.subject]) for value in values]

    def unseal(self, values: Sequence[Sealed]) -> list[bytes | None]:
        """The plain values, padded with spaces; None where the subject's key was destroyed.

        Raises:
            SealBroken: a value was altered or moved, or its key is neither here nor erased.
        """
        with self._database.reading() as connection:
            keys = self._keys(connection, {value.key for value in values})
            lost = {value.subject for value in values if value.key not in keys}
            erased = _erased(connection, lost)
        return [seals.unseal(value, keys.get(value.key), erased) for value in values]

    def derived(
        self, subjects: set[ThingId], purpose: str, *, make: bool = True
    ) -> dict[ThingId, SubjectKey]:
        """A key of each subject for one purpose, which goes when the subject's own goes.

        A subject without a key gets one, unless `make` is false: then it is left out.
        """
        if make:
            found = self._keys_for(subjects)
        else:
            with self._database.reading() as connection:
                found = self._by_subject(connection, subjects)
        return {
            subject: SubjectKey(id=one.id, key=_derived(one.key, purpose))
            for subject, one in found.items()
        }

    def derived_by(self, names: set[bytes], purpose: str) -> dict[bytes, bytes]:
        """The same by the keys' own ids; keys that were destroyed are left out."""
        with self._database.reading() as connection:
            found = self._keys(connection, names)
        return {name: _derived(key, purpose) for name, key in found.items()}

    def hold(self, subject: ThingId, matter: str) -> None:
        """Forbid erasing the subject until the matter is released; twice is once."""
        with self._database.exclusive() as connection:
            if matter not in _matters(connection, subject):
                connection.execute(insert(HOLDS).values(subject=subject, matter=matter))

    def release(self, subject: ThingId, matter: str) -> None:
        """End a legal hold; what is not held stays so."""
        with self._database.exclusive() as connection:
            connection.execute(
                delete(HOLDS).where(HOLDS.c.subject == subject, HOLDS.c.matter == matter)
            )

    def erase(self, subject: ThingId, event: str) -> None:
        """Destroy the subject's key for the event that orders it; the same event again is nothing.

        A later value of the same subject gets a new key.

        Raises:
            LegalHold: a matter holds the subject; nothing was destroyed.
        """
        with self.erasing(subject, event):
            """Nothing else belongs to this erasure."""

    @contextmanager
    def erasing(self, subject: ThingId, event: str) -> Iterator[None]:
        """Destroy the key when the block ends well; no hold can come between check and end.

        Raises:
            LegalHold: a matter holds the subject; the block is not entered.
        """
        with self._database.exclusive() as connection:
            if matters := _matters(connection, subject):
                raise LegalHold(subject, matters)
            yield
            _destroy(connection, subject, event)
        self._database.scrub()

    def finish_erasures(self, ordered: Mapping[str, ThingId]) -> tuple[str, ...]:
        """Carry out erasures (event → subject) that a crash or a restored backup left undone.

        A hold does not stop them: what is recorded is decided. Returns the events it finished.
        """
        with self._database.reading() as connection:
            done = set(connection.execute(select(ERASURES.c.event)).scalars())
        undone = tuple(event for event in ordered if event not in done)
        if undone:
            with self._database.exclusive() as connection:
                for event in undone:
                    _destroy(connection, ordered[event], event)
            self._database.scrub()
        return undone

    def _wrapped_secret(self, name: str) -> bytes:
        query = select(SECRETS.c.wrapped).where(SECRETS.c.name == name)
        with self._database.reading() as connection:
            wrapped = connection.execute(query).scalar()
        if wrapped is not None:
            return bytes(wrapped)
        fresh = seals.encrypt(self._master, os.urandom(seals.KEY_BYTES), f"secret {name}")
        with self._database.exclusive() as connection:
            wrapped = connection.execute(query).scalar()
            if wrapped is None:
                connection.execute(insert(SECRETS).values(name=name, wrapped=fresh))
        return bytes(wrapped or fresh)

    def _keys_for(self, subjects: set[ThingId]) -> dict[ThingId, SubjectKey]:
        if len(subjects) == 1:
            found = {subject: key for subject in subjects for key in self._of(subject)}
        else:
            with self._database.reading() as connection:
                found = self._by_subject(connection, subjects)
        if lacking := subjects - found.keys():
            with self._database.exclusive() as connection:
                found |= self._by_subject(connection, lacking)
                found |= self._make(connection, sorted(lacking - found.keys()))
        return found

    def _of(self, subject: ThingId) -> list[SubjectKey]:
        """The key of one subject, if it has one; every decision about a customer asks for it."""
        rows = self._database.ask(_KEY_OF, subject)
        return [SubjectKey(id=bytes(name), key=self._unwrap(k, subject)) for name, k in rows]

    def _by_subject(
        self, connection: Connection, subjects: set[ThingId]
    ) -> dict[ThingId, SubjectKey]:
        query = select(SUBJECT_KEYS)
        return {
            ThingId(row.subject): SubjectKey(
                id=bytes(row.key), key=self._unwrap(row.wrapped, row.subject)
            )
            for chunk in _chunks(sorted(subjects))
            for row in connection.execute(query.where(SUBJECT_KEYS.c.subject.in_(chunk)))
        }

    def _make(
        self, connection: Connection, subjects: Sequence[ThingId]
    ) -> dict[ThingId, SubjectKey]:
        made = {subject: SubjectKey.fresh() for subject in subjects}
        rows = [
            {
                "key": fresh.id,
                "subject": subject,
                "wrapped": seals.encrypt(self._master, fresh.key, f"key of {subject}"),
            }
            for subject, fresh in made.items()
        ]
        if rows:
            connection.execute(insert(SUBJECT_KEYS), rows)
        return made

    def _keys(self, connection: Connection, names: set[bytes]) -> dict[bytes, bytes]:
        query = select(SUBJECT_KEYS)
        return {
            bytes(row.key): self._unwrap(row.wrapped, row.subject)
            for chunk in _chunks(sorted(names))
            for row in connection.execute(query.where(SUBJECT_KEYS.c.key.in_(chunk)))
        }

    def _unwrap(self, wrapped: bytes, subject: str) -> bytes:
        return seals.decrypt(self._master, bytes(wrapped), f"key of {subject}")


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode(), sha256)


def _erased(connection: Connection, subjects: set[ThingId]) -> set[str]:
    query = select(ERASURES.c.subject)
    return {
        subject
        for chunk in _chunks(sorted(subjects))
        for subject in connection.execute(query.where(ERASURES.c.subject.in_(chunk))).scalars()
    }


def _matters(connection: Connection, subject: ThingId) -> list[str]:
    query = select(HOLDS.c.matter).where(HOLDS.c.subject == subject).order_by(HOLDS.c.matter)
    return list(connection.execute(query).scalars())


def _destroy(connection: Connection, subject: ThingId, event: str) -> None:
    if connection.execute(select(ERASURES.c.event).where(ERASURES.c.event == event)).scalar():
        return
    last = connection.execute(select(func.max(ERASURES.c.ordinal))).scalar() or 0
    connection.execute(delete(SUBJECT_KEYS).where(SUBJECT_KEYS.c.subject == subject))
    connection.execute(insert(ERASURES).values(ordinal=last + 1, subject=subject, event=event))


def _chunks(items: Sequence[_Item]) -> Iterable[Sequence[_Item]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))
