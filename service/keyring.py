"""The keyring: every key that was ever issued, folded from the ledger, without its secret."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Role

PEPPER: Final = "api-keys"
"""The name of the key store's secret under which keys are hashed."""

_TEXT: Final = re.compile(r"attune_([A-Za-z0-9][A-Za-z0-9.~-]{0,119})_([0-9a-f]{64})", re.ASCII)


class HolderKind(StrEnum):
    """Whether a key speaks for a person or for a system, which may speak for people."""

    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as the ledger knows it: never the secret, only its keyed hash.

    `line` is the id of the first key of a rotating pair; `pair` is `a` or `b`, and a line has at
    most one live key of each. `expires` and `revoked` are UTC, None where it does not apply.
    `parent` is the key with which somebody signed in: this one, a session in a browser, ends with
    it. `session` is true of those of people whom another party has identified, too.
    """

    id: ThingId
    holder: ThingId
    kind: HolderKind
    roles: frozenset[Role]
    scopes: frozenset[str]
    hash: str
    pair: str
    line: ThingId
    created: datetime
    expires: datetime | None
    session: bool = False
    parent: ThingId | None = None
    revoked: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class Keyring:
    """All keys, as far as the ledger was folded."""

    def __init__(self, pepper: bytes) -> None:
        """Take the secret under which keys are hashed."""
        self._pepper = pepper
        self._keys: dict[ThingId, Key] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than key events change nothing."""
        if event.type == "key.created":
            self._keys[event.subject] = _key(event)
        elif event.type == "key.revoked" and event.subject in self._keys:
            key = self._keys[event.subject]
            self._keys[key.id] = replace(key, revoked=key.revoked or event.recorded_at)

    def keys(self) -> tuple[Key, ...]:
        """All keys ever created, oldest first."""
        return tuple(self._keys.values())

    def get(self, key: ThingId) -> Key | None:
        """One key by its id."""
        return self._keys.get(key)

    def find(self, text: str, now: datetime) -> Key | None:
        """The live key that a text opens; the time it takes tells nothing about the secret."""
        match = _TEXT.fullmatch(text)
        key = self._keys.get(ThingId(f"key/{match[1]}")) if match else None
        known = key.hash if key is not None else "0" * 64
        same = hmac.compare_digest(hashed(text, self._pepper), known)
        return key if same and key is not None and self.lives(key, now) else None

    def lives(self, key: Key, now: datetime) -> bool:
        """Whether a key opens anything at `now`: itself, and the one that it was made from."""
        parent = self._keys.get(key.parent) if key.parent is not None else None
        return key.live(now) and (key.parent is None or (parent is not None and parent.live(now)))


def hashed(text: str, pepper: bytes) -> str:
    """The keyed hash of a key: HMAC-SHA-256, hex; 256 random bits need no slow hash."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


def _key(event: Event) -> Key:
    """A key as `key.created` records it."""
    data = cast(Mapping[str, str | None], event.data)
    expires = data["expires"]
    return Key(
        id=event.subject,
        holder=ThingId(str(data["holder"])),
        kind=HolderKind(str(data["kind"])),
        roles=frozenset(Role(str(role)) for role in cast(list[str], event.data["roles"])),
        scopes=frozenset(cast(list[str], event.data["scopes"])),
        hash=str(data["hash"]),
        pair=str(data["pair"]),
        line=ThingId(str(data.get("line") or event.subject)),
        created=event.recorded_at,
        expires=datetime.fromisoformat(expires) if expires else None,
        session=bool(event.data.get("session")),
        parent=ThingId(str(parent)) if (parent := event.data.get("parent")) else None,
    )
