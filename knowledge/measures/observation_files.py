"""Files of outside measurements: whole or absent, each proven by the event that committed it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.durable import sync_directory, write_new
from knowledge.envelopes import micros
from knowledge.ledger import Ledger
from knowledge.measures.observation_forms import Kind
from knowledge.turnstile import Turnstile
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId

LOADED: Final = "observations.loaded"
EARLIEST: Final = -(2**63)
_PAGE: Final = 500
_WAIT_SECONDS: Final = 60


class ObservationsBroken(RuntimeError):
    """A file of measurements is missing or is not the one that was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Whose load it is, and where its rejects are told.

    `refuse` is told of each row that can't be stored, and why; `rejected` says how many there
    were so far.
    """

    actor: ThingId
    at: datetime
    id: Callable[[str], str]
    refuse: Callable[[int, str], None] = lambda _number, _reason: None
    rejected: Callable[[], int] = lambda: 0


class Files:
    """The files of one ledger, a folder a kind; a file without an event does not count."""

    def __init__(self, directory: Path, ledger: Ledger) -> None:
        """Keep them under `directory`."""
        self._directory: Final = directory
        self._ledger: Final = ledger

    def folder(self, kind: Kind) -> Path:
        """Where those of a kind lie."""
        return self._directory / kind.name

    def loaded(self, kind: Kind | None = None) -> tuple[Event, ...]:
        """The events of the files that are kept, oldest first."""
        found: list[Event] = []
        after = 0
        while page := self._ledger.read(after, types=(LOADED,), limit=_PAGE):
            found += page
            after = page[-1].sequence
        return tuple(
            event
            for event in found
            if (kind is None or event.data["kind"] == kind.name) and not self._gone(event).exists()
        )

    def lock(self, kind: Kind) -> Turnstile:
        """What holds others off a kind while something is written."""
        folder = self._directory / kind.name
        folder.mkdir(parents=True, exist_ok=True)
        return Turnstile(folder / "lock", wait_seconds=_WAIT_SECONDS)

    def forgotten(self, kind: Kind) -> int:
        """Rows before this were dropped."""
        try:
            return int((self._directory / kind.name / "forgotten").read_text("ascii"))
        except FileNotFoundError:
            return EARLIEST

    def _file(self, event: Event) -> Path:
        return self._directory / str(event.data["kind"]) / str(event.data["file"])

    def _gone(self, event: Event) -> Path:
        return self._file(event).with_suffix(".gone")

    def content(self, event: Event) -> bytes:
        """The bytes of a file, checked.

        Raises:
            ObservationsBroken: it is missing or is not the one that was committed.
        """
        file = self._file(event)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ObservationsBroken(f"{event.subject}: {file.name}: {error.strerror}") from error
        if sha256(content).hexdigest() != event.data["digest"]:
            raise ObservationsBroken(f"{event.subject}: {file.name} is not what was committed")
        return content

    def drop(self, events: Sequence[Event]) -> int:
        """Remove files for good; how many."""
        for event in events:
            write_new(self._gone(event), b"")
            sync_directory(self._file(event).parent)
            self._file(event).unlink(missing_ok=True)
        return len(events)

    def finish_dropping(self, kind: Kind) -> None:
        """Remove what a crash left of files that are dropped."""
        for gone in (self._directory / kind.name).glob("*.gone"):
            gone.with_suffix(".parquet").unlink(missing_ok=True)

    def write(
        self,
        kind: Kind,
        table: pa.Table,
        load: Load,
        *,
        rejected: int = 0,
        since: int | None = None,
    ) -> Draft:
        """Write rows as a file; the event that will commit it."""
        content = _encoded(table)
        event = load.id("event")
        name = event.partition("/")[2]
        folder = self._directory / kind.name
        write_new(folder / f"{name}.parquet", content)
        sync_directory(folder)
        at = table[kind.at].cast(pa.int64())
        data: dict[str, Json] = {
            "kind": kind.name,
            "file": f"{name}.parquet",
            "count": table.num_rows,
            "rejected": rejected,
            "digest": sha256(content).hexdigest(),
            "first": pc.min(at).as_py(),
            "last": pc.max(at).as_py(),
            "since": micros(load.at) if since is None else since,
            "bytes": len(content),
        }
        return Draft(
            id=event,
            type=LOADED,
            subject=ThingId(f"observations/{name}"),
            actor=load.actor,
            occurred_at=load.at,
            data=data,
            governed=False,
        )


def _encoded(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())
