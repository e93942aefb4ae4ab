"""The candidates of a world: its segments clustered in the ledger's order, behind the requests."""

import threading
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from knowledge.ledger import Ledger
from knowledge.refusals import SegmentBroken
from knowledge.segments import Segments
from knowledge.spread.candidate import Candidate
from knowledge.spread.candidates import Candidates
from knowledge.spread.cluster import Exemplar
from knowledge.spread.sketches import unpacked
from ontology.events import Event
from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.clock import elapsed_ms, monotonic_ms

_TYPES: Final = ("segment.committed",)
_PAGE: Final = 20


class Clustered(Protocol):
    """What clustering needs of a world."""

    @property
    def ledger(self) -> Ledger:
        """Where segments are recorded."""

    @property
    def segments(self) -> Segments:
        """Where signals are kept."""


class Clustering:
    """A fold over all segments, so that every worker has the same candidates.

    What incidents claim is clustered, too: whether a candidate is about an incident is asked when
    somebody looks, so that no change of a scope makes the past be read again.
    """

    def __init__(self) -> None:
        """Begin without segments."""
        self._fold: Final = Candidates()
        self._lock: Final = threading.Lock()
        self._mark = 0
        self.judged: Final[dict[ThingId, Scores | None]] = {}
        """What was judged of exemplars; `service.exemplars` sees to it."""
        self.many = 0
        """Signals of all segments that were clustered."""

    def catch_up(self, world: Clustered, budget_ms: float) -> bool:
        """Cluster new segments for about so long; whether some are left."""
        started = monotonic_ms()
        while events := world.ledger.read(self._mark, types=_TYPES, limit=_PAGE):
            for event in events:
                with self._lock:
                    if event.sequence > self._mark:
                        self._take(world, event)
                        self._mark = event.sequence
                        self.many += int(str(event.data["count"]))
                if elapsed_ms(started) >= budget_ms:
                    return True
        return False

    def _take(self, world: Clustered, event: Event) -> None:
        """Cluster a segment; of one that others have sketched only what is looked at is read."""
        try:
            content = world.segments.sketch(event)
            found = None if content is None else unpacked(content)
            if found is None:
                self._fold.apply(world.segments.read(event), event.sequence)
            elif rows := self._fold.chosen(found.posts.posted.tolist()):
                self._fold.take(world.segments.read(event, rows), event.sequence)
        except SegmentBroken:
            """What is broken is told where it is counted."""

    def exemplars(self) -> Mapping[ThingId, Exemplar]:
        """The typical posts of all candidates, by id."""
        return {one.id: one for each in self.standing() for one in each.exemplars}

    def standing(self) -> tuple[Candidate, ...]:
        """The candidates as they stand, in the order in which they began."""
        with self._lock:
            return self._fold.standing()


def words(world: Clustered, exemplars: Iterable[Exemplar]) -> Mapping[ThingId, Signal]:
    """The posts of exemplars that may still be kept, read again from their segments."""
    wanted: dict[int, set[ThingId]] = {}
    for one in exemplars:
        if one.source is not None:
            wanted.setdefault(one.source, set()).add(one.id)
    found: dict[ThingId, Signal] = {}
    for source, ids in wanted.items():
        for event in world.ledger.read(source - 1, types=_TYPES, limit=1):
            found |= {each.id: each for each in _read(world, event) if each.id in ids}
    return found


def _read(world: Clustered, event: Event) -> list[Signal]:
    """The signals of a segment; none where it is broken, which is told elsewhere."""
    try:
        return world.segments.read(event)
    except SegmentBroken:
        return []
