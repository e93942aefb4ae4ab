"""Seals: AES-GCM over one value or one key, bound to the place where it stands."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from knowledge.packing import packed, unpacked
from knowledge.refusals import SealBroken
from ontology.identity import ThingId

KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 16
NONCE_BYTES: Final = 12
_PADDED_TO: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKey:
    """A key and the random id by which sealed values name it."""

    id: bytes
    key: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "SubjectKey":
        """A new key, not yet stored."""
        return cls(id=os.urandom(_KEY_ID_BYTES), key=os.urandom(KEY_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A personal value before sealing; `place` binds the seal to where it will stand."""

    subject: ThingId
    place: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed value: 16 bytes key id, 12 bytes nonce, ciphertext with tag."""

    subject: ThingId
    place: str
    value: bytes = field(repr=False)

    @property
    def key(self) -> bytes:
        """The id of the key that seals it."""
        return self.value[:_KEY_ID_BYTES]


def nonce() -> bytes:
    """Fresh random bytes that no two seals share."""
    return os.urandom(NONCE_BYTES)


def encrypt(key: bytes, plain: bytes, bound: str) -> bytes:
    """Nonce, ciphertext and tag; only the same key and `bound` open it."""
    start = nonce()
    return start + AESGCM(key).encrypt(start, plain, bound.encode())


def decrypt(key: bytes, sealed: bytes, bound: str) -> bytes:
    """What `encrypt` took.

    Raises:
        SealBroken: it was altered, moved to another place, or sealed under another key.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"what is sealed as {bound!r} was altered, moved or rekeyed") from error


def seal(value: Plain, key: SubjectKey) -> bytes:
    """Seal a value, packed and padded to 64 bytes with trailing spaces, which JSON ignores."""
    text = packed(value.value)
    padded = text + b" " * (-len(text) % _PADDED_TO)
    return key.id + encrypt(key.key, padded, _bound(value))


def unseal(value: Sealed, key: bytes | None, erased: Collection[str]) -> bytes | None:
    """The plain value with its padding; None where the subject is erased and the key gone.

    Raises:
        SealBroken: it was altered or moved, or its key is gone without an erasure.
    """
    if key is not None:
        return unpacked(decrypt(key, value.value[_KEY_ID_BYTES:], _bound(value)))
    if value.subject in erased:
        return None
    raise SealBroken(
        f"the key of {value.subject} is neither here nor erased; restore the key store"
    )


def _bound(value: Plain | Sealed) -> str:
    return f"{value.subject} in {value.place}"
