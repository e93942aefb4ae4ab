"""The rows of a table on a sheet: whose each is, and what its cells say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loaders.xlsx_cells import Sheet
from loaders.xlsx_package import named
from loaders.xlsx_values import Fault, value_of
from loaders.xlsx_writer import Laid
from rules.diagnostics import near
from rules.table_rewriting import EditedRow
from rules.table_text import WrittenRow, WrittenTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Reads the rows of one sheet."""

    sheet: Sheet
    table: WrittenTable
    origins: Mapping[str, WrittenRow]
    laid: Laid
    faults: list[Fault]
    notices: list[str]
    _taken: dict[str, int] = field(default_factory=dict)

    def read(self, row: int) -> EditedRow:
        """One row; what is wrong with it goes to the faults."""
        key = self.sheet.said(row, self.laid.id)
        origin = self.origins.get(key)
        self._key(row, key, known=origin is not None)
        before: Sequence[str | None] = origin.cells if origin else [None] * len(self.laid.columns)
        cells = []
        for at, column, was in zip(self.laid.columns, self.table.columns, before, strict=True):
            read = value_of(self.sheet.cells.get((row, at)), column, was)
            if read.fault is not None:
                self.faults.append(read.fault.at(self.sheet.name, row, at))
            if read.notice:
                self.notices.append(f"{self.sheet.name}!{named(row, at)}: {read.notice}")
            cells.append(read.text)
        note = self._note(row, origin.note if origin else "")
        return EditedRow(origin=origin, key=key, cells=tuple(cells), note=note)

    def _key(self, row: int, key: str, *, known: bool) -> None:
        reason = ""
        if key in self._taken:
            reason = f"stands in row {self._taken[key]}, too; leave it empty in the copy"
        elif key and not known and not self.table.of_book:
            reason = "is no id of this table; leave it empty in a row that is new"
        if reason:
            keys = [one.key for one in self.table.rows if one.key not in self._taken]
            self.faults.append(
                Fault(
                    sheet=self.sheet.name,
                    row=row,
                    column=self.laid.id,
                    offending=key,
                    reason=reason,
                    nearest=near(key, keys),
                )
            )
        if key:
            self._taken.setdefault(key, row)

    def _note(self, row: int, was: str) -> str:
        if self.laid.note is None:
            return was
        cell = self.sheet.cells.get((row, self.laid.note))
        text = cell.text.strip() if cell is not None else ""
        if cell is not None and cell.kind in {"formula", "error"}:
            fault = Fault(
                sheet=self.sheet.name,
                row=row,
                column=self.laid.note,
                offending=cell.text,
                reason=f"is {'a formula' if cell.kind == 'formula' else 'an error'}; write words",
            )
            self.faults.append(fault)
        return was if text == was.strip() else " ".join(text.split())
