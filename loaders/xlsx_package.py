"""Workbooks (.xlsx) opened safely: bounded in every direction, without entities or macros."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import IO, Final, Protocol
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

MOST_BYTES: Final = 16_000_000
MOST_UNPACKED: Final = 48_000_000
MOST_PARTS: Final = 500
MOST_DEEP: Final = 24
_CHUNK: Final = 1 << 16
_OLD: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_SAVE: Final = "save it as an Excel workbook (.xlsx)"


class WorkbookInvalid(ValueError):
    """A file is no workbook that is read here; the message says what to do."""


class Handler(Protocol):
    """Takes what stands in a part: names come without their namespaces."""

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, words: str) -> None:
        """Words of the element that is open; may come in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The parts of a workbook by name."""

    archive: ZipFile
    names: frozenset[str]

    def parse(self, name: str, handler: Handler) -> None:
        """Read one part, piece by piece; nothing where there is no such part.

        Raises:
            WorkbookInvalid: no XML, a DTD, too deep or too large.
        """
        if name in self.names:
            with self.archive.open(name) as part:
                _parse(part, name, handler)


@contextmanager
def opened(content: bytes) -> Iterator[Package]:
    """The parts of a workbook.

    Raises:
        WorkbookInvalid: it is none, or an old, encrypted, binary or macro one, or far too large.
    """
    if content.startswith(_OLD):
        raise WorkbookInvalid(f"is an old .xls or is kept under a password; {_SAVE}, without one")
    if len(content) > MOST_BYTES:
        raise WorkbookInvalid(f"has {len(content)} bytes; a workbook may have {MOST_BYTES}")
    try:
        with ZipFile(BytesIO(content)) as archive:
            yield Package(archive=archive, names=_checked(archive))
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise WorkbookInvalid(f"is no workbook or a damaged one ({error}); {_SAVE}") from error


def _checked(archive: ZipFile) -> frozenset[str]:
    parts = archive.infolist()
    names = frozenset(part.filename for part in parts)
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise WorkbookInvalid(f"has {len(parts)} parts or one twice; {_SAVE} by Excel")
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookInvalid(f"is kept under a password; {_SAVE}, without one")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED:
        raise WorkbookInvalid(
            f"unpacks to {unpacked} bytes; a workbook may have {MOST_UNPACKED}: "
            "delete empty rows below the tables that carry formats"
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise WorkbookInvalid(f"holds macros; {_SAVE}, without them")
    if "xl/workbook.bin" in names:
        raise WorkbookInvalid(f"is a binary workbook; {_SAVE}")
    if "content.xml" in names:
        raise WorkbookInvalid(f"is an OpenDocument; {_SAVE}")
    if "xl/workbook.xml" not in names:
        raise WorkbookInvalid(f"is a zip file, but no workbook; {_SAVE}")
    return names


def _parse(part: IO[bytes], name: str, handler: Handler) -> None:
    reader = expat.ParserCreate(namespace_separator=" ")
    reader.buffer_text = True
    guard = _Guard(handler=handler, part=name)
    reader.StartDoctypeDeclHandler = guard.doctype
    reader.StartElementHandler = guard.start
    reader.EndElementHandler = guard.end
    reader.CharacterDataHandler = handler.text
    left = MOST_UNPACKED
    try:
        while chunk := part.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise WorkbookInvalid(f"{name} unpacks to more than {MOST_UNPACKED} bytes")
            reader.Parse(chunk)
        reader.Parse(b"", True)  # noqa: FBT003 - a C function that takes no names
    except expat.ExpatError as error:
        raise WorkbookInvalid(f"{name} is no XML: {error}; {_SAVE} again") from error


@dataclass(slots=True, kw_only=True)
class _Guard:
    """Refuses what no workbook needs before the handler sees it."""

    handler: Handler
    part: str
    _deep: int = 0

    def doctype(self, *_: object) -> None:
        raise WorkbookInvalid(f"{self.part} declares a DTD, which no workbook does; {_SAVE}")

    def start(self, name: str, given: Mapping[str, str]) -> None:
        self._deep += 1
        if self._deep > MOST_DEEP:
            raise WorkbookInvalid(f"{self.part} is nested deeper than {MOST_DEEP} levels")
        plain = {key.rpartition(" ")[2]: value for key, value in given.items()}
        self.handler.start(name.rpartition(" ")[2], plain)

    def end(self, name: str) -> None:
        self._deep -= 1
        self.handler.end(name.rpartition(" ")[2])


@dataclass(slots=True)
class Elements:
    """Every element of a part with its attributes and its words, for the small parts."""

    found: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Keep it."""
        self.found.append((name, MappingProxyType({**given})))

    def end(self, name: str) -> None:
        """Nothing to do."""

    def text(self, words: str) -> None:
        """Nothing to do."""


_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def placed(reference: str) -> tuple[int, int]:
    """Row and column, from 1, of a cell's name.

    Raises:
        WorkbookInvalid: it is none.

    >>> placed("B7"), placed("AA1")
    ((7, 2), (1, 27))
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise WorkbookInvalid(f"{reference[:20]!r} is no cell like 'B7'")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def named(row: int, column: int) -> str:
    """The name of a cell.

    >>> named(7, 2), named(1, 27)
    ('B7', 'AA1')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
