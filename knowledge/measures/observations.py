"""Outside measurements kept: rows under keyed hashes, each file committed as one event."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.durable import replace_whole
from knowledge.envelopes import micros
from knowledge.ledger import Ledger
from knowledge.measures.observation_files import EARLIEST, Files, Load, ObservationsBroken
from knowledge.measures.observation_forms import Kind
from knowledge.measures.observation_marks import Marks, Taken, latest, sort_out
from knowledge.measures.observation_rows import MARK, SAID, Row, Writer, texts
from knowledge.refusals import SealBroken
from knowledge.sealing import KeyStore
from ontology.events import Event
from ontology.identity import ThingId

_ERASED: Final = "subject.erased"
_PAGE: Final = 500


class Observations:
    """The measurements of one ledger; safe between processes that share the directory.

    A file is on disk, under its name, before the event that commits it; a file without an event
    does not count. Of rows with the same key the one that was loaded last stands.
    """

    def __init__(self, directory: Path, ledger: Ledger, keys: KeyStore) -> None:
        """Keep files under `directory`, a folder a kind."""
        self._files: Final = Files(directory, ledger)
        self._ledger: Final = ledger
        self._keys: Final = keys

    def commit(self, kind: Kind, batches: Iterable[Sequence[Row]], load: Load) -> Taken:
        """Store the rows that are new or correct stored ones, a file a batch.

        Others may load between two batches.

        Raises:
            DatabaseUnavailable: the ledger, or the lock for 60 s, is not to be had.
            ObservationsBroken: a file of an earlier load is damaged.
        """
        taken, told, own = Taken(), 0, list[pa.Table]()
        for batch in batches:
            with self._files.lock(kind).held():
                fresh, found = self._sorted(kind, batch, Marks.of(own), load)
                taken += found
                if fresh.num_rows:
                    own.append(fresh.select([MARK, SAID]))
                    rejected, told = load.rejected() - told, load.rejected()
                    self._ledger.append([self._files.write(kind, fresh, load, rejected=rejected)])
        return taken

    def table(
        self,
        kind: Kind,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        known_by: datetime | None = None,
    ) -> pa.Table:
        """The rows from one moment on and before another, in order of time; sealed as kept.

        With `known_by` only as far as they were loaded by then; later rows change nothing.

        Raises:
            ObservationsBroken: a file is missing or is not the one that was committed.
        """
        names = [one.name for one in kind.columns]
        found = [*self._tables(kind, (*names, MARK), known_by)]
        if not found:
            return kind.schema.empty_table()
        table = _standing(pa.concat_tables(found))
        begin = max(self._files.forgotten(kind), EARLIEST if since is None else micros(since))
        at = table[kind.at].cast(pa.int64())
        fits = pc.greater_equal(at, begin)
        if until is not None:
            fits = pc.and_(fits, pc.less(at, micros(until)))
        order = [(kind.at, "ascending"), (MARK, "ascending")]
        return table.filter(fits).sort_by(order).select(names).combine_chunks()

    def texts(self, kind: Kind, name: str, column: pa.ChunkedArray) -> list[str | None]:
        """What a sealed column says; None where nothing was said or the person was erased.

        Raises:
            ObservationsBroken: a text was altered, or sealed under another key store.
        """
        try:
            return texts(self._keys, kind, name, column.to_pylist())
        except SealBroken as error:
            raise ObservationsBroken(f"observations of {kind.name}: {error}") from error

    def marks(self, kind: Kind, people: Iterable[ThingId]) -> dict[ThingId, int]:
        """The hash under which each person's rows are kept; who has none is left out."""
        return Writer(self._keys, kind).marks({*people})

    def loaded(self, kind: Kind | None = None) -> tuple[Event, ...]:
        """The events of the files that are kept, oldest first."""
        return self._files.loaded(kind)

    def verify(self) -> tuple[str, ...]:
        """What is wrong with the files that are kept; each named."""
        found = []
        for event in self._files.loaded():
            try:
                self._files.content(event)
            except ObservationsBroken as error:
                found.append(str(error))
        return tuple(found)

    def retain(self, kind: Kind, *, now: datetime, days: int) -> int:
        """Drop the files that were loaded more than so many days ago; how many went."""
        if not self._files.folder(kind).is_dir():
            return 0
        with self._files.lock(kind).held():
            self._files.finish_dropping(kind)
            oldest = micros(now - timedelta(days=days))
            old = [event for event in self._files.loaded(kind) if _number(event, "since") < oldest]
            return self._files.drop(old)

    def forget(self, kind: Kind, before: datetime, load: Load) -> int:
        """Drop all rows before a moment, also out of files that hold later ones; how many files.

        What is left of a file becomes a file of its own; the events stay.
        """
        with self._files.lock(kind).held():
            mark = max(micros(before), self._files.forgotten(kind))
            files = self._files.loaded(kind)
            touched = [event for event in files if _number(event, "first") < mark]
            stands = Marks.of(self._tables(kind, (MARK, SAID)))
            replace_whole(self._files.folder(kind) / "forgotten", b"%d\n" % mark)
            for event in touched:
                # INVARIANT: first what is left, then the file: a crash between leaves both, of
                # which one counts.
                part = self._left(kind, event, stands, mark)
                if part.num_rows:
                    draft = self._files.write(kind, part, load, since=_number(event, "since"))
                    self._ledger.append([draft])
            return self._files.drop(touched)

    def _sorted(
        self, kind: Kind, batch: Sequence[Row], own: Marks, load: Load
    ) -> tuple[pa.Table, Taken]:
        """What of a batch is to be stored, as it is kept, and what became of all of it."""
        limits = (self._files.forgotten(kind), self._erased() if kind.personal else {})
        rows = [row for row in batch if _stays(row, kind, limits, load)]
        stored = Marks.of(self._tables(kind, (MARK, SAID)))
        table = Writer(self._keys, kind).table(rows)
        return sort_out(table, rows, (stored, own), load.refuse)

    def _left(self, kind: Kind, event: Event, stands: Marks, mark: int) -> pa.Table:
        """What of a file stands, uncorrected, and lies at `mark` or later."""
        own = pq.read_table(pa.BufferReader(self._files.content(event)))
        _, uncorrected = stands.find(own[MARK].to_numpy(), own[SAID].to_numpy())
        later = pc.greater_equal(own[kind.at].cast(pa.int64()), mark)
        return own.filter(pc.and_(pa.array(uncorrected), later))

    def _erased(self) -> dict[ThingId, int]:
        """When each erased person was erased last."""
        found: dict[ThingId, int] = {}
        after = 0
        while page := self._ledger.read(after, types=(_ERASED,), limit=_PAGE):
            found |= {event.subject: micros(event.recorded_at) for event in page}
            after = page[-1].sequence
        return found

    def _tables(
        self, kind: Kind, names: Sequence[str], known_by: datetime | None = None
    ) -> Iterator[pa.Table]:
        for event in self._files.loaded(kind):
            if known_by is not None and _number(event, "since") > micros(known_by):
                continue
            content = pa.BufferReader(self._files.content(event))
            yield pq.read_table(content, columns=[*names])


def _number(event: Event, name: str) -> int:
    return int(str(event.data[name]))


def _standing(table: pa.Table) -> pa.Table:
    """Of rows with the same mark the last one."""
    return table.take(pa.array(latest(table[MARK].to_numpy())))


def _stays(row: Row, kind: Kind, limits: tuple[int, Mapping[ThingId, int]], load: Load) -> bool:
    """Whether a row may be kept: not of before what was forgotten, or of a person erased since."""
    at, (forgotten, erased) = micros(row.values[kind.at]), limits
    if at < forgotten:
        load.refuse(row.number, "it lies before a time whose measurements were all forgotten")
        return False
    if at <= erased.get(row.values.get("subject", ""), EARLIEST):
        load.refuse(row.number, "the person was erased since; nothing of before may come back")
        return False
    return True
