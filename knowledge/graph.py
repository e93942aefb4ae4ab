"""The knowledge graph: what governed events show, folded into triples, now or as of then."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import pyoxigraph as ox

from knowledge import snapshots
from knowledge.snapshots import Snapshot
from knowledge.triples import Triples
from ontology import projection
from ontology.events import Event
from ontology.identity import Scope, ThingId

KEPT: Final = 4
"""How many past states of the graph are kept for the next question."""

_SECRET: Final = "snapshot"  # noqa: S105 - the name of a secret
_ERASED: Final = "subject.erased"


class Source(Protocol):
    """What the graph needs of a ledger."""

    def read(
        self,
        after: int = 0,
        until: int | None = None,
        *,
        governed: bool | None = None,
    ) -> Sequence[Event]:
        """Some events after one sequence, none beyond another, in order; none for no more."""

    def at(self, sequence: int) -> Event | None:
        """The event with a sequence."""

    def sequence_at(self, moment: datetime) -> int:
        """The last sequence that was known at a moment."""

    def versions(self, scopes: Iterable[Scope]) -> Mapping[Scope, int]:
        """The last governed sequence that names each scope."""


class Secrets(Protocol):
    """What the graph needs of a key store."""

    def secret(self, name: str) -> bytes:
        """32 bytes under a name."""


class Graph(Triples):
    """Current (or past) state as triples, folded from a ledger; every worker has its own.

    Any number of threads read while one folds; each change of a thing appears in one step.
    """

    def __init__(
        self,
        ledger: Source,
        snapshots: Path | None,
        keys: Secrets,
        *,
        ceiling: int | None = None,
    ) -> None:
        """Load the newest usable snapshot; `catch_up` folds what came later.

        `ceiling` is the last sequence that the graph may ever show.
        """
        self._ledger: Final = ledger
        self._snapshots: Final = snapshots
        self._keys: Final = keys
        self._ceiling: Final = ceiling
        self._folding: Final = threading.RLock()
        self._remembering: Final = threading.Lock()  # never held while folding
        self._past: Final[OrderedDict[int, Graph]] = OrderedDict()
        self._erasures = 0
        store, self._sequence = self._loaded()
        super().__init__(store)

    @property
    def sequence(self) -> int:
        """The last governed sequence that is folded; 0 for none."""
        return self._sequence

    def catch_up(self, until: int | None = None) -> None:
        """Fold the governed events that are not yet folded, up to a sequence."""
        last = min((x for x in (until, self._ceiling) if x is not None), default=None)
        with self._folding:
            while events := self._ledger.read(self._sequence, last, governed=True):
                self._fold(events)
                self._sequence = events[-1].sequence

    def versions(self, scopes: Iterable[Scope], known: int) -> Mapping[Scope, int]:
        """The version of each scope as of `known`, the `sequence` before what they guard was read.

        What moved later has a version beyond that, which this never returns: appending fails.
        """
        return {s: min(version, known) for s, version in self._ledger.versions(scopes).items()}

    def as_of(self, when: int | datetime) -> "Graph":
        """The graph as it was after a sequence, or as it was known at a moment (aware).

        Personal values that have been erased since are missing from it too.
        """
        last = self._ledger.sequence_at(when) if isinstance(when, datetime) else when
        while True:
            with self._remembering:
                erasures = self._erasures
                if last in self._past:
                    self._past.move_to_end(last)
                    return self._past[last]
            past = Graph(self._ledger, self._snapshots, self._keys, ceiling=last)
            past.catch_up()
            if self._remembered(last, past, erasures):
                return past

    def _remembered(self, last: int, past: "Graph", erasures: int) -> bool:
        """Keep a past state, unless a person was erased while it was folded."""
        with self._remembering:
            if erasures == self._erasures:
                self._past[last] = past
                while len(self._past) > KEPT:
                    self._past.popitem(last=False)
            return erasures == self._erasures

    def bulk_load(self, quads: Iterable[ox.Quad]) -> None:
        """Add triples that stand in no ledger, for measurements; about 250,000 a second."""
        self._store.bulk_extend(quads)

    def save_snapshot(self) -> Path | None:
        """Write an encrypted snapshot of what is folded; None without a place or events."""
        with self._folding:
            event = self._ledger.at(self._sequence) if self._sequence else None
            if self._snapshots is None or event is None:
                return None
            content = self._store.dump(format=ox.RdfFormat.N_QUADS) or b""
            kept = Snapshot(sequence=self._sequence, leaf=event.leaf, content=content)
            return snapshots.save(self._snapshots, self._keys.secret(_SECRET), kept)

    def _loaded(self) -> tuple[ox.Store, int]:
        """The newest snapshot that belongs to this ledger, or nothing."""
        if self._snapshots is not None:
            key = self._keys.secret(_SECRET)
            for snapshot in snapshots.newest(self._snapshots, key, self._ceiling):
                event = self._ledger.at(snapshot.sequence)
                if event is not None and event.leaf == snapshot.leaf:
                    store = ox.Store()
                    store.bulk_load(snapshot.content, format=ox.RdfFormat.N_QUADS)
                    return store, snapshot.sequence
        return ox.Store(), 0

    def _fold(self, events: Sequence[Event]) -> None:
        """Fold a page: what is new goes in at once, what stands is changed in one step each."""
        fresh: dict[ThingId, tuple[ox.Quad, ...]] = {}
        for event in events:
            change = projection.of_event(event)
            if change is None:
                continue
            if event.type == _ERASED:
                self._add(fresh)
                self._erase(event)
            elif change.subject in fresh or not self.exists(change.subject):
                standing = fresh.get(change.subject, ())
                fresh[change.subject] = projection.resulting(change, standing)
            else:
                self._change(change)
        self._add(fresh)

    def _add(self, fresh: dict[ThingId, tuple[ox.Quad, ...]]) -> None:
        self._store.extend([quad for quads in fresh.values() for quad in quads])
        fresh.clear()

    def _change(self, change: projection.Change) -> None:
        standing = self.owned(change.subject)
        result = projection.resulting(change, standing)
        self._replace(set(standing) - set(result), set(result) - set(standing))

    def _erase(self, event: Event) -> None:
        """Drop what is personal of a person, in the graph and in snapshots and past states."""
        things = [event.subject]
        for name in projection.sealed_with(event.subject):
            things += self.subjects(name, event.subject)
        personal = {q for thing in things for q in self.quads(thing) if projection.is_personal(q)}
        self._replace(personal, set())
        with self._remembering:
            self._past.clear()
            self._erasures += 1
        if self._snapshots is not None:
            snapshots.drop(self._snapshots, before=event.sequence)

    def _replace(self, old: set[ox.Quad], new: set[ox.Quad]) -> None:
        """Take triples away and add others in one step, so that no reader sees half a change."""
        if old or new:
            self._store.update(f"DELETE DATA {{ {_data(old)} }} ; INSERT DATA {{ {_data(new)} }}")


def _data(quads: Iterable[ox.Quad]) -> str:
    return " ".join(f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads)
