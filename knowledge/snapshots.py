"""Snapshots of the graph: encrypted, written whole or not at all, ignored if broken or foreign."""

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from knowledge.durable import replace_whole

_MAGIC: Final = b"attune graph 1\n"
_NONCE: Final = 12
_NAME: Final = re.compile(r"graph-(\d{1,18})\.snapshot", re.ASCII)
_QUICK: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The graph as it was after an event: N-Quads, and the Merkle leaf of that event."""

    sequence: int
    leaf: bytes
    content: bytes


def save(directory: Path, key: bytes, snapshot: Snapshot) -> Path:
    """Write a snapshot, encrypted under a key of 32 bytes, and drop the older ones.

    It is on disk, whole, when this returns; a crash leaves the older ones as they were.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"graph-{snapshot.sequence}.snapshot"
    replace_whole(path, _sealed(key, snapshot))
    drop(directory, before=snapshot.sequence)
    return path


def newest(directory: Path, key: bytes, at_most: int | None = None) -> Iterator[Snapshot]:
    """The snapshots that can be read, newest first, none after the sequence `at_most`.

    What is broken, or was written under another key, is passed over.
    """
    for sequence, path in sorted(_found(directory), reverse=True):
        if at_most is None or sequence <= at_most:
            snapshot = _opened(key, sequence, path)
            if snapshot is not None:
                yield snapshot


def drop(directory: Path, *, before: int) -> None:
    """Remove the snapshots of earlier sequences, and drafts that a crash left.

    A process that is writing one at that moment gets a FileNotFoundError from `save`.
    """
    for sequence, path in _found(directory):
        if sequence < before:
            path.unlink(missing_ok=True)
    for part in directory.glob(".graph-*.snapshot.*"):
        part.unlink(missing_ok=True)


def _found(directory: Path) -> list[tuple[int, Path]]:
    if not directory.is_dir():
        return []
    named = ((path, _NAME.fullmatch(path.name)) for path in directory.iterdir())
    return [(int(match[1]), path) for path, match in named if match]


def _sealed(key: bytes, snapshot: Snapshot) -> bytes:
    head = _MAGIC + snapshot.sequence.to_bytes(8, "big") + snapshot.leaf
    nonce = os.urandom(_NONCE)
    packed = zlib.compress(snapshot.content, _QUICK)
    return head + nonce + AESGCM(key).encrypt(nonce, packed, head)


def _opened(key: bytes, sequence: int, path: Path) -> Snapshot | None:
    """A snapshot whose cipher, head and name agree; None otherwise."""
    start = len(_MAGIC) + 8 + 32
    try:
        raw = path.read_bytes()
        head, nonce, body = raw[:start], raw[start : start + _NONCE], raw[start + _NONCE :]
        content = zlib.decompress(AESGCM(key).decrypt(nonce, body, head))
    except (OSError, ValueError, InvalidTag, zlib.error):
        return None
    if head[: len(_MAGIC)] != _MAGIC or int.from_bytes(head[-40:-32], "big") != sequence:
        return None
    return Snapshot(sequence=sequence, leaf=head[-32:], content=content)
