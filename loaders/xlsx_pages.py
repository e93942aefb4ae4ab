"""A table on a sheet once it is read: what its file's reader says of it, and what changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loaders.xlsx_cells import Sheet
from loaders.xlsx_values import Fault
from loaders.xlsx_writer import Laid
from rules.diagnostics import Diagnostic
from rules.table_rewriting import EditedRow, Spot, spots
from rules.table_text import WrittenTable

_LINE: Final = re.compile(r"\bline ([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet that is a table: its rows, each with the row of the sheet where it stands."""

    sheet: Sheet
    table: WrittenTable
    laid: Laid
    rows: tuple[EditedRow, ...]
    places: tuple[int, ...]


def told(
    diagnostics: Sequence[Diagnostic], text: str, pages: Sequence[Page]
) -> Iterator[tuple[Fault, bool]]:
    """What the reader of the file says, and whether it is about one cell alone."""
    places = [
        (place, page, spot)
        for page in pages
        for place, spot in spots(text, page.table).items()
        if spot.row < len(page.rows)
    ]
    exact = {place: (page, spot) for place, page, spot in places}
    lines = {place[0]: page.places[spot.row] for place, page, spot in places}
    for one in diagnostics:
        page, spot = exact.get((one.line, one.column)) or _nearby(one.line, places, pages[0])
        row, column = page.laid.header, page.laid.id
        if spot is not None:
            row = page.places[spot.row]
            column = page.laid.columns[spot.column] if spot.column is not None else column
        reason = _LINE.sub(
            lambda hit: f"row {lines[int(hit[1])]}" if int(hit[1]) in lines else hit[0], one.reason
        )
        fault = Fault(
            sheet=page.sheet.name,
            row=row,
            column=column,
            offending=one.offending,
            reason=reason,
            nearest=one.nearest,
            example=one.example,
        )
        yield fault, spot is not None and spot.column is not None


def _nearby(
    line: int, places: Sequence[tuple[tuple[int, int], Page, Spot]], first: Page
) -> tuple[Page, Spot | None]:
    """The row in which a line lies; a table as a whole where it lies before its rows."""
    before = [one for one in places if one[0][0] <= line]
    if not before:
        return first, None
    _, page, spot = max(before, key=lambda one: one[0])
    return page, Spot(row=spot.row, column=None)


def changed(page: Page) -> str:
    """How many rows are new, other, gone, or stand elsewhere; empty where nothing changed."""
    was, now = page.table.rows, page.rows
    kept = [one.origin.key for one in now if one.origin is not None]
    order = [one.key for one in was if one.key in {*kept}]
    counts = {
        "added": sum(one.origin is None for one in now),
        "changed": sum(one.origin is not None and not one.same for one in now),
        "removed": len(was) - len(kept),
        "moved": sum(a != b for a, b in zip(kept, order, strict=True)),
    }
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{page.table.id}: {said}" if said else ""
