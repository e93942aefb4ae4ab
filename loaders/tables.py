"""Small tables of time and number: read strictly, row by row, every error with file and line."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from loaders.rows import Row, open_text, rows


class TableInvalid(ValueError):
    """A table can't be read; the message says file, line, what stands there and a valid row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One row of a series: its time stamp as written and as read, and its value."""

    line: int
    stamp: str
    at: datetime
    value: float


def read_counts(path: Path) -> Iterator[Count]:
    """Stream a series with the columns `timestamp` and `value`, times strictly rising.

    Times are ISO 8601, all with an offset or all without. Values are numbers from 0 on.

    Raises:
        TableInvalid: the first row that can't be taken.
    """
    example = "timestamp,value / 2015-02-26 21:42:53,104"
    before: datetime | None = None
    for line, (stamp, value) in _columns(path, ("timestamp", "value"), example):
        at = _moment(stamp, f"{path.name}:{line}", example)
        if before is not None and (at.utcoffset() is None) != (before.utcoffset() is None):
            raise _error(path, line, f"{stamp!r}: some times have an offset, some none", example)
        if before is not None and at <= before:
            what = "is the time of the row before" if at == before else "is before the row above"
            raise _error(path, line, f"timestamp {stamp!r} {what}; sort by time", example)
        before = at
        yield Count(line=line, stamp=stamp, at=at, value=_number(path, line, value, example))


def read_times(path: Path) -> list[float]:
    """The column `time` of a table, in seconds, in any order; equal times stay.

    Raises:
        TableInvalid: the first row that can't be taken.
    """
    example = "time / 0.0 / 12.75"
    return [
        _number(path, line, cell, example, lowest=-math.inf)
        for line, (cell,) in _columns(path, ("time",), example)
    ]


def _columns(
    path: Path, names: Sequence[str], example: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with open_text(path) as stream:
            table = rows(stream)
            places = _places(path, next(table, None), names, example)
            for row in table:
                yield row.line, _picked(path, row, places, example)
    except OSError as error:
        raise TableInvalid(
            f"{path.name}:1: can't be read ({error.strerror}); a table is {example}"
        ) from error


def _places(path: Path, header: Row | None, names: Sequence[str], example: str) -> list[int]:
    if header is None:
        raise _error(path, 1, "the file is empty", example)
    if header.broken is not None:
        raise _error(path, header.line, f"the header {header.broken}", example)
    known = [cell.casefold() for cell in header.cells]
    for name in names:
        if known.count(name) != 1:
            what = "has no column" if name not in known else "has more than one column"
            raise _error(path, header.line, f"{','.join(known)[:80]!r} {what} {name!r}", example)
    return [known.index(name) for name in names]


def _picked(path: Path, row: Row, places: Sequence[int], example: str) -> tuple[str, ...]:
    if row.broken is not None:
        raise _error(path, row.line, f"{row.cells[0][:80]!r} {row.broken}", example)
    if len(row.cells) <= max(places):
        raise _error(path, row.line, f"{','.join(row.cells)[:80]!r} lacks a cell", example)
    return tuple(row.cells[place] for place in places)


def _moment(stamp: str, where: str, example: str) -> datetime:
    try:
        return datetime.fromisoformat(stamp)
    except ValueError as error:
        raise TableInvalid(f"{where}: {stamp[:80]!r} is no time; a row is {example}") from error


def _number(path: Path, line: int, cell: str, example: str, lowest: float = 0.0) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _error(path, line, f"{cell[:80]!r} is no finite number", example)
    if number < lowest:
        raise _error(path, line, f"{cell[:80]!r} is below {lowest:g}", example)
    return number


def _error(path: Path, line: int, what: str, example: str) -> TableInvalid:
    return TableInvalid(f"{path.name}:{line}: {what}; a valid table is {example}")
