"""Journey logs as CSV or JSON Lines: one contact a row, streamed, bad rows rejected."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from knowledge.journeys.steps import UNKNOWN, Outcome
from loaders.journey_map import FIELDS, NEEDED, JourneyMap, folded
from loaders.rejects import Rejects, reject
from loaders.source_rows import CellInvalid, Cells, read_rows
from ontology.identity import ThingId

_ROW: Final = "1001,touchpoint/help-line,2026-03-02T09:15:00+01:00,complaint,yes,-0.8"
_EXAMPLES: Final = dict(zip(FIELDS, _ROW.split(","), strict=True))
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


def read(log: Log, rejects: Rejects) -> Iterator[Contact]:
    """Stream the contacts of a log, in its order; each bad row goes to `rejects` and is left out.

    A first line that begins with `{` makes it JSON Lines, whose members are read like columns.

    Raises:
        SourceInvalid: the log is empty, or its header lacks a column or has one twice.
        OSError: it can't be read.
    """
    reader = _Reader(log)
    source = read_rows(log.path, log.map.fields, ",".join(FIELDS))
    for line, cells in source:
        try:
            if isinstance(cells, CellInvalid):
                raise cells
            yield reader.contact(cells)
        except CellInvalid as error:
            rejects.add(
                reject(
                    source=log.path.name,
                    line=line,
                    field=error.name,
                    reason=error.reason,
                    value=error.value,
                    example=error.example or _EXAMPLES.get(error.name, _ROW),
                )
            )


class _Reader:
    """Reads cells; what many rows say alike is read once."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._touchpoints: dict[str, ThingId] = {}

    def contact(self, cells: Cells) -> Contact:
        for name in NEEDED:
            if not cells.get(name):
                raise CellInvalid(name, "it is blank", "")
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
                raise CellInvalid("touchpoint", f"no such touchpoint stands{hint}", cell)
            self._touchpoints[cell] = found
        return found

    def _at(self, cell: str) -> int:
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError as error:
            raise CellInvalid("time", "it is no time", cell) from error
        if moment.utcoffset() is None:
            if self._log.map.zone is None:
                words = "it does not say its offset from UTC, and the map names no zone"
                raise CellInvalid("time", words, cell)
            moment = moment.replace(tzinfo=self._log.map.zone)
        if moment > self._log.latest:
            words = f"it lies ahead of {self._log.latest:%Y-%m-%d %H:%M} UTC"
            raise CellInvalid("time", words, cell)
        if moment < _EARLIEST:
            raise CellInvalid("time", f"it lies before {_EARLIEST:%Y}", cell)
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND

    def _outcome(self, cell: str) -> Outcome:
        if not cell:
            return Outcome.NONE
        known = self._log.map.outcomes
        found = known.get(folded(cell))
        if found is None:
            words = f"it is none of {', '.join(known)[:_LONGEST_KEY]}"
            raise CellInvalid("outcome", words, cell)
        return found


def _journey(cell: str) -> str:
    if len(cell) > _LONGEST_KEY or not cell.isprintable():
        words = f"it is no text of 1 to {_LONGEST_KEY} printable characters"
        raise CellInvalid("journey", words, cell)
    return cell


def _harm(cell: str) -> int:
    if not cell:
        return UNKNOWN
    found = _TRUTH.get(cell.lower())
    if found is None:
        raise CellInvalid("harm", "it is neither yes nor no", cell, "yes, no, 1, 0 or blank")
    return found


def _sentiment(cell: str) -> float:
    if not cell:
        return _NOTHING
    try:
        found = float(cell)
    except ValueError:
        found = _NOTHING
    if not -1 <= found <= 1:
        raise CellInvalid("sentiment", "it is no number from -1 to 1", cell)
    return found
