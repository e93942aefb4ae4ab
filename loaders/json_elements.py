"""The objects of one large JSON array, read in pieces with the line on which each begins."""

import json
from collections.abc import Iterator
from typing import IO, Final

CHUNK: Final = 1 << 18
LONGEST: Final = 1 << 20
"""Characters of one object; a longer one is taken for damage, so memory stays bounded."""


class ElementsInvalid(ValueError):
    """The stream is no JSON with the array; the message says on which line."""


def elements(stream: IO[str], name: str) -> Iterator[tuple[int, dict[str, object]]]:
    r"""Yield each object of the array that follows the first `"name":`, with its line from 1.

    Raises:
        ElementsInvalid: there is no such array, or it is broken off or damaged.

    >>> from io import StringIO
    >>> list(elements(StringIO('{"n": 2, "items": [{"a": 1},\n {"a": 2}]}'), "items"))
    [(1, {'a': 1}), (2, {'a': 2})]
    """
    buffer, line = _start(stream, name)
    decoder = json.JSONDecoder()
    while True:
        gap = len(buffer) - len(buffer.lstrip(" \t\r\n,"))
        line += buffer.count("\n", 0, gap)
        buffer = buffer[gap:]
        if buffer.startswith("]"):
            return
        try:
            item, end = decoder.raw_decode(buffer)
        except (ValueError, RecursionError) as error:
            buffer = _more(stream, buffer, line, error)
            continue
        if not isinstance(item, dict):
            raise ElementsInvalid(f"line {line}: {buffer[:80]!r} is no JSON object")
        yield line, item
        line += buffer.count("\n", 0, end)
        buffer = buffer[end:]


def _more(stream: IO[str], buffer: str, line: int, error: Exception | None) -> str:
    chunk = stream.read(CHUNK)
    if not chunk or len(buffer) > LONGEST:
        raise ElementsInvalid(f"line {line}: {buffer[:80]!r} is no JSON object ({error})")
    return buffer + chunk


def _start(stream: IO[str], name: str) -> tuple[str, int]:
    mark = f'"{name}"'
    buffer = stream.read(CHUNK)
    found = buffer.find(mark)
    begin = buffer.find("[", found)
    if found < 0 or begin < 0:
        raise ElementsInvalid(f"line 1: no array {mark} in the first {CHUNK} characters")
    return buffer[begin + 1 :], 1 + buffer.count("\n", 0, begin)
