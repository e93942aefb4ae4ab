"""Score a series file row by row into another file that appears only when it is whole."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from knowledge.spread.anomalies import ALARMS_A_MONTH, Memory, Reading, limit, observe
from knowledge.spread.memories import MemoryInvalid, kept, restored
from loaders.tables import Count, TableInvalid, read_counts
from ontology.events import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """How far a series has been judged: the time of its last row, and what was learned."""

    last: datetime | None = None
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A surprising rate in posts an hour, beside the usual one, and since when it is that high."""

    stamp: str
    since: datetime
    score: float
    rate: float
    usual: float

    def json(self) -> dict[str, Json]:
        """The alarm for programs; where less than one post an hour is usual, no ratio."""
        return {
            "timestamp": self.stamp,
            "anomaly_score": round(self.score, 6),
            "since": self.since.isoformat(sep=" ", timespec="seconds"),
            "posts_an_hour": round(self.rate, 1),
            "usual": round(self.usual, 1),
            "times_the_usual": round(self.rate / self.usual, 1) if self.usual >= 1 else None,
        }

    def __str__(self) -> str:
        """The alarm for people."""
        if self.usual >= 1:
            usual = f"{self.rate / self.usual:.1f} times the usual {self.usual:.0f}"
        else:
            usual = "where hardly any are usual"
        since = self.since.isoformat(sep=" ", timespec="seconds")
        return f"{self.stamp}  {self.rate:.0f} posts an hour, {usual}, high since {since}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How many rows were scored, the highest score with its time stamp, and the alarms."""

    rows: int
    highest: tuple[str, float] | None
    alarms: list[Alarm]

    def json(self) -> dict[str, Json]:
        """The same for programs; above one half is an alarm."""
        highest: Json = None
        if self.highest is not None:
            stamp, score = self.highest
            highest = {"timestamp": stamp, "anomaly_score": round(score, 6)}
        return {
            "rows": self.rows,
            "above_half": len(self.alarms),
            "highest": highest,
            "alarms": [alarm.json() for alarm in self.alarms],
        }


def score_series(
    series: Path,
    out: Path,
    *,
    alarms_a_month: float = ALARMS_A_MONTH,
    memory: Path | None = None,
) -> Scored:
    """Write `timestamp,anomaly_score` for every row of a series, alarms above one half.

    `memory` is a file to go on from, if it is there, and to leave for the rows to come.

    Raises:
        TableInvalid: a row can't be taken; then `out` is left as it was.
        CountInvalid: so many alarms a month can't be asked for, or a count can't be taken.
        MemoryInvalid: the memory file can't be read.
        OSError: a file can't be written.
    """
    beyond, place = limit(alarms_a_month), _recalled(memory)
    total, highest = 0, None
    alarms: list[Alarm] = []
    with _whole(out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("timestamp", "anomaly_score"))
        for row, reached, reading in _readings(series, place, beyond):
            writer.writerow((row.stamp, f"{reading.score:.6f}"))
            total, place = total + 1, reached
            if highest is None or reading.score > highest[1]:
                highest = (row.stamp, reading.score)
            if reading.alarm:
                alarms.append(_alarm(row, reading))
    _keep(memory, place)
    return Scored(rows=total, highest=highest, alarms=alarms)


def _readings(
    series: Path, place: _Place, beyond: float
) -> Iterator[tuple[Count, _Place, Reading]]:
    last, memory = place.last, place.memory
    for row in read_counts(series):
        memory, reading = observe(memory, row.value, _passed(series, last, row), beyond)
        last = row.at
        yield row, _Place(last=last, memory=memory), reading


def _passed(series: Path, last: datetime | None, row: Count) -> float:
    if last is None:
        return 0.0
    if (last.utcoffset() is None) != (row.at.utcoffset() is None) or row.at <= last:
        raise TableInvalid(
            f"{series.name}:{row.line}: timestamp {row.stamp!r} does not come after {last}, which "
            "the memory has seen; write only later rows, with an offset if that one has one"
        )
    return (row.at - last).total_seconds()


def _alarm(row: Count, reading: Reading) -> Alarm:
    return Alarm(
        stamp=row.stamp,
        since=row.at - timedelta(hours=reading.lasting),
        score=reading.score,
        rate=reading.rate,
        usual=reading.usual,
    )


def _recalled(memory: Path | None) -> _Place:
    if memory is None or not memory.exists():
        return _Place()
    try:
        plain = json.loads(memory.read_text(encoding="utf-8"))
        last = datetime.fromisoformat(plain["last"])
        return _Place(last=last, memory=restored(plain["memory"]))
    except MemoryInvalid as error:
        raise MemoryInvalid(f"{memory}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise MemoryInvalid(f"{memory}: is no memory of a series ({error})") from error


def _keep(memory: Path | None, place: _Place) -> None:
    if memory is None or place.last is None:
        return
    with _whole(memory) as stream:
        json.dump({"last": place.last.isoformat(), "memory": kept(place.memory)}, stream)


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that appears under its name only when all of it is written."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
