"""Identity: who asks, whether they may, and how a key is issued and taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import Actor, Role
from service.keyring import PEPPER, HolderKind, Key, Keyring, hashed
from service.permissions import KEY_ROLES, OPEN, PERMISSIONS, SCOPES, Open, covers, is_scope

__all__ = [
    "NOBODY",
    "OPEN",
    "PEPPER",
    "PERMISSIONS",
    "SCOPES",
    "Denied",
    "HolderKind",
    "Key",
    "KeyInvalid",
    "Keyring",
    "Open",
    "Principal",
    "authorise",
    "borrowed",
    "issue",
    "permitted",
    "revoke",
]

SECRET_BYTES: Final = 32
_SHOWN: Final = "Authorization: Bearer attune_<id>_<secret>"


class Denied(Exception):
    """A request that may not pass; `unknown` where nobody knows who asks (401, else 403)."""

    def __init__(self, message: str, *, unknown: bool) -> None:
        """Keep which of the two it is."""
        super().__init__(message)
        self.unknown = unknown


class KeyInvalid(ValueError):
    """A key can't be issued like this; `problems` has every reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Join the reasons."""
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: the key, its holder, and what they may do."""

    key: ThingId
    holder: ThingId
    roles: frozenset[Role]
    kind: HolderKind

    def actor(self, speaks_for: ThingId | None = None) -> Actor:
        """Who acts: the holder, or the person for whom a system speaks, with the key's roles.

        Raises:
            Denied: a person's key names somebody else, or what is named is no person.
        """
        if speaks_for is None or speaks_for == self.holder:
            via = self.key if self.kind is HolderKind.SYSTEM else None
            return Actor(id=self.holder, roles=self.roles, via=via)
        if self.kind is HolderKind.PERSON or kind_of(speaks_for) != "person":
            raise Denied(f"{self.holder} can't speak for {speaks_for}", unknown=False)
        return Actor(id=speaks_for, roles=self.roles, via=self.key)


NOBODY: Final = Principal(
    key=ThingId("key/none"),
    holder=ThingId("person/nobody"),
    roles=frozenset(),
    kind=HolderKind.PERSON,
)
"""Who asks where no key is needed."""


def authorise(keyring: Keyring, header: str | None, endpoint: str, now: datetime) -> Principal:
    """Who asks, if they may use this endpoint; `NOBODY` where it is open.

    Raises:
        Denied: no key, no live key, or a key without the role or the scope.
    """
    allowed = PERMISSIONS.get(endpoint, frozenset())
    if isinstance(allowed, Open):
        return NOBODY
    key = keyring.find(_bearer(header), now)
    if key is None:
        raise Denied(f"This key is unknown, revoked or expired; write {_SHOWN}.", unknown=True)
    return permitted(key, endpoint)


def permitted(key: Key, endpoint: str) -> Principal:
    """Who a live key speaks for, if it may use this endpoint.

    Raises:
        Denied: it lacks the role or the scope.
    """
    allowed = PERMISSIONS.get(endpoint, frozenset())
    if isinstance(allowed, Open):
        return NOBODY
    if not key.roles & allowed:
        needed = ", ".join(sorted(allowed)) or "nobody"
        held = ", ".join(sorted(key.roles))
        raise Denied(f"{endpoint} is for {needed}; this key has {held}.", unknown=False)
    if not covers(key.scopes, SCOPES[endpoint]):
        held = ", ".join(sorted(key.scopes))
        raise Denied(
            f"{endpoint} takes the scope {SCOPES[endpoint]}; this key has {held}.", unknown=False
        )
    return Principal(key=key.id, holder=key.holder, roles=key.roles, kind=key.kind)


def borrowed(lent: Principal, endpoint: str | None) -> Principal:
    """Who asks in a drill's world, if the roles that they have there may use this endpoint.

    Raises:
        Denied: none of them may.
    """
    allowed = PERMISSIONS.get(endpoint or "", frozenset())
    if isinstance(allowed, Open):
        return NOBODY
    if not lent.roles & allowed:
        needed = ", ".join(sorted(allowed)) or "nobody"
        held = ", ".join(sorted(lent.roles))
        raise Denied(f"{endpoint} is for {needed}; in this drill you are {held}.", unknown=False)
    return lent


def issue(  # noqa: PLR0913 - a key has that many sides
    *,
    key: ThingId,
    event: str,
    holder: ThingId,
    roles: Iterable[str],
    scopes: Iterable[str] = (),
    expires: datetime | None = None,
    replaces: Key | None = None,
    session: bool = False,
    parent: ThingId | None = None,
    secret: bytes,
    pepper: bytes,
    actor: ThingId,
    at: datetime,
) -> tuple[Draft, str]:
    """A new key: the draft that records it, and its text, which is to be seen only once.

    `secret` is 32 random bytes. A key that replaces another takes the other place of its pair; a
    session in a browser ends with its parent, the key that somebody signed in with.

    Raises:
        KeyInvalid: holder, roles, scopes, expiry or secret do not make a key.
    """
    roles, scopes = sorted(set(roles)), sorted(set(scopes))
    problems = (*_of_holder(holder), *_of_rights(roles, scopes), *_of_life(expires, at, secret))
    if problems:
        raise KeyInvalid(problems)
    line = replaces.line if replaces else key
    text = f"attune_{key.partition('/')[2]}_{secret.hex()}"
    data: dict[str, Json] = {
        "holder": holder,
        "kind": kind_of(holder),
        "roles": list(roles),
        "scopes": list(scopes),
        "hash": hashed(text, pepper),
        "pair": "b" if replaces and replaces.pair == "a" else "a",
        "line": line,
        "expires": expires.isoformat() if expires else None,
        **({"session": True, "parent": parent} if session else {}),
    }
    draft = Draft(
        id=event,
        type="key.created",
        subject=key,
        actor=actor,
        occurred_at=at,
        scopes=(Scope(line),),
        data=data,
    )
    return draft, text


def revoke(key: Key, *, event: str, actor: ThingId, at: datetime, reason: str) -> Draft:
    """The draft that takes a key back."""
    return Draft(
        id=event,
        type="key.revoked",
        subject=key.id,
        actor=actor,
        occurred_at=at,
        scopes=(Scope(key.line),),
        data={"reason": reason},
    )


def _bearer(header: str | None) -> str:
    """The key in an `Authorization` header."""
    scheme, _, text = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise Denied(f"This needs a key; write {_SHOWN}.", unknown=True)
    return text.strip()


def _of_holder(holder: ThingId) -> Iterable[str]:
    if kind_of(holder) not in set(HolderKind):
        yield f"the holder {holder!r} is neither person/… nor system/…; write person/ada"


def _of_rights(roles: Iterable[str], scopes: Iterable[str]) -> Iterable[str]:
    known = ", ".join(sorted(KEY_ROLES))
    if not roles:
        yield f"a key needs a role: {known}"
    yield from (
        f"{role!r} is no role; roles are {known}" for role in roles if role not in KEY_ROLES
    )
    for scope in scopes:
        if not is_scope(scope):
            yield f"{scope!r} is no scope; write verb:resource like read:decisions or read:*"


def _of_life(expires: datetime | None, at: datetime, secret: bytes) -> Iterable[str]:
    if expires is not None and (expires.tzinfo is None or expires <= at):
        yield f"it would expire at {expires.isoformat()}, which is not after {at.isoformat()}"
    if len(secret) != SECRET_BYTES:
        yield f"its secret has {len(secret)} bytes, not {SECRET_BYTES}"
