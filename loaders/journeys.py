"""Journey logs as CSV or JSON Lines: one contact a row, streamed, bad rows rejected."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from knowledge.journeys.steps import UNKNOWN, Outcome
from loaders.journey_map import FIELDS, NEEDED, JourneyMap, JourneysInvalid, folded
from loaders.rejects import Rejects, reject
from loaders.rows import Row, is_utf8, lines, open_text, rows
from ontology.identity import ThingId

_ROW: Final = "1001,touchpoint/help-line,2026-03-02T09:15:00+01:00,complaint,yes,-0.8"
_EXAMPLES: Final = dict(zip(FIELDS, _ROW.split(","), strict=True))
_SHOWN: Final = 20
"""Characters of a broken line that its reject quotes: enough to find it, no one's address."""
_LONGEST_KEY: Final = 200
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = datetime.resolution
_TRUTH: Final = dict.fromkeys(("yes", "y", "true", "t", "1", "1.0", "x"), 1) | dict.fromkeys(
    ("no", "n", "false", "f", "0", "0.0"), 0
)
_NOTHING: Final = math.nan


class Contact(NamedTuple):
    """One contact of a journey, `at` in microseconds since 1970; see `knowledge.journeys.steps`.

    `journey` is what the log calls it, so nothing but its hash may be kept.
    """

    journey: str
    touchpoint: ThingId
    at: int
    outcome: Outcome
    harm: int
    sentiment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log and what its words mean.

    `known` has the touchpoints that stand: by id and by name, both folded. `latest` is the last
    moment that can be past.
    """

    path: Path
    map: JourneyMap
    known: Mapping[str, ThingId]
    latest: datetime


class _CellInvalid(ValueError):
    """One cell can't be taken."""

    def __init__(self, name: str, reason: str, value: object, example: str = "") -> None:
        super().__init__(reason)
        self.name, self.reason, self.value = name, reason, value
        self.example = example or _EXAMPLES.get(name, _ROW)


def read(log: Log, rejects: Rejects) -> Iterator[Contact]:
    """Stream the contacts of a log, in its order; each bad row goes to `rejects` and is left out.

    A first line that begins with `{` makes it JSON Lines, whose members are read like columns.

    Raises:
        JourneysInvalid: the log is empty, or its header lacks a column or has one twice.
        OSError: it can't be read.
    """
    with open_text(log.path) as stream:
        first = next((text for _, text in lines(stream) if text.strip()), None)
    if first is None:
        raise JourneysInvalid(f"{log.path.name}:1: is empty; it begins with {','.join(FIELDS)}")
    json_lines = first.lstrip("\ufeff \t").startswith("{")
    reader = _Reader(log)
    source = _json_rows(log) if json_lines else _csv_rows(log)
    for line, cells in source:
        try:
            if isinstance(cells, _CellInvalid):
                raise cells
            yield reader.contact(cells)
        except _CellInvalid as error:
            rejects.add(
                reject(
                    source=log.path.name,
                    line=line,
                    field=error.name,
                    reason=error.reason,
                    value=error.value,
                    example=error.example,
                )
            )


_Cells = Mapping[str, str]


def _csv_rows(log: Log) -> Iterator[tuple[int, _Cells | _CellInvalid]]:
    with open_text(log.path) as stream:
        table = rows(stream)
        header = next(table)
        found = _fields(log, header)
        places = [(found[title], n) for n, title in enumerate(header.cells) if title in found]
        width = len(header.cells)
        for row in table:
            cells = row.cells
            if row.broken is not None:
                words = f"the line {row.broken}"
                yield row.line, _CellInvalid("", words, cells[0][:_SHOWN])
            elif len(cells) != width:
                words = f"the line has {len(cells)} cells where the header has {width}"
                yield row.line, _CellInvalid("", words, cells[0][:_SHOWN])
            else:
                yield row.line, {name: cells[place] for name, place in places}


def _fields(log: Log, header: Row) -> Mapping[str, str]:
    where = f"{log.path.name}:{header.line}"
    if header.broken is not None:
        raise JourneysInvalid(f"{where}: the header {header.broken}")
    try:
        return log.map.fields(header.cells)
    except JourneysInvalid as error:
        raise JourneysInvalid(f"{where}: {error}") from error


