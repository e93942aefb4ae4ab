"""Case tables of shapes: what stands, what changes, and whether a shape fires on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ontology.events import Draft
from ontology.marked_reader import FileInvalid, Keys, root
from ontology.marked_yaml import Node, quoted
from ontology.written_things import Things

CASES: Final = ".cases.yaml"
FIRES: Final = "fires"
QUIET: Final = "stays quiet"
AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""The moment of a table that names none: a Sunday at noon."""

TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given": "What stands before each case: things by id, with their properties. A table "
        "without cases says what stands in every table of its folder.",
        "at": "As of when the cases are judged, with offset; 2026-11-22T12:00:00Z if left out.",
        "cases": "Each shape has a case in which it fires and one in which it stays quiet.",
    }
)
CASE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shape": "The shape that the case tries.",
        "note": "What the case shows, in words.",
        "change": "What is put or removed, by id: properties, or `removed`. What acts set (phase, "
        "state, tier …) stands among the properties.",
        "want": "`fires`, `stays quiet`, or what the shape finds: its severity, focus, path or "
        "value.",
        "at": "As of when this case is judged, where it differs from the table's moment.",
        "unchecked": "True where the values are such that a record would be refused before any "
        "shape sees it.",
    }
)
WANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "severity": "Violation, Warning or Info.",
        "focus": "The thing about which the shape fires.",
        "path": "The property or path, as results show it: `ownedBy`, `escalatesTo*/atTier`.",
        "value": "The value that is wrong.",
    }
)
CASE_NEEDS: Final = ("shape", "note", "change", "want")
_TABLE: Final = Keys(optional=tuple(TABLE))
_CASE: Final = Keys(
    required=CASE_NEEDS, optional=tuple(name for name in CASE if name not in CASE_NEEDS)
)
_WANT: Final = Keys(optional=tuple(WANT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeCase:
    """One case; `want` has what else is said of the result that must come."""

    file: str
    line: int
    shape: str
    note: str
    change: tuple[Draft, ...]
    fires: bool
    want: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeTable:
    """One file: what stands, and its cases."""

    file: str
    given: tuple[Draft, ...]
    cases: tuple[ShapeCase, ...]


def is_cases(file: str) -> bool:
    """Whether a file of the folder of shapes holds cases, by its name.

    >>> is_cases("ontology/shapes/platforms.cases.yaml")
    True
    """
    return file.endswith(CASES)


def read_tables(files: Mapping[str, bytes]) -> tuple[ShapeTable, ...]:
    """The tables among the files of a bundle or folder.

    Raises:
        FileInvalid: all that is wrong with them, each as `file:line:column: …`.
    """
    errors: list[str] = []
    found: list[ShapeTable] = []
    for name in sorted(filter(is_cases, files)):
        try:
            found.append(_table(files[name].decode(errors="replace"), name))
        except FileInvalid as error:
            errors += error.errors
    if errors:
        raise FileInvalid(tuple(errors))
    return tuple(found)


def read_table(text: str, *, file: str) -> ShapeTable:
    """One table.

    Raises:
        FileInvalid: all that is wrong with it, each as `file:line:column: …`.
    """
    reader = _Reader()
    table = reader.table(root(text, file), file)
    reader.finish(file)
    return table


@lru_cache(maxsize=64)
def _table(text: str, file: str) -> ShapeTable:
    """The same, once for the same text: a proposal mostly changes one table of many."""
    return read_table(text, file=file)


class _Reader(Things):
    """Reads a table; what is wrong is noted with its place."""

    def table(self, node: Node, file: str) -> ShapeTable:
        parts = self.keyed(node, _TABLE)
        at = self._moment(parts.get("at"), AT)
        cases = self._items(parts.get("cases"))
        return ShapeTable(
            file=file,
            given=self.drafts(self.parts(parts.get("given")), at),
            cases=tuple(self._case(one, file, at) for one in cases),
        )

    def _case(self, node: Node, file: str, usual: datetime) -> ShapeCase:
        parts = self.keyed(node, _CASE)
        at = self._moment(parts.get("at"), usual)
        unchecked = self.flag(parts.get("unchecked"), usual=False)
        fires, want = self._wanted(parts.get("want"))
        return ShapeCase(
            file=file,
            line=node.line,
            shape=self.text(parts.get("shape")),
            note=self.text(parts.get("note")),
            change=self.drafts(self.parts(parts.get("change")), at, unchecked=unchecked),
            fires=fires,
            want=want,
            at=at,
        )

    def _wanted(self, node: Node | None) -> tuple[bool, Mapping[str, str]]:
        if node is None or node.value in {FIRES, QUIET}:
            return node is not None and node.value == FIRES, {}
        if node.kind == "mapping":
            parts = self.keyed(node, _WANT)
            return True, {name: str(one.value) for name, one in parts.items()}
        self.say(node, f"{quoted(node.value)} is none of {FIRES}, {QUIET}, or a mapping")
        return False, {}

    def _items(self, node: Node | None) -> list[Node]:
        if node is None:
            return []
        if node.kind != "list" or not isinstance(node.value, tuple):
            self.say(node, "write a list of cases, each with shape, note, change and want")
            return []
        return [one for one in node.value if isinstance(one, Node)]

    def _moment(self, node: Node | None, usual: datetime) -> datetime:
        if node is None:
            return usual
        try:
            moment = datetime.fromisoformat(str(node.value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            words = "is no time with offset; write 2026-11-22T12:00:00Z"
            self.say(node, f"{quoted(node.value)} {words}")
            return usual
        return moment.astimezone(UTC)
