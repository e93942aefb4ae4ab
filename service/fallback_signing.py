"""Fallback cards as callers keep them: made at most every five minutes, signed, under an ETag."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import orjson

from ontology.events import Json
from service.clock import monotonic_ms
from service.compact_jws import public_of, sign
from service.fallback import card
from service.fallback_reading import KIND
from service.world import World

SECRET: Final = "fallback-signing"  # noqa: S105 - the secret's name in the key store
KEPT_MS: Final = 300_000.0
"""How old a card may be that is given again though something was recorded since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCard:
    """A card and the text that proves it; `etag` changes with what the card says."""

    card: Mapping[str, Json]
    jws: str
    etag: str


class Cards:
    """The newest card of one worker: for one hour, one policy, and five minutes at most."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._making: Final = threading.Lock()
        self._kept: tuple[tuple[datetime, str | None], float, SignedCard] | None = None

    def now(self, world: World) -> SignedCard:
        """The card that holds now; raises as `card` does."""
        at = world.clock.now()
        key = (at.replace(minute=0, second=0, microsecond=0), world.policies.active)
        with self._making:
            kept = self._kept
            if kept is not None and kept[0] == key and monotonic_ms() - kept[1] < KEPT_MS:
                return kept[2]
            made = signed(card(world, at), world.keys.secret(SECRET))
            self._kept = (key, monotonic_ms(), made)
            return made


def signed(said: Mapping[str, Json], secret: bytes) -> SignedCard:
    """A card with its signature; `secret` has the 32 bytes of the private key."""
    payload = orjson.dumps(dict(said))
    return SignedCard(card=said, jws=sign(payload, secret, KIND), etag=_etag(payload))


def public_key(world: World) -> bytes:
    """The key by which anybody can check cards of this home."""
    return public_of(world.keys.secret(SECRET))


def _etag(payload: bytes) -> str:
    return sha256(payload).hexdigest()[:32]
