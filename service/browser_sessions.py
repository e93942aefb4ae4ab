"""Sessions in a browser: a key that lives for hours, made from one that somebody signed in with.

A session is an entry of the keyring like every other key: the ledger says who signed in and when,
taking back the first key ends it, and every worker and machine knows it at once.
"""

import hmac
import os
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from ontology.identity import ThingId
from service.keyring import Key
from service.security import PEPPER, SECRET_BYTES, HolderKind, issue, revoke
from service.world import World

LASTS: Final = timedelta(hours=12)
"""The longest shift: who works longer signs in again."""

_FORGERY: Final = "cross-site-request-forgery"


class NoSession(Exception):
    """Nobody can sign in like this; the message says why and with what one can."""


def sign_in(world: World, text: str) -> tuple[Key, str]:
    """The session of whoever holds this key, and the text that the browser keeps.

    Raises:
        NoSession: it is no live key, or one of a system, which has no browser.
    """
    now = world.clock.now()
    key = world.keys_now().find(text.strip(), now)
    if key is None:
        raise NoSession(
            "This key is unknown, revoked or expired. A key looks like attune_01h…_9f3c…; who"
            " runs attune makes one with: attune keys create --holder person/ada --role responder"
        )
    if key.kind is not HolderKind.PERSON or key.session:
        raise NoSession(f"{key.id} is of {key.holder}; people sign in with their own keys.")
    ends = now + LASTS if key.expires is None else min(now + LASTS, key.expires)
    return begin(world, key.holder, key.roles, key.scopes, ends=ends, parent=key.id)


def begin(
    world: World,
    holder: ThingId,
    roles: frozenset[str],
    scopes: frozenset[str] = frozenset(),
    *,
    ends: datetime,
    parent: ThingId | None = None,
) -> tuple[Key, str]:
    """Record a session of somebody who was identified; the text opens it and is kept nowhere.

    Raises:
        KeyInvalid: holder or roles are none that a key can have.
    """
    draft, text = issue(
        key=ThingId(world.ids("key")),
        event=world.ids("event"),
        holder=holder,
        roles=roles,
        scopes=scopes,
        expires=ends,
        session=True,
        parent=parent,
        secret=os.urandom(SECRET_BYTES),
        pepper=world.keys.secret(PEPPER),
        actor=holder,
        at=world.clock.now(),
    )
    world.ledger.append([draft])
    key = world.keys_now().get(draft.subject)
    if key is None:
        raise NoSession("The session was not recorded; sign in again.")
    return key, text


def sign_out(world: World, key: Key) -> None:
    """End a session, from now on and everywhere."""
    event, now = world.ids("event"), world.clock.now()
    world.ledger.append([revoke(key, event=event, actor=key.holder, at=now, reason="signed out")])


def form_token(world: World, session: ThingId) -> str:
    """What a form of this session must carry: a keyed hash that no other site can know."""
    secret = world.keys.secret(_FORGERY)
    return hmac.new(secret, session.encode(), sha256).hexdigest()


def is_form_token(world: World, session: ThingId, given: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(form_token(world, session).encode(), given.encode())
