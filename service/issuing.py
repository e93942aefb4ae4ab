"""Issuing keys: create, rotate in pairs, and revoke them, straight on the ledger."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from service.clock import Ids
from service.security import PEPPER, SECRET_BYTES, Key, KeyInvalid, Keyring, issue, revoke

_TYPES: Final = ("key.created", "key.revoked")
_BATCH: Final = 1_000


class KeyUnknown(LookupError):
    """There is no such key, or it is revoked already."""

    def __init__(self, key: str) -> None:
        """Quote what was asked for and show what an id looks like."""
        super().__init__(f"there is no live key {key[:140]!r}; `attune keys list` has their ids")


class Issuer:
    """Issues and revokes keys in one person's name; `random` gives so many random bytes."""

    def __init__(
        self,
        ledger: Ledger,
        keys: KeyStore,
        *,
        actor: ThingId,
        ids: Ids,
        now: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Take what it works with."""
        self._ledger: Final = ledger
        self._pepper: Final = keys.secret(PEPPER)
        self._actor: Final = actor
        self._ids: Final = ids
        self._now: Final = now
        self._random: Final = random

    def keyring(self) -> Keyring:
        """All keys as the ledger has them now."""
        ring, after = Keyring(self._pepper), 0
        while events := self._ledger.read(after, types=_TYPES, limit=_BATCH):
            for event in events:
                ring.apply(event)
            after = events[-1].sequence
        return ring

    def create(
        self,
        holder: ThingId,
        roles: Iterable[str],
        scopes: Iterable[str] = (),
        expires: datetime | None = None,
    ) -> tuple[Key, str]:
        """A new key and its text, which is written nowhere.

        Raises:
            KeyInvalid: holder, roles, scopes or expiry do not make a key.
        """
        draft, text = self._issued(holder, roles, scopes, expires, None)
        return self._recorded([draft], draft.subject), text

    def rotate(self, key: str, expires: datetime | None = None) -> tuple[Key, str]:
        """A key that takes the other place of a pair; the given one goes on until it is revoked.

        It has the same holder, roles and scopes, and unless told otherwise lives as long. What
        held the other place is revoked.

        Raises:
            KeyUnknown: there is no such live key.
            KeyInvalid: the expiry lies in the past.
            Conflict: somebody else rotated the pair at the same time.
        """
        ring, version = self._line_of(key)
        old = self._live(ring, key)
        if expires is None and old.expires is not None:
            expires = self._now() + (old.expires - old.created)
        draft, text = self._issued(old.holder, old.roles, old.scopes, expires, old)
        there = ring.keys()
        others = [
            self._revoked(other, f"its place went to {draft.subject}")
            for other in there
            if other.line == old.line and other.id != old.id and other.revoked is None
        ]
        return self._recorded([draft, *others], draft.subject, {Scope(old.line): version}), text

    def revoke(self, key: str, reason: str) -> Key:
        """Take a key back, from now on.

        Raises:
            KeyUnknown: there is no such key, or it was revoked before.
        """
        old = self._live(self.keyring(), key)
        return self._recorded([self._revoked(old, reason)], old.id)

    def _line_of(self, key: str) -> tuple[Keyring, int]:
        """The keys, and the version of a key's line that is not newer than they are."""
        found = self.keyring().get(ThingId(key))
        line = Scope(found.line if found else key)
        version = self._ledger.versions([line])[line]
        return self.keyring(), version

    def _live(self, ring: Keyring, key: str) -> Key:
        found = ring.get(ThingId(key))
        if found is None or found.revoked is not None:
            raise KeyUnknown(key)
        return found

    def _issued(
        self,
        holder: ThingId,
        roles: Iterable[str],
        scopes: Iterable[str],
        expires: datetime | None,
        replaces: Key | None,
    ) -> tuple[Draft, str]:
        return issue(
            key=ThingId(self._ids("key")),
            event=self._ids("event"),
            holder=holder,
            roles=roles,
            scopes=scopes,
            expires=expires,
            replaces=replaces,
            secret=self._random(SECRET_BYTES),
            pepper=self._pepper,
            actor=self._actor,
            at=self._now(),
        )

    def _revoked(self, key: Key, reason: str) -> Draft:
        event = self._ids("event")
        return revoke(key, event=event, actor=self._actor, at=self._now(), reason=reason)

    def _recorded(
        self, drafts: list[Draft], key: ThingId, expected: dict[Scope, int] | None = None
    ) -> Key:
        self._ledger.append(drafts, expected=expected or {})
        found = self.keyring().get(key)
        if found is None:
            raise KeyInvalid([f"{key} was not recorded"])
        return found
