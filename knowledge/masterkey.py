"""The master key: 32 random bytes in a file that only its owner can read."""

import os
import stat
from pathlib import Path
from typing import Final

from knowledge.durable import sync_directory, write_new
from knowledge.refusals import MasterKeyInvalid

_BYTES: Final = 32
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077


def master_key(path: Path, *, fresh: bool) -> bytes:
    """Read the master key, or make it where the key store is `fresh`; durable when this returns.

    Raises:
        MasterKeyInvalid: it is missing though the store has keys, malformed, or open to others.
    """
    if not path.exists():
        if not fresh:
            raise MasterKeyInvalid(f"{path} is missing, and only it opens the keys beside it")
        write_new(path, os.urandom(_BYTES).hex().encode() + b"\n", mode=_OWNER_ONLY)
        sync_directory(path.parent)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise MasterKeyInvalid(f"{path} has mode {mode:o}, so others can read it; chmod 600 it")
    return _decode(path)


def _decode(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise MasterKeyInvalid(f"{path} does not hold {_BYTES} bytes as {2 * _BYTES} hex digits")
    return key
