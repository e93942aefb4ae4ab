"""JSON Web Signatures in compact form (RFC 7515), signed with Ed25519 (RFC 9864)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ontology.events import Json

ALGORITHM: Final = "Ed25519"
_PARTS: Final = 3


class JwsRefused(ValueError):
    """A text is no such signature, is altered, or is signed by another key."""


def public_of(secret: bytes) -> bytes:
    """The 32 bytes of the public key that belongs to a private one."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def named(public: bytes) -> str:
    """The short name of a public key, by which a header names it."""
    return public.hex()[:16]


def jwk(public: bytes) -> dict[str, Json]:
    """A public key as a JSON Web Key."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(public), "kid": named(public)}


def sign(payload: bytes, secret: bytes, kind: str) -> str:
    """A payload with its signature; `kind` is its media type without `application/`."""
    header = {"alg": ALGORITHM, "kid": named(public_of(secret)), "typ": kind}
    said = f"{_text(orjson.dumps(header))}.{_text(payload)}"
    return f"{said}.{_text(Ed25519PrivateKey.from_private_bytes(secret).sign(said.encode()))}"


def verified(text: str, public: bytes, kind: str) -> bytes:
    """The payload that the key signed.

    Raises:
        JwsRefused: it is no compact signature of that kind, is altered, or another key signed it.
    """
    parts = text.strip().split(".")
    if len(parts) != _PARTS:
        raise JwsRefused(f"it has {len(parts)} parts with dots between, not {_PARTS}")
    header = _header(parts[0])
    if header.get("alg") != ALGORITHM or header.get("typ") != kind or "crit" in header:
        raise JwsRefused(
            f"its header says alg {header.get('alg')!r} and typ {header.get('typ')!r}, not"
            f" {ALGORITHM!r} and {kind!r}"
        )
    try:
        signature = _bytes(parts[2])
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, f"{parts[0]}.{parts[1]}".encode()
        )
    except (InvalidSignature, ValueError) as error:
        raise JwsRefused(
            "its signature does not hold: it was altered, or another key signed it,"
            f" {str(header.get('kid'))[:32]!r}"
        ) from error
    return _bytes(parts[1])


def _header(part: str) -> Mapping[str, object]:
    try:
        found = orjson.loads(_bytes(part))
    except ValueError as error:
        raise JwsRefused("its header is no JSON in base64url") from error
    if not isinstance(found, dict):
        raise JwsRefused("its header is no object")
    return found


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(part: str) -> bytes:
    """The bytes of a part, if it is base64url as RFC 7515 has it: no padding, nothing else.

    Raises:
        JwsRefused: it is not.
    """
    try:
        content = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise JwsRefused("a part of it is no base64url") from error
    if _text(content) != part:
        raise JwsRefused("a part of it is no base64url")
    return content