def _json_rows(log: Log) -> Iterator[tuple[int, _Cells | _CellInvalid]]:
    with open_text(log.path) as stream:
        for number, text in lines(stream):
            if text.strip():
                try:
                    yield number, _members(text, log.map)
                except _CellInvalid as error:
                    yield number, error


def _members(text: str, known: JourneyMap) -> _Cells:
    if not is_utf8(text):
        raise _CellInvalid("", "the line is not UTF-8", text[:_SHOWN])
    try:
        said = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _CellInvalid("", "the line is no JSON", text[:_SHOWN]) from error
    if not isinstance(said, dict):
        raise _CellInvalid("", "the line is no JSON object", text[:_SHOWN])
    try:
        fields = known.fields(tuple(said))
    except JourneysInvalid as error:
        raise _CellInvalid("", str(error), ", ".join(said)) from error
    return {name: _cell(name, said[title]) for title, name in fields.items()}


def _cell(name: str, value: object) -> str:
    """A member of an object as the text that a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int | float):
        return str(value)
    raise _CellInvalid(name, "it is a list or an object", value)


class _Reader:
    """Reads cells; what many rows say alike is read once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._touchpoints: dict[str, ThingId] = {}

    def contact(self, cells: _Cells) -> Contact:
        for name in NEEDED:
            if not cells.get(name):
                raise _CellInvalid(name, "it is blank", "")
        return Contact(
            _journey(cells["journey"]),
            self._touchpoint(cells["touchpoint"]),
            self._at(cells["time"]),
            self._outcome(cells.get("outcome", "")),
            _harm(cells.get("harm", "")),
            _sentiment(cells.get("sentiment", "")),
        )

    def _touchpoint(self, cell: str) -> ThingId:
        found = self._touchpoints.get(cell)
        if found is None:
            name = folded(cell)
            mapped = self._log.map.touchpoints.get(name, name)
            found = self._log.known.get(folded(mapped))
            if found is None:
                near = get_close_matches(folded(mapped)[:80], self._log.known, n=1)
                hint = f"; did you mean {self._log.known[near[0]]}?" if near else ""
                raise _CellInvalid("touchpoint", f"no such touchpoint stands{hint}", cell)
            self._touchpoints[cell] = found
        return found

    def _at(self, cell: str) -> int:
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError as error:
            raise _CellInvalid("time", "it is no time", cell) from error
        if moment.utcoffset() is None:
            if self._log.map.zone is None:
                words = "it does not say its offset from UTC, and the map names no zone"
                raise _CellInvalid("time", words, cell)
            moment = moment.replace(tzinfo=self._log.map.zone)
        if moment > self._log.latest:
            words = f"it lies ahead of {self._log.latest:%Y-%m-%d %H:%M} UTC"
            raise _CellInvalid("time", words, cell)
        if moment < _EARLIEST:
            raise _CellInvalid("time", f"it lies before {_EARLIEST:%Y}", cell)
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND

    def _outcome(self, cell: str) -> Outcome:
        if not cell:
            return Outcome.NONE
        known = self._log.map.outcomes
        found = known.get(folded(cell))
        if found is None:
            words = f"it is none of {', '.join(known)[:_LONGEST_KEY]}"
            raise _CellInvalid("outcome", words, cell)
        return found


def _journey(cell: str) -> str:
    if len(cell) > _LONGEST_KEY or not cell.isprintable():
        words = f"it is no text of 1 to {_LONGEST_KEY} printable characters"
        raise _CellInvalid("journey", words, cell)
    return cell


def _harm(cell: str) -> int:
    if not cell:
        return UNKNOWN
    found = _TRUTH.get(cell.lower())
    if found is None:
        raise _CellInvalid("harm", "it is neither yes nor no", cell, "yes, no, 1, 0 or blank")
    return found


def _sentiment(cell: str) -> float:
    if not cell:
        return _NOTHING
    try:
        found = float(cell)
    except ValueError:
        found = _NOTHING
    if not -1 <= found <= 1:
        raise _CellInvalid("sentiment", "it is no number from -1 to 1", cell)
    return found
