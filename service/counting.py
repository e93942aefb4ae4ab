"""Counting: the signals of one ledger's segments in windows, fences and lags, each once."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from structlog.typing import FilteringBoundLogger

from knowledge.fence_counts import FenceCounts
from knowledge.ledger import Ledger
from knowledge.refusals import SegmentBroken
from knowledge.segments import Segments
from knowledge.spread.assignment import IncidentScope
from knowledge.spread.counters import Rows
from knowledge.spread.sketches import Sketch, assigned, digest_of, unpacked
from knowledge.spread.windows import Windows
from ontology.events import Event
from ontology.identity import ThingId
from ontology.signals import Signal
from service.assigning import Assigning
from service.folds import BATCH
from service.lag import Lags

HEARD: Final = "segment.committed"
AT_ONCE_MS: Final = 250.0
"""How long a request may read retained signals after a scope changed; the rest follows behind."""

SLICE_MS: Final = 50.0
_MINUTE: Final = 60


class Counting:
    """A fold over segments. Hold `lock` while you read what it counts."""

    def __init__(
        self,
        ledger: Ledger,
        segments: Segments,
        scopes: Callable[[], Sequence[IncidentScope]],
        log: FilteringBoundLogger,
        since: datetime,
    ) -> None:
        """Begin without signals; `scopes` says what they are counted for."""
        self.windows: Final = Windows()
        self.fenced: Final = FenceCounts()
        self.assigning: Final = Assigning(segments)
        self.lags: Final = Lags(since)
        self.lost: Final[set[ThingId]] = set()
        """Segments whose signals could not be read, so that no window counts them."""
        self.mark = 0
        self.many = 0
        """Signals of all segments that were heard of."""
        self.lock: Final = threading.RLock()
        self._ledger: Final = ledger
        self._segments: Final = segments
        self._scopes: Final = scopes
        self._log: Final = log

    def catch_up(self) -> None:
        """Count new signals; retained ones anew for incidents whose scope changed."""
        scopes = self._scopes()
        if self.assigning.changed(self.windows, scopes):
            self.assigning.step(self.windows, AT_ONCE_MS)
        while events := self._ledger.read(self.mark, types=(HEARD,), limit=BATCH):
            for event in events:
                self._hear(event, scopes)
            self.mark = events[-1].sequence

    def sketch(self, signals: Sequence[Signal]) -> bytes:
        """What a segment of these signals is stored with, so that nobody works it out again."""
        understood = self.windows.understood
        return Sketch.of(signals, self._scopes(), understood).packed(understood)

    def reassign(self) -> bool:
        """Count a little for incidents whose scope changed; whether some is left."""
        with self.lock:
            return self.assigning.step(self.windows, SLICE_MS)

    def _hear(self, event: Event, scopes: Sequence[IncidentScope]) -> None:
        self.many += int(str(event.data["count"]))
        try:
            found = self._sketched(event, scopes)
            self.windows.take(found.posts, found.assigned, scopes)
            self.fenced.take((found.posts.seconds // _MINUTE).tolist(), _listed(found.fenced))
            self.assigning.hear(event)
            self.lags.heard(found.posts, found.assigned)
        except SegmentBroken as error:  # what can't be read must not stop what can
            self.lost.add(event.subject)
            self._log.error("segment lost", why=str(error))

    def _sketched(self, event: Event, scopes: Sequence[IncidentScope]) -> Sketch:
        """What to count: as whoever stored it worked it out, unless scopes have changed."""
        content, understood = self._segments.sketch(event), self.windows.understood
        found = None if content is None else unpacked(content, understood)
        if found is None:
            return Sketch.of(self._segments.read(event), scopes, understood)
        if found.scopes != digest_of(scopes):
            again = assigned(self._segments.read(event), scopes)
            return replace(found, assigned=again)
        return found


def _listed(rows: Mapping[ThingId, Rows]) -> dict[ThingId, list[int]]:
    return {name: own.tolist() for name, own in rows.items()}
