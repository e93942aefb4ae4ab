"""The cells of a workbook as their authors see them: words, numbers, dates, formulas, errors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from loaders.xlsx_package import Elements, Package, WorkbookInvalid, opened, placed
from loaders.xlsx_styles import Kind, Styles, styles_of, whole

MOST_SHEETS: Final = 120
MOST_CELLS: Final = 200_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell: `text` as a book would write it, a formula with its sign."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: cells by row and column from 1; `merged` gives the first cell of each range."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]

    def said(self, row: int, column: int) -> str:
        """What a cell says, without spaces around it; empty where it says nothing."""
        cell = self.cells.get((row, column))
        return cell.text.strip() if cell is not None else ""


def sheets_of(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a workbook in their order.

    Raises:
        WorkbookInvalid: it cannot be read safely; the message says what to do.
    """
    with opened(content) as package:
        style = styles_of(package)
        words = _Words()
        package.parse("xl/sharedStrings.xml", words)
        listed = [*_listed(package)]
        if len(listed) > MOST_SHEETS:
            raise WorkbookInvalid(f"has {len(listed)} sheets; a workbook may have {MOST_SHEETS}")
        return tuple(
            _sheet(package, name, part, _Grid(words=words.found, style=style), hidden=hidden)
            for name, part, hidden in listed
        )


def _listed(package: Package) -> Iterator[tuple[str, str, bool]]:
    """Name, part and whether it is hidden, of every sheet."""
    targets = Elements()
    package.parse("xl/_rels/workbook.xml.rels", targets)
    parts = {
        one.get("Id", ""): one.get("Target", "")
        for name, one in targets.found
        if name == "Relationship" and one.get("TargetMode") != "External"
    }
    book = Elements()
    package.parse("xl/workbook.xml", book)
    for name, one in book.found:
        if name == "sheet":
            target = parts.get(one.get("id", ""), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            yield one.get("name", ""), part, one.get("state", "visible") != "visible"


def _sheet(package: Package, name: str, part: str, grid: "_Grid", *, hidden: bool) -> Sheet:
    if part not in package.names:
        raise WorkbookInvalid(f"lacks the sheet {name[:40]!r}; save it again by Excel")
    package.parse(part, grid)
    return Sheet(
        name=name,
        cells=grid.cells,
        merged=tuple(grid.merged),
        hidden=hidden,
        hidden_rows=frozenset(grid.hidden_rows),
        hidden_columns=frozenset(grid.hidden_columns),
    )


@dataclass(slots=True)
class _Words:
    """The words that cells share, without those that tell how others are pronounced."""

    found: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _reading: bool = False
    _aside: bool = False

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """A text, a piece of one, or its pronunciation begins."""
        del given
        if name == "si":
            self._open = []
        self._aside = self._aside or name == "rPh"
        self._reading = name == "t" and not self._aside

    def end(self, name: str) -> None:
        """A text is complete."""
        self._reading = False
        if name == "rPh":
            self._aside = False
        if name == "si":
            if len(self.found) >= MOST_CELLS:
                raise WorkbookInvalid(f"has more than {MOST_CELLS} texts")
            self.found.append("".join(self._open))

    def text(self, words: str) -> None:
        """A piece of a text."""
        if self._reading:
            self._open.append(words)


@dataclass(slots=True, kw_only=True)
class _Grid:
    """The cells of one sheet as they come."""

    words: list[str]
    style: Styles
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    _given: Mapping[str, str] = field(default_factory=dict)
    _row: int = 0
    _column: int = 0
    _parts: dict[str, str] = field(default_factory=dict)
    _reading: str = ""

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """A row, a cell, a part of a cell, or what is said of rows and columns begins."""
        if name == "row":
            self._row = whole(given["r"]) if "r" in given else self._row + 1
            self._column = 0
            if given.get("hidden") in {"1", "true"}:
                self.hidden_rows.add(self._row)
        elif name == "c":
            self._given, self._parts = given, {}
            if "r" in given:
                self._row, self._column = placed(given["r"])
            else:
                self._column += 1
        elif name in {"v", "f", "t"}:
            self._reading = name
            self._parts.setdefault(name, "")
        else:
            self._aside(name, given)

    def _aside(self, name: str, given: Mapping[str, str]) -> None:
        if name == "mergeCell":
            first, _, last = given.get("ref", "").partition(":")
            self.merged.append((placed(first), placed(last or first)))
        elif name == "col" and given.get("hidden") in {"1", "true"}:
            low, high = whole(given.get("min", "1")), whole(given.get("max", "1"))
            self.hidden_columns.update(range(low, min(high, MOST_COLUMNS) + 1))

    def end(self, name: str) -> None:
        """A cell is complete."""
        if name in {"v", "f", "t"}:
            self._reading = ""
        elif name == "c":
            cell = self._cell()
            if cell is not None:
                self._keep(cell)

    def text(self, words: str) -> None:
        """A piece of what a cell says."""
        if self._reading:
            self._parts[self._reading] += words

    def _keep(self, cell: Cell) -> None:
        if len(self.cells) >= MOST_CELLS:
            raise WorkbookInvalid(f"has more than {MOST_CELLS} cells with something in them")
        self.cells[self._row, self._column] = cell

    def _cell(self) -> Cell | None:
        sort, said = self._given.get("t", "n"), self._parts.get("v", "")
        if "f" in self._parts:
            return Cell(kind="formula", text=f"={self._parts['f'] or said}")
        if sort == "inlineStr":
            return _word(self._parts.get("t", ""))
        if sort == "s" and said:
            at = whole(said)
            if at >= len(self.words):
                raise WorkbookInvalid(f"a cell names text {at}, which there is not")
            return _word(self.words[at])
        if not said:
            return None
        return self._plain(sort, said)

    def _plain(self, sort: str, said: str) -> Cell | None:
        if sort == "b":
            return Cell(kind="truth", text="true" if said.strip() == "1" else "false")
        if sort == "e":
            return Cell(kind="error", text=said)
        if sort in {"str", "d"}:
            return _word(said)
        return self._number(said)

    def _number(self, said: str) -> Cell:
        kind, text = self.style.read(said, whole(self._given.get("s", "0")))
        return Cell(kind=kind, text=text)


def _word(text: str) -> Cell | None:
    clean = " ".join(_unescaped(text).replace("\u00a0", " ").replace("\u202f", " ").split())
    return Cell(kind="text", text=clean) if clean else None


def _unescaped(text: str) -> str:
    """Signs that XML cannot hold come as `_x000D_`."""
    return re.sub(r"_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_", lambda hit: chr(int(hit[1], 16)), text)
