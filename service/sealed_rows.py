"""Rows about people that are too many for an event: sealed in a file that an event names."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from knowledge import seals
from knowledge.durable import sync_directory, write_new
from knowledge.packing import packed, unpacked
from service.world import World

_SECRET: Final = "rows"  # noqa: S105 - the name of a secret


class RowsMissing(RuntimeError):
    """A file of rows that an event names is not in the home."""


def keep(world: World, rows: Sequence[Sequence[Any]]) -> str:
    """Keep rows on disk; the digest by which events name them. The same rows are kept once."""
    content = orjson.dumps(rows)
    digest = hashlib.sha256(content).hexdigest()
    folder = _folder(world)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = seals.encrypt(world.keys.secret(_SECRET), packed(content), digest)
    if write_new(folder / f"{digest}.rows", sealed, mode=0o600):
        sync_directory(folder)
    return digest


def rows(world: World, digest: str) -> list[list[Any]]:
    """The rows that were kept under a digest.

    Raises:
        RowsMissing: the home has no such file.
        SealBroken: it was altered.
    """
    try:
        sealed = (_folder(world) / f"{digest}.rows").read_bytes()
    except OSError as error:
        raise RowsMissing(f"{digest}.rows: {error.strerror}; restore the home's folder") from error
    content = unpacked(seals.decrypt(world.keys.secret(_SECRET), sealed, digest))
    found: list[list[Any]] = orjson.loads(content)
    return found


def _folder(world: World) -> Path:
    return world.settings.home / "rows"
