"""Segments: signals kept in files by day and platform, each committed as one event."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Final, cast

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.durable import replace_whole, sync_directory, write_new
from knowledge.envelopes import instant, micros
from knowledge.ledger import Ledger
from knowledge.refusals import DatabaseUnavailable, SealBroken, SegmentBroken
from knowledge.retention import Retention, named
from knowledge.sealing import KeyStore
from knowledge.segment_files import columns, decode, encode, ids, sketch_of, unseal
from knowledge.segment_index import SegmentIndex
from knowledge.turnstile import Turnstile
from knowledge.verification import silent
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.signals import Signal

_TYPES: Final = ("segment.committed",)
_PAGE: Final = 500
_WAIT_SECONDS: Final = 60
_MOST_SKETCHED: Final = 20_000
_SCAN_FROM: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Segments:
    """The signals of one ledger; safe between threads and processes that share the directory.

    A file is on disk, under its name, before the event that commits it; a file without an event
    does not count.
    """

    def __init__(self, directory: Path, ledger: Ledger, keys: KeyStore) -> None:
        """Keep files under `directory`, as `<day>/<platform>/<segment>.parquet`."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory: Final = directory
        self._ledger: Final = ledger
        self._keys: Final = keys
        self._index: Final = SegmentIndex(directory / "index.db")
        self._retention: Final = Retention(directory)
        self._lock: Final = Turnstile(directory / "lock", wait_seconds=_WAIT_SECONDS)

    def commit(
        self,
        signals: Sequence[Signal],
        *,
        actor: ThingId,
        id: Callable[[str], str],  # noqa: A002 - makes the ids of events
        at: datetime,
        until: date | None = None,
        sketch: Callable[[Sequence[Signal]], bytes] | None = None,
    ) -> tuple[Event, ...]:
        """Store the signals that are new, one event a day and platform; durable when it returns.

        `until` is the day at whose start `lapse` drops them, where they may not be kept as long
        as others. What `sketch` tells of the signals of a segment is kept beside them.

        A signal whose id is stored, or whose day's retention has ended, is dropped; nothing new
        gives no event. `id("event")` gives each event a fresh id.

        Raises:
            DuplicateEvent: `id` gave an id that is recorded already.
            DatabaseUnavailable: the ledger, or the lock for 60 s, is not to be had.
        """
        with self._lock.held():
            self._catch_up()
            kept_from = self.retained()
            fresh = [s for s in self._index.unseen(signals) if _day(s) >= kept_from]
            if not fresh:
                return ()
            parts = groupby(sorted(fresh, key=_order), key=_partition)
            drafts = [
                self._write(
                    list(part), actor=actor, id=id("event"), at=at, until=until, sketch=sketch
                )
                for _, part in parts
            ]
            events = self._ledger.append(drafts)
            self._index.add(events[-1].sequence, ((s.id, s.posted_at) for s in fresh))
        return events

    def read(self, event: Event, rows: Sequence[int] | None = None) -> list[Signal]:
        """The signals of a segment, or of some of its rows, by posting time.

        None where its day's retention has ended.

        Raises:
            SegmentBroken: the file is missing or is not the one that was committed.
        """
        if self._dropped(event):
            return []
        try:
            return decode(self._content(event), self._keys.secret("segments"), rows)
        except SealBroken as error:
            raise SegmentBroken(f"{event.subject}: {error}") from error

    def columns(self, event: Event, names: Sequence[str]) -> pa.Table | None:
        """Some columns of a segment as Arrow has them, by posting time; None once it is dropped.

        Raises:
            SegmentBroken: the file is missing or is not the one that was committed.
        """
        if self._dropped(event):
            return None
        try:
            return columns(self._content(event), names)
        except pa.ArrowException as error:
            raise SegmentBroken(f"{event.subject}: {error}") from error

    def words(
        self, ids: Sequence[str], sealed: Sequence[bytes]
    ) -> list[tuple[str, str | None, str | None]]:
        """Text, author and source of a share, of signals whose column `sealed` was read.

        Raises:
            SegmentBroken: what is sealed was altered or belongs elsewhere.
        """
        try:
            return [*unseal(ids, sealed, self._keys.secret("segments"))]
        except SealBroken as error:
            raise SegmentBroken(str(error)) from error

    def sketch(self, event: Event) -> bytes | None:
        """What was kept beside the signals of a segment; None where nothing is.

        Raises:
            SegmentBroken: the file is missing or is not the one that was committed.
        """
        if self._dropped(event):
            return None
        try:
            return sketch_of(self._content(event), self._keys.secret("segments"))
        except SealBroken as error:
            raise SegmentBroken(f"{event.subject}: {error}") from error

    def scan(
        self, since: datetime = _SCAN_FROM, until: datetime | None = None
    ) -> Iterator[Signal]:
        """All signals posted from `since` up to but not at `until`, by posting time.

        It sees what was committed when it began and holds one day in memory at a time. Days
        whose retention has ended are left out.
        """
        end = until or datetime.max.replace(tzinfo=UTC)
        low, high = instant(micros(since)), instant(micros(end))
        kept_from = self.retained().isoformat()
        days: dict[str, list[Event]] = {}
        for event in self.committed():
            told = _told(event)
            if told["last"] >= low and told["first"] < high and told["day"] >= kept_from:
                days.setdefault(told["day"], []).append(event)
        for day in sorted(days):
            found = [signal for event in days[day] for signal in self.read(event)]
            yield from (s for s in sorted(found, key=_time) if since <= s.posted_at < end)

    def committed(self, after: int = 0) -> Iterator[Event]:
        """The events that committed segments, after a sequence, in order."""
        while page := self._ledger.read(after, types=_TYPES, limit=_PAGE):
            yield from page
            after = page[-1].sequence

    def verify(self, progress: Callable[[int, int], None] = silent) -> tuple[str, ...]:
        """What is wrong with the files: missing, altered, unreadable, or miscounted; each named.

        `progress` gets the segments' sequences done and the ledger's head.
        """
        head, problems = self._ledger.head(), list[str]()
        for event in self.committed():
            problems += self._problems(event)
            progress(event.sequence, head)
        return tuple(problems)

    def retained(self) -> date:
        """The first day whose signals are kept; day 1 where nothing was ever dropped."""
        return self._retention.first_kept()

    def lapse(self, now: datetime) -> int:
        """Drop what may not be kept as long as the rest; how many files went."""
        with self._lock.held():
            return self._retention.drop_lapsed(now.astimezone(UTC).date())

    def retain(self, until: datetime) -> tuple[str, ...]:
        """Drop all whole days before a time; the events stay. Returns the days dropped."""
        first_kept = until.astimezone(UTC).date()
        with self._lock.held():
            dropped = self._retention.drop_before(first_kept)
            self._index.forget(first_kept)
        return tuple(day.isoformat() for day in dropped)

    def _dropped(self, event: Event) -> bool:
        """Whether the time for which a segment may be kept has ended."""
        told = _told(event)
        return self._retention.over(told["day"], told.get("until"))

    def close(self) -> None:
        """Let go of the index, once nobody of this process is at it."""
        with suppress(DatabaseUnavailable, OSError), self._lock.held():
            self._index.close()

    def _catch_up(self) -> None:
        kept_from = self.retained().isoformat()
        for event in self.committed(self._index.sequence()):
            gone = _told(event)["day"] < kept_from
            self._index.add(event.sequence, () if gone else self._ids(event))

    def _ids(self, event: Event) -> Iterable[tuple[ThingId, datetime]]:
        """The signals of a segment; none where it can't be read, so that others can be kept."""
        try:
            return ids(self._content(event))
        except SegmentBroken:
            return ()

    def _write(
        self,
        signals: Sequence[Signal],
        *,
        actor: ThingId,
        id: str,  # noqa: A002 - the event's id
        at: datetime,
        until: date | None,
        sketch: Callable[[Sequence[Signal]], bytes] | None,
    ) -> Draft:
        first, name = signals[0], id.partition("/")[2]
        day, platform = _day(first).isoformat(), first.platform.partition("/")[2]
        beside = sketch(signals) if sketch is not None and len(signals) <= _MOST_SKETCHED else None
        content = encode(signals, self._keys.secret("segments"), beside)
        file = self._place(self._directory / day / platform, named(name, until), content)
        data: Mapping[str, Json] = {
            "partition": first.platform,
            "day": day,
            "file": file.relative_to(self._directory).as_posix(),
            "count": len(signals),
            "digest": sha256(content).hexdigest(),
            "first": instant(micros(first.posted_at)),
            "last": instant(micros(signals[-1].posted_at)),
            "bytes": len(content),
            **({"until": until.isoformat()} if until is not None else {}),
        }
        return Draft(
            id=id,
            type=_TYPES[0],
            subject=ThingId(f"segment/{name}"),
            actor=actor,
            occurred_at=at,
            data=data,
            governed=False,
        )

    def _place(self, folder: Path, name: str, content: bytes) -> Path:
        """Write the file and make its name durable, up to the directory of all segments."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.parquet"
        # A file that a crash left behind has no event: it is replaced by the one that gets it.
        if not write_new(file, content):
            replace_whole(file, content)
        for directory in (folder, folder.parent, self._directory):
            sync_directory(directory)
        return file

    def _content(self, event: Event) -> bytes:
        told = _told(event)
        try:
            content = (self._directory / told["file"]).read_bytes()
        except FileNotFoundError as error:
            raise SegmentBroken(f"{event.subject}: {told['file']} is missing") from error
        except OSError as error:
            raise SegmentBroken(f"{event.subject}: {told['file']}: {error.strerror}") from error
        if sha256(content).hexdigest() != told["digest"]:
            raise SegmentBroken(f"{event.subject}: {told['file']} is not what was committed")
        return content

    def _problems(self, event: Event) -> list[str]:
        if self._dropped(event):
            return []
        try:
            count = len(self.read(event))
        except SegmentBroken as error:
            return [str(error)]
        told = event.data["count"]
        return [] if count == told else [f"{event.subject}: {count} signals, not {told}"]


def _told(event: Event) -> Mapping[str, str]:
    return cast("Mapping[str, str]", event.data)


def _day(signal: Signal) -> date:
    return signal.posted_at.astimezone(UTC).date()


def _partition(signal: Signal) -> tuple[date, ThingId]:
    return _day(signal), signal.platform


def _time(signal: Signal) -> tuple[datetime, ThingId]:
    return signal.posted_at, signal.id


def _order(signal: Signal) -> tuple[date, ThingId, datetime, ThingId]:
    return *_partition(signal), *_time(signal)
