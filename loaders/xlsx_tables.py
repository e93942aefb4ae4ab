"""Decision tables come back from a workbook: every mistake in its cell, nothing half-applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from loaders.xlsx_cells import Sheet, sheets_of
from loaders.xlsx_layout import (
    FILE,
    HIT,
    HOLDS,
    ID,
    NOTE,
    PRINT,
    TABLE,
    THEN,
    WHEN,
    marked,
)
from loaders.xlsx_package import named
from loaders.xlsx_pages import Page, changed, told
from loaders.xlsx_rows import Rows
from loaders.xlsx_values import Fault
from loaders.xlsx_writer import GUIDE, VALUES, Laid
from ontology.facts import Catalogue
from rules.diagnostics import Invalid, near
from rules.table_rewriting import rewritten
from rules.table_text import WrittenTable, check, tables_of

_TOP: Final = 40
"""How far down the header may have slipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came back: the new text where all is right, else what is wrong, cell by cell.

    `notices` say what was read otherwise than it looks; `changes` what changed, table by table.
    """

    text: str
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]
    changes: tuple[str, ...]
    errors: bytes | None

    def lines(self, file: str) -> Iterator[str]:
        """Every fault as `file!Sheet!B7: …`."""
        return (f"{file}!{one}" for one in self.faults)


def returned(content: bytes, text: str, *, file: str, catalogue: Catalogue) -> Returned:
    """Bring the rows of a workbook into the text of a book or a calculation, named `file`.

    Raises:
        Invalid: the text itself is not in order.
        WorkbookInvalid: the workbook cannot be read safely.
    """
    tables = {one.id: one for one in tables_of(text, file=file, catalogue=catalogue)}
    sheets = sheets_of(content)
    reading = _Reading(tables=tables, file=file)
    pages = [page for sheet in sheets for page in reading.pages(sheet)]
    new = rewritten(text, [(page.table, page.rows) for page in pages])
    try:
        check(new, file=file, catalogue=catalogue)
    except Invalid as error:
        found = [*told(error.diagnostics, new, pages)]
        reading.faults += [one for one, exact in found if exact or not reading.faults]
    faults = _each_once(reading.faults)
    known = {page.sheet.name: (page.table, page.laid) for page in pages}
    marks = {(one.sheet, one.row, one.column): one.words for one in faults}
    return Returned(
        text=text if faults else new,
        faults=faults,
        notices=tuple(reading.notices),
        changes=() if faults else tuple(filter(None, map(changed, pages))),
        errors=marked(sheets, known, marks) if faults else None,
    )


def _each_once(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The first fault of each cell, in the order of the sheets."""
    found: dict[tuple[str, int, int], Fault] = {}
    for one in faults:
        found.setdefault((one.sheet, one.row, one.column), one)
    return tuple(found[place] for place in sorted(found))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Reads sheets; what is wrong goes to `faults`, and reading goes on."""

    tables: Mapping[str, WrittenTable]
    file: str
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)

    def pages(self, sheet: Sheet) -> Iterator[Page]:
        """The sheet as a table; nothing of one that is none."""
        top = {
            cell.text.strip().lower(): (row, 1)
            for (row, column), cell in sorted(sheet.cells.items(), reverse=True)
            if column == 1 and row <= _TOP
        }
        if TABLE not in top or FILE not in top:
            if sheet.name not in {GUIDE, VALUES}:
                self.notices.append(f"{sheet.name}: is no table of {self.file}; left alone")
            return
        table = self._table(sheet, top[TABLE][0])
        if table is None:
            return
        self._head(sheet, table, top)
        laid = self._laid(sheet, table)
        if laid is None:
            return
        self._hidden(sheet, laid)
        places = [*self._places(sheet, laid)]
        rows = Rows(
            sheet=sheet,
            table=table,
            origins={one.key: one for one in table.rows},
            laid=laid,
            faults=self.faults,
            notices=self.notices,
        )
        page = Page(
            sheet=sheet,
            table=table,
            laid=laid,
            rows=tuple(rows.read(place) for place in places),
            places=tuple(places),
        )
        if not page.rows:
            self._add(sheet, laid.header, laid.id, "a table has at least one row", offending=ID)
        self._fresh(page, top)
        yield page

    def _add(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        reason: str,
        *,
        offending: str | None = None,
        nearest: str | None = None,
    ) -> None:
        said = sheet.cells.get((row, column))
        self.faults.append(
            Fault(
                sheet=sheet.name,
                row=row,
                column=column,
                offending=offending if offending is not None else said.text if said else "",
                reason=reason,
                nearest=nearest,
            )
        )

    def _table(self, sheet: Sheet, row: int) -> WrittenTable | None:
        name = sheet.said(row, 2)
        if name not in self.tables:
            reason = f"is no table of {self.file}, which has {', '.join(self.tables) or 'none'}"
            self._add(sheet, row, 2, reason, nearest=near(name, self.tables))
            return None
        if name in self._seen:
            reason = f"stands on the sheet {self._seen[name]!r}, too; keep one of them"
            self._add(sheet, row, 2, reason)
            return None
        self._seen[name] = sheet.name
        return self.tables[name]

    def _head(self, sheet: Sheet, table: WrittenTable, top: Mapping[str, tuple[int, int]]) -> None:
        row = top.get(HIT, (0, 1))[0]
        if row and sheet.said(row, 2) != table.hit:
            reason = f"the hit policy is changed in {self.file}, not here"
            self._add(sheet, row, 2, reason, nearest=table.hit)

    def _fresh(self, page: Page, top: Mapping[str, tuple[int, int]]) -> None:
        """Refuse rows on another state of the table, but where they say what it says now."""
        row = top.get(PRINT, top[TABLE])[0]
        if page.sheet.said(row, 2) == page.table.fingerprint():
            return
        now = [(one.cells, one.note) for one in page.table.rows]
        if [(one.cells, one.note) for one in page.rows] == now:
            return
        reason = (
            f"{page.table.id} changed in {self.file} since it was exported; export it again and "
            "carry your changes over"
        )
        self._add(page.sheet, row, 2, reason, nearest=page.table.fingerprint())

    def _laid(self, sheet: Sheet, table: WrittenTable) -> Laid | None:
        heads = [
            (row, column)
            for (row, column), cell in sorted(sheet.cells.items())
            if cell.text.strip() == ID and row <= _TOP
        ]
        if not heads:
            self._add(
                sheet, 1, 1, f"no row of this sheet begins with {ID!r}, the names of columns"
            )
            return None
        (header, first), found = heads[0], dict[tuple[str, str], int]()
        wanted = [(THEN if one.output else WHEN, one.name) for one in table.columns]
        others = {(row, column) for row, column in sheet.cells if row == header}
        role = ""
        for column in sorted(column for _, column in others if column != first):
            name = sheet.said(header, column)
            above = sheet.said(header - 1, column).lower()
            role = above or role
            key = (NOTE, NOTE) if name == NOTE and not above else (role, name)
            if key in found:
                self._add(sheet, header, column, "names two columns; keep one")
            elif key in wanted or key == (NOTE, NOTE):
                found[key] = column
            elif name:
                self._unknown(sheet, (header, column), name, [n for _, n in wanted])
        missing = [f"{name} ({role})" for role, name in wanted if (role, name) not in found]
        if missing:
            reason = f"the columns {', '.join(missing)} are gone; take them from a new export"
            self._add(sheet, header, first, reason)
        if missing or any(one.sheet == sheet.name and one.row == header for one in self.faults):
            return None
        columns = tuple(found[key] for key in wanted)
        return Laid(header=header, columns=columns, id=first, note=found.get((NOTE, NOTE)))

    def _unknown(
        self, sheet: Sheet, place: tuple[int, int], name: str, known: Sequence[str]
    ) -> None:
        reason = f"is no column of this table; columns are renamed and added in {self.file}"
        self._add(sheet, *place, reason, offending=name, nearest=near(name, known))

    def _hidden(self, sheet: Sheet, laid: Laid) -> None:
        if sheet.hidden:
            self.notices.append(f"{sheet.name}: the sheet is hidden, and counts")
        rows = sorted(row for row in sheet.hidden_rows if row > laid.header)
        if rows:
            said = ", ".join(map(str, rows[:10])) + (", …" if len(rows) > 10 else "")  # noqa: PLR2004
            self.notices.append(f"{sheet.name}: hidden rows count like others: {said}")
        for column in sorted(sheet.hidden_columns & {*laid.columns}):
            self.notices.append(f"{sheet.name}: the hidden column {named(1, column)[:-1]} counts")

    def _places(self, sheet: Sheet, laid: Laid) -> Iterator[int]:
        """The rows of a sheet that say something in a column of the table."""
        columns = {*laid.columns, laid.id, *([laid.note] if laid.note else [])}
        rows = {row for row, column in sheet.cells if row > laid.header and column in columns}
        rows.discard(laid.header + 1 if sheet.said(laid.header + 1, laid.id) == HOLDS else 0)
        for first, last in sheet.merged:
            if last[0] > laid.header and first[0] <= max(rows, default=0):
                reason = f"is merged as far as {named(*last)}; unmerge, and write every cell"
                self._add(sheet, *first, reason)
        yield from sorted(rows)
