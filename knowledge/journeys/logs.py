"""Journey logs kept: contacts in files under keyed hashes, each file committed as one event."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.durable import replace_whole, sync_directory, write_new
from knowledge.envelopes import micros
from knowledge.journeys.steps import TYPES, Hashes, Steps, fingerprints, scrambled, settled
from knowledge.ledger import Ledger
from knowledge.turnstile import Turnstile
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId

LOADED: Final = "journeys.loaded"
_PAGE: Final = 500
_NAMES: Final = b"touchpoints"
_WORD: Final = 8
_WAIT_SECONDS: Final = 60
_BLOCK: Final = 2_000_000
"""Contacts that are studied at once; a larger log is read as often as it has such blocks."""


class LogBroken(RuntimeError):
    """A file of contacts is missing or is not the one that was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Contacts on their way in: steps whose touchpoints point into `touchpoints`."""

    touchpoints: tuple[ThingId, ...]
    steps: Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept as of a sequence: the events, how many contacts, when the last one was.

    `digest` names exactly these files.
    """

    events: tuple[Event, ...]
    contacts: int
    last: int
    digest: str


class JourneyLogs:
    """The contacts of one ledger; safe between processes that share the directory.

    A file is on disk, under its name, before the event that commits it; a file without an event
    does not count.
    """

    def __init__(self, directory: Path, ledger: Ledger) -> None:
        """Keep files under `directory`."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory: Final = directory
        self._ledger: Final = ledger

    def commit(
        self,
        batches: Iterable[Batch],
        *,
        actor: ThingId,
        id: Callable[[str], str],  # noqa: A002 - makes the ids of events
        at: datetime,
    ) -> tuple[int, int]:
        """Store the contacts that are not yet stored, a file a batch; how many are new and known.

        Raises:
            DatabaseUnavailable: the ledger, or the lock for 60 s, is not to be had.
            LogBroken: a file of an earlier load is damaged.
        """
        with self._lock().held():
            stored, forgotten = self._stored(), self._forgotten()
            new = known = 0
            for batch in batches:
                marks = _marks(batch.steps, batch.touchpoints)
                fresh = np.zeros(len(marks), np.bool_)
                fresh[np.unique(marks, return_index=True)[1]] = True
                fresh &= ~np.isin(marks, stored, kind="sort") & (batch.steps.at >= forgotten)
                new, known = new + int(fresh.sum()), known + int((~fresh).sum())
                if fresh.any():
                    stored = np.union1d(stored, marks[fresh])
                    share = Batch(touchpoints=batch.touchpoints, steps=batch.steps.where(fresh))
                    self._ledger.append([self._write(share, actor=actor, id=id("event"), at=at)])
        return new, known

    def kept(self, until: int | None = None) -> Kept:
        """What is kept, or was as of a sequence."""
        events: list[Event] = []
        after, forgotten = 0, self._forgotten()
        while page := self._ledger.read(after, until, types=(LOADED,), limit=_PAGE):
            events += (event for event in page if _last(event) >= forgotten)
            after = page[-1].sequence
        digest = sha256("".join(str(one.data["digest"]) for one in events).encode())
        return Kept(
            events=tuple(events),
            contacts=sum(int(str(one.data["contacts"])) for one in events),
            last=max(map(_last, events), default=0),
            digest=digest.hexdigest(),
        )

    def blocks(self, kept: Kept, places: Sequence[ThingId]) -> Iterator[Steps]:
        """The settled contacts at `places`, in blocks of whole journeys; others are left out.

        Memory is bounded by a block: a journey's hash says in which block it is.

        Raises:
            LogBroken: a file is missing or is not the one that was committed.
        """
        many = -(-kept.contacts // _BLOCK)
        for block in range(many):
            parts = (self._read(event, places) for event in kept.events)
            chosen = [
                steps.where(scrambled(steps.journey) % np.uint64(many) == block) for steps in parts
            ]
            yield settled(Steps.joined(chosen))

    def verify(self) -> tuple[str, ...]:
        """What is wrong with the files that are kept; each named."""
        found = []
        for event in self.kept().events:
            try:
                self._decoded(event)
            except LogBroken as error:
                found.append(str(error))
        return tuple(found)

    def forget(self, before: datetime) -> int:
        """Drop every file whose contacts all lie before a moment; the events stay. How many."""
        with self._lock().held():
            gone = [event for event in self.kept().events if _last(event) < micros(before)]
            mark = max(micros(before), self._forgotten())
            replace_whole(self._directory / "forgotten", b"%d\n" % mark)
            for event in gone:
                (self._directory / str(event.data["file"])).unlink(missing_ok=True)
            sync_directory(self._directory)
        return len(gone)

    def _lock(self) -> Turnstile:
        return Turnstile(self._directory / "lock", wait_seconds=_WAIT_SECONDS)

    def _forgotten(self) -> int:
        """Files that end before this were dropped."""
        try:
            return int((self._directory / "forgotten").read_text("ascii"))
        except FileNotFoundError:
            return 0

    def _stored(self) -> Hashes:
        """The marks of everything that is kept."""
        found = [_marks(*self._decoded(event)) for event in self.kept().events]
        return np.unique(np.concatenate([np.array([], np.uint64), *found]))

    def _read(self, event: Event, places: Sequence[ThingId]) -> Steps:
        steps, names = self._decoded(event)
        order = {place: n for n, place in enumerate(places)}
        moved = np.array([order.get(name, -1) for name in names], np.int64)[steps.touchpoint]
        return replace(steps, touchpoint=moved).where(moved >= 0)

    def _decoded(self, event: Event) -> tuple[Steps, tuple[ThingId, ...]]:
        file = self._directory / str(event.data["file"])
        try:
            content = file.read_bytes()
        except OSError as error:
            raise LogBroken(f"{event.subject}: {file.name}: {error.strerror}") from error
        if sha256(content).hexdigest() != event.data["digest"]:
            raise LogBroken(f"{event.subject}: {file.name} is not what was committed")
        table = pq.read_table(pa.BufferReader(content))
        names = tuple(map(ThingId, table.schema.metadata[_NAMES].decode().split()))
        columns = {name: table[name].to_numpy().astype(dtype) for name, dtype in TYPES.items()}
        return Steps(**columns), names

    def _write(self, batch: Batch, *, actor: ThingId, id: str, at: datetime) -> Draft:  # noqa: A002 - the word of events
        content = _encoded(batch)
        name = id.partition("/")[2]
        write_new(self._directory / f"{name}.parquet", content)
        sync_directory(self._directory)
        data: dict[str, Json] = {
            "file": f"{name}.parquet",
            "contacts": len(batch.steps),
            "digest": sha256(content).hexdigest(),
            "first": int(batch.steps.at.min()),
            "last": int(batch.steps.at.max()),
            "bytes": len(content),
        }
        return Draft(
            id=id,
            type=LOADED,
            subject=ThingId(f"journeys/{name}"),
            actor=actor,
            occurred_at=at,
            data=data,
            governed=False,
        )


def _last(event: Event) -> int:
    return int(str(event.data["last"]))


def _encoded(batch: Batch) -> bytes:
    columns = {name: pa.array(getattr(batch.steps, name)) for name in TYPES}
    table = pa.table(columns).replace_schema_metadata({_NAMES: " ".join(batch.touchpoints)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def _marks(steps: Steps, names: Sequence[ThingId]) -> Hashes:
    """The fingerprints of contacts whose touchpoints count by name."""
    words = [blake2b(name.encode(), digest_size=_WORD).digest() for name in names]
    named = np.frombuffer(b"".join(words), np.int64)
    return fingerprints(replace(steps, touchpoint=named[steps.touchpoint]))
