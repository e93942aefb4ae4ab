"""Policies between organisations: one file, signed with Ed25519, refused if altered."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from knowledge.canonical import canonical
from ontology.events import Json
from rules.policy import digest
from service.bundle import reading_of

FORM: Final = "attune policy 2"
SECRET: Final = "policy-signing"  # noqa: S105 - the secret's name in the key store
_PUBLIC_HEX: Final = 64


class BundleRefused(ValueError):
    """A file is no signed policy, is altered, or is signed by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A policy whose signature held: its files by name, its coefficients, who signed it (hex)."""

    files: Mapping[str, str]
    coefficients: bytes
    signer: str


def sign(files: Mapping[str, str], coefficients: bytes, secret: bytes) -> dict[str, Json]:
    """A signed bundle; `secret` has the 32 bytes of the private key.

    `coefficients` is the file that the policy names: whoever imports the policy may lack it.
    """
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    said: dict[str, Json] = {
        "form": FORM,
        "digest": digest({name: text.encode() for name, text in files.items()}),
        "files": dict(files),
        "coefficients": b64encode(coefficients).decode(),
        "signer": public,
    }
    return said | {"signature": key.sign(canonical(said)).hex()}


def read(bundle: Json, trusted: str) -> Bundle:
    """The policy of a bundle that the trusted key (64 hex digits) signed.

    Raises:
        BundleRefused: it is no bundle, unsigned, altered, or signed by another key.
    """
    if not isinstance(bundle, dict) or bundle.get("form") != FORM:
        raise BundleRefused(f"this is no signed policy; its member `form` would be {FORM!r}")
    said = {name: value for name, value in bundle.items() if name != "signature"}
    signature, signer, files = bundle.get("signature"), said.get("signer"), said.get("files")
    if signer != trusted:
        raise BundleRefused(
            f"it is signed by {str(signer)[:_PUBLIC_HEX]!r}, not by the key that you trust,"
            f" {trusted[:_PUBLIC_HEX]!r}"
        )
    _verify(said, str(signature), trusted)
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise BundleRefused("its files are no texts by name")
    texts = {name: str(text) for name, text in files.items()}
    if digest({name: text.encode() for name, text in texts.items()}) != said.get("digest"):
        raise BundleRefused("its digest is not that of its files")
    return Bundle(files=texts, coefficients=_heads(said, texts), signer=trusted)


def _heads(said: Mapping[str, Json], files: Mapping[str, str]) -> bytes:
    """The coefficient file of a bundle: the one that its policy names."""
    try:
        content = b64decode(str(said.get("coefficients")), validate=True)
        wanted = reading_of(files).coefficients
    except ValueError as error:  # no base64, or a manifest that names nothing
        raise BundleRefused(f"its coefficients cannot be read: {error}") from error
    if sha256(content).hexdigest() != wanted:
        raise BundleRefused(f"its coefficients are not those that its policy names, {wanted}")
    return content


def _verify(said: Mapping[str, Json], signature: str, trusted: str) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted))
        key.verify(bytes.fromhex(signature), canonical(said))
    except (InvalidSignature, ValueError) as error:
        raise BundleRefused(
            "its signature does not hold: it was altered, or never signed"
        ) from error
