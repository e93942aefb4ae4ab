"""Files of recorded payloads: one JSON answer, a list of them, or JSON Lines, with limits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson

MOST_BYTES: Final = 64 * 1024 * 1024
DEEPEST: Final = 64
"""Levels of lists and objects; vendors' payloads have about ten."""


class PayloadInvalid(ValueError):
    """A file holds no payload; the message says where and why."""


def payloads(path: Path) -> Iterator[object]:
    """The payloads of a file, each whole.

    Raises:
        PayloadInvalid: it is too large, empty, no JSON, or nested too deep.
        OSError: it can't be read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise PayloadInvalid(f"{path.name} has {size:,} bytes; split it below {MOST_BYTES:,}")
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    if not content:
        raise PayloadInvalid(f"{path.name}:1: is empty; give the JSON that the interface answered")
    whole = _read(content)
    if whole is not None:
        yield _checked(whole, path.name)
        return
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            where = f"{path.name}:{number}"
            found = _read(line)
            if found is None:
                raise PayloadInvalid(f"{where}: is no JSON: {line[:80]!r}")
            yield _checked(found, where)


def _read(content: bytes) -> object:
    """The value of a text, None where it is no JSON or null."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _checked(value: object, where: str) -> object:
    """The value, if it is not nested deeper than anyone means."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise PayloadInvalid(f"{where}: is nested more than {DEEPEST} levels deep")
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    return value
