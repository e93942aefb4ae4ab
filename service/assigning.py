"""Posts counted anew for incidents whose scope changed: newest first, all others untouched."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from knowledge.refusals import SegmentBroken
from knowledge.segments import Segments
from knowledge.spread.assignment import IncidentScope
from knowledge.spread.columns import Columns
from knowledge.spread.series import HORIZON
from knowledge.spread.sketches import assigned
from knowledge.spread.windows import Windows
from ontology.events import Event
from ontology.identity import ThingId
from service.clock import elapsed_ms, monotonic_ms

Scopes = Mapping[ThingId, tuple[IncidentScope, ...]]

_HORIZON: Final = timedelta(seconds=HORIZON, days=1)
_FEW: Final = 1_000


class Assigning:
    """What is still to be counted again. Its steps are short, so nobody waits for all of it."""

    def __init__(self, segments: Segments) -> None:
        """Begin without segments and without scopes."""
        self._segments: Final = segments
        self._heard: list[Event] = []
        self._todo: list[Event] = []
        self._scopes: Scopes | None = None
        self._prune_at = _FEW
        self._again: dict[ThingId, tuple[IncidentScope, ...]] = {}

    @property
    def left(self) -> int:
        """How many segments are still to be read for incidents whose scope changed."""
        return len(self._todo)

    def hear(self, event: Event) -> None:
        """Remember a segment that was counted with the scopes as they are, while windows do."""
        self._heard.append(event)
        if len(self._heard) >= self._prune_at:
            self._heard = _within(self._heard)
            self._prune_at = 2 * len(self._heard) + _FEW

    def changed(self, windows: Windows, scopes: Iterable[IncidentScope]) -> bool:
        """Take over the scopes; whether posts are to be counted again for some incident."""
        now = _by_incident(scopes)
        before, self._scopes = self._scopes, now
        if before is None or before == now:
            return False
        moved = {one for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
        moved |= self._again.keys()  # half counted: begin anew, so that nothing counts twice
        windows.forget(moved)
        self._again = {one: now[one] for one in moved & now.keys()}
        self._heard = _within(self._heard)
        self._todo = sorted(self._heard, key=_last) if self._again else []
        windows.scope(self._wanted())
        return bool(self._todo)

    def step(self, windows: Windows, budget_ms: float) -> bool:
        """Read segments, the newest first, for about so long; whether some are left."""
        started = monotonic_ms()
        while self._todo and elapsed_ms(started) < budget_ms:
            try:
                signals, wanted = self._segments.read(self._todo.pop()), self._wanted()
                posts = Columns.of(signals, windows.understood)
                windows.take_again(posts, assigned(signals, wanted))
            except SegmentBroken:
                continue  # it was told when it was first read
        if not self._todo:
            self._again = {}
        return bool(self._todo)

    def _wanted(self) -> Sequence[IncidentScope]:
        return [scope for several in self._again.values() for scope in several]


def _by_incident(scopes: Iterable[IncidentScope]) -> Scopes:
    found: dict[ThingId, list[IncidentScope]] = defaultdict(list)
    for scope in scopes:
        found[scope.id].append(scope)
    return {incident: tuple(several) for incident, several in found.items()}


def _within(events: Sequence[Event]) -> list[Event]:
    """Those whose posts windows may still count, with a day to spare for clocks ahead."""
    newest = max(map(_last, events), default=None)
    return [event for event in events if newest is None or _last(event) >= newest - _HORIZON]


def _last(event: Event) -> datetime:
    return datetime.fromisoformat(str(event.data["last"]))
