"""Outside measurements as CSV, JSON Lines or XLSX: rows by a map, streamed, bad ones rejected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from knowledge.measures.observation_forms import Column, Form, Kind
from knowledge.measures.observation_kinds import INSTRUMENTS
from knowledge.measures.observation_rows import ID, Row
from loaders.journey_map import folded
from loaders.observation_cells import EXAMPLES, KEPT, Sense, key_of, value_of
from loaders.rejects import Rejects, reject
from loaders.source_rows import CellInvalid, Cells, members, read_rows

_IN_ORDER: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "relationship": (("since", "until"), ("since", "observed_until"), ("until", "observed_until")),
    "resolution": (("opened", "resolved"), ("opened", "first_reply")),
    "reach": (("reach", "impressions"),),
}
"""Columns of which the first may not be greater than the second."""

TOGETHER: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "relationship": (("churned", "until"),),
    "reach": (("cost", "currency"),),
}
"""Where the first is given, and not false, the second is needed."""


def read(path: Path, kind: Kind, sense: Sense, rejects: Rejects) -> Iterator[Row]:
    """Stream the rows of a file, in its order; each bad one goes to `rejects` and is left out.

    Raises:
        SourceInvalid: the file is empty, or its header lacks a column or has one twice.
        OSError: it can't be read.
    """
    reader = Reader(kind, sense)
    source = read_rows(path, reader.fields, ",".join(one.name for one in kind.columns))
    for line, cells in source:
        try:
            if isinstance(cells, CellInvalid):
                raise cells
            yield Row(number=line, values=reader.values(cells))
        except CellInvalid as error:
            rejects.add(
                reject(
                    source=path.name,
                    line=line,
                    field=error.name,
                    reason=error.reason,
                    value=error.value,
                    example=error.example or reader.example(error.name),
                    column=reader.place(error.name),
                )
            )


@dataclass(slots=True)
class Reader:
    """Reads cells of one kind; what many rows say alike is read once."""

    _kind: Kind
    _sense: Sense
    _read: dict[tuple[str, str], object] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    def fields(self, header: tuple[str, ...]) -> Mapping[str, str]:
        """Which header means which column."""
        found = self._sense.map.fields(self._kind, header)
        self._places = {found[head]: at for at, head in enumerate(header, 1) if head in found}
        return found

    def place(self, name: str) -> int | None:
        """Which cell of a row has a column, counted from 1; None where the source has none."""
        return self._places.get(name)

    def of_object(self, said: Mapping[str, object]) -> Mapping[str, Any]:
        """The values of a row that came as an object.

        Raises:
            CellInvalid: a cell, or the row, can't be taken.
        """
        for name in said:
            if name != ID and name not in {one.name for one in self._kind.columns}:
                names = [one.name for one in self._kind.columns]
                near = get_close_matches(name[:80], names, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise CellInvalid(name[:80], f"is no column{hint}", name, ", ".join(names))
        return self.values(members(said, self.fields))

    def values(self, cells: Cells) -> Mapping[str, Any]:
        """The values of a row, by column.

        Raises:
            CellInvalid: a cell can't be taken, or two of them don't fit together.
        """
        found: dict[str, Any] = {}
        for column in self._kind.columns:
            cell = cells.get(column.name, "") or self._sense.map.constants.get(column.name, "")
            mapped = self._sense.map.values.get(column.name, {}).get(folded(cell), cell)
            if mapped:
                found[column.name] = self._value(column, mapped)
            elif column.needed:
                raise CellInvalid(column.name, "it is blank", "")
        if cells.get(ID):
            found[ID] = key_of(ID, cells[ID])
        self._check(found)
        return found

    def example(self, name: str) -> str:
        """A valid cell of a column, or a valid row."""
        if name == ID:
            return "r-1001"
        if name:
            return self._example(self._kind.column(name))
        return ",".join(self._example(one) for one in self._kind.columns)

    def _example(self, column: Column) -> str:
        if column.form is Form.CHOICE:
            return column.of[0]
        if column.form is Form.THING:
            return next(
                iter(self._sense.known.things(column.kind).values()), f"{column.kind}/name"
            )
        if column.name == "score":
            return "5"
        return EXAMPLES[column.form]

    def _value(self, column: Column, cell: str) -> object:
        if column.form not in KEPT:
            return value_of(self._sense, column, cell)
        found = self._read.get((column.name, cell))
        if found is None:
            found = self._read[column.name, cell] = value_of(self._sense, column, cell)
        return found

    def _check(self, found: dict[str, Any]) -> None:
        """Check what one cell alone can't tell; a score moves to its instrument's scale."""
        if self._kind.name == "survey" and "score" in found:
            found["score"] = self._scaled(str(found["instrument"]), found["score"])
        for low, high in _IN_ORDER.get(self._kind.name, ()):
            if low in found and high in found and found[low] > found[high]:
                raise CellInvalid(high, f"it is less than {low}, {found[low]}", str(found[high]))
        for one, other in TOGETHER.get(self._kind.name, ()):
            if found.get(one) not in {None, False} and other not in found:
                raise CellInvalid(other, f"it is blank, though {one} is given", "")

    def _scaled(self, instrument: str, score: float) -> float:
        low, high = INSTRUMENTS[instrument]
        worst, best = self._sense.map.scales.get(instrument, (low, high))
        if not min(worst, best) <= score <= max(worst, best):
            declare = f"; the map declares others, like scales: {{{instrument}: [1, 5]}}"
            words = f"{instrument} is answered from {worst:g} to {best:g}{declare}"
            raise CellInvalid("score", words, f"{score:g}", f"{best:g}")
        return low + (score - worst) / (best - worst) * (high - low)
