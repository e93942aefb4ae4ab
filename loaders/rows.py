"""Rows of a text file, streamed: encodings, line ends and stray quotes that real exports have."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LONGEST_LINE: Final = 1 << 20
"""Characters of a line that are read; the rest of a longer one is skipped."""
MOST_LINES: Final = 100
"""Lines that one quoted field may run over before its first quote counts as a stray one."""
ESCAPED: Final = "surrogateescape"

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of one row and the line, counted from 1, on which it starts.

    `broken` says why the row can't be read; then its only cell is the line as it stands.
    """

    line: int
    cells: tuple[str, ...]
    broken: str | None = None


@contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open a text by its byte order mark, else as UTF-8; every kind of line end reads as one.

    Bytes that are no UTF-8 come through as lone surrogates, so that their row can be rejected.
    """
    with path.open("rb") as raw:
        head = raw.read(4)
        raw.seek(0)
        encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
        errors = "replace" if encoding == "utf-16" else ESCAPED
        with io.TextIOWrapper(raw, encoding=encoding, errors=errors) as text:
            yield text


def lines(stream: io.TextIOBase) -> Iterator[tuple[int, str]]:
    """(line number, text without its line end); a line that is too long is cut."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        yield number, line.removesuffix("\n")
        while len(line) == LONGEST_LINE and not line.endswith("\n"):
            line = stream.readline(LONGEST_LINE)


def rows(stream: io.TextIOBase) -> Iterator[Row]:
    """The rows of a CSV file (comma, semicolon or tab, as the first row has them), blank ones out.

    A quote that is never closed breaks its own row only, not the rest of the file.
    """
    delimiter: str | None = None
    for number, text, broken in _records(lines(stream)):
        if not text.strip():
            continue
        delimiter = delimiter or _delimiter(text)
        yield _row(number, text, delimiter, broken=broken)


def is_utf8(text: str) -> bool:
    """Whether every byte of the text could be decoded."""
    return text.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in text)


def _records(source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, bool]]:
    waiting: deque[tuple[int, str]] = deque()
    parts: list[tuple[int, str]] = []
    odd = False
    while True:
        following = waiting.popleft() if waiting else next(source, None)
        if following is not None:
            parts.append(following)
            odd ^= following[1].count('"') % 2 == 1
        if parts and not odd:
            yield parts[0][0], "\n".join(text for _, text in parts), False
            parts = []
        elif len(parts) >= MOST_LINES or (parts and following is None):
            yield *parts[0], True
            waiting.extendleft(reversed(parts[1:]))
            parts, odd = [], False
        elif following is None:
            return


def _row(line: int, text: str, delimiter: str, *, broken: bool) -> Row:
    if broken:
        return Row(line=line, cells=(text,), broken="a quote is opened and never closed")
    if not is_utf8(text):
        return Row(line=line, cells=(text,), broken="is not UTF-8")
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return Row(line=line, cells=(text,), broken=f"is no CSV: {error}")
    return Row(line=line, cells=tuple(cell.strip() for cell in cells))


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)
