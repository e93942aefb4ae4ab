"""Customers and cases out of CSV exports of customer relations, as record bodies, streamed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from loaders.crm_columns import (
    EXAMPLES,
    KEY,
    NEEDED,
    CellInvalid,
    Columns,
    CrmInvalid,
    match_columns,
    read_cell,
)
from loaders.rejects import Rejects, reject
from loaders.rows import Row, open_text, rows
from loaders.world import resolved
from ontology.events import Json
from ontology.identity import ThingId
from ontology.record_values import RecordInvalid
from ontology.records import check

__all__ = ["CrmInvalid", "Export", "read", "read_header", "sheet_of"]

Sheet = Literal["customers", "cases"]

_TYPES: Final[Mapping[str, str]] = MappingProxyType({"customers": "Customer", "cases": "Case"})
_LONGEST_KEY: Final = 200
_SYSTEM: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_SHOWN: Final = 20
"""Characters of a broken line that its reject quotes: enough to find it, no one's address."""
_ROW: Final = "1001,Silas Tremblay,commuters,US-NY,en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One exported file: what it holds, which system wrote it, and how to read it.

    `columns` maps headers of the file to properties where the usual names do not fit. `zone` is
    the time zone of times that name no offset; without it they are rejected.
    """

    path: Path
    sheet: Sheet
    system: str
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: ZoneInfo | None = None


def read_header(export: Export) -> Columns:
    """Which column means what, and which ones nobody reads.

    Raises:
        CrmInvalid: the file is empty, lacks a needed column, or has one twice.
        OSError: it cannot be read.
    """
    if not _SYSTEM.fullmatch(export.system):
        raise CrmInvalid(f"{export.system[:80]!r} is no name of a system; write one like zendesk")
    header = _header(export.path)
    try:
        return match_columns(export.sheet, header.cells, export.columns)
    except CrmInvalid as error:
        raise CrmInvalid(f"{export.path.name}:{header.line}: {error}") from error


def sheet_of(path: Path) -> Sheet:
    """What a file holds, told from its header: cases name a customer, a time and themselves.

    Raises:
        CrmInvalid: the file is empty.
        OSError: it cannot be read.
    """
    cells = _header(path).cells
    try:
        match_columns("cases", cells, {})
    except CrmInvalid:
        return "customers"
    return "cases"


def _header(path: Path) -> Row:
    with open_text(path) as stream:
        header = next(rows(stream), None)
    if header is None:
        raise CrmInvalid(f"{path.name}:1: is empty; it begins with a header line")
    return header


def read(export: Export, rejects: Rejects) -> Iterator[dict[str, Json]]:
    """Record bodies `{"type", "key", "properties"}` of a file; bad rows go to `rejects`.

    The `key` is what the system calls the row, so loading twice puts the same records. A blank
    cell says that nobody knows: the property is left out. Each row that is rejected is rejected
    whole, once for each cell that is wrong; so is a second row of a key.

    Raises:
        CrmInvalid: the whole file cannot be taken in.
        OSError: it cannot be read.
    """
    columns = read_header(export)
    seen: dict[bytes, int] = {}
    with open_text(export.path) as stream:
        source = rows(stream)
        next(source)
        for row in source:
            reading = _Reading(export=export, row=row, rejects=rejects)
            body = reading.body(columns)
            if body is not None and reading.is_first(seen):
                yield body


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One row on its way in."""

    export: Export
    row: Row
    rejects: Rejects
    key: str = ""
    clean: bool = True

    def body(self, columns: Columns) -> dict[str, Json] | None:
        """The record of the row, None where it was rejected."""
        if not self._is_whole(columns):
            return None
        self.key = self.row.cells[columns.places[KEY]]
        if len(self.key) > _LONGEST_KEY:
            self._refuse(KEY, f"it has more than {_LONGEST_KEY} characters", self.key, "1001")
        properties = self._properties(columns)
        if not self._fits(properties):
            return None
        key: dict[str, Json] = {"system": self.export.system, "key": self.key}
        return {"type": _TYPES[self.export.sheet], "key": key, "properties": properties}

    def _is_whole(self, columns: Columns) -> bool:
        cells = self.row.cells
        if self.row.broken is not None:
            self._refuse("", f"the line {self.row.broken}", cells[0][:_SHOWN], _ROW)
        elif len(cells) != columns.width:
            reason = f"the line has {len(cells)} cells where the header has {columns.width}"
            self._refuse("", reason, cells[0][:_SHOWN], _ROW)
        return self.clean

    def is_first(self, seen: dict[bytes, int]) -> bool:
        """Whether no earlier row has this key; `seen` takes 16 bytes a key."""
        digest = sha256(self.key.encode()).digest()[:16]
        before = seen.setdefault(digest, self.row.line)
        if before != self.row.line:
            self._refuse(KEY, f"line {before} has the same key", self.key, "1001, once a file")
        return before == self.row.line

    def _properties(self, columns: Columns) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, place in columns.places.items():
            cell = self.row.cells[place]
            if not cell and name in NEEDED[self.export.sheet]:
                self._refuse(name, "it is blank", cell, EXAMPLES[name])
            if not cell or name == KEY:
                continue
            try:
                found[name] = read_cell(name, cell, self.export.system, self.export.zone)
            except CellInvalid as error:
                self._refuse(name, error.reason, cell, error.example)
        return found

    def _fits(self, properties: dict[str, Json]) -> bool:
        """Whether the ontology takes the record; references are checked when it is put."""
        try:
            check(_TYPES[self.export.sheet], resolved(properties, _somebody))
        except RecordInvalid as error:
            for pointer, words in error.errors.items():
                name = pointer.split("/")[2] if pointer.count("/") > 1 else ""
                reason, _, example = words.partition("; ")
                self._refuse(name, reason, properties.get(name, ""), example)
        opened, closed = properties.get("openedAt"), properties.get("closedAt")
        if isinstance(opened, str) and isinstance(closed, str) and closed < opened:
            self._refuse("closedAt", f"it is before the opening at {opened}", closed, opened)
        return self.clean

    def _refuse(self, name: str, reason: str, value: object, example: str) -> None:
        self.clean = False
        self.rejects.add(
            reject(
                source=self.export.path.name,
                line=self.row.line,
                field=name,
                reason=reason,
                value=value,
                example=example,
            )
        )


def _somebody(kind: str, _system: str, _key: str) -> ThingId:
    """Any id of the right kind, to check the rest of a record."""
    return ThingId(f"{kind}/somebody")
