"""Posts of each geofence along time: how many in the last hour, and how many are usual."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from knowledge.spread.counters import digest
from ontology.identity import ThingId
from ontology.signals import Signal

HOUR: Final = 60
WEEK: Final = 7 * 24 * HOUR
HORIZON: Final = WEEK + 24 * HOUR
"""Minutes behind the newest post in which posts are counted."""

PRIOR_HOURS: Final = 24
"""One post an hour is taken for usual with the weight of so many hours, before history tells."""

_MINUTE: Final = 60


class FenceCounts:
    """A fold over signals by the minute: their order, grouping and repetition change nothing.

    Memory is bounded by eight days of minutes for each fence, and the ids of their posts.
    """

    def __init__(self) -> None:
        """Begin without posts."""
        self._minutes: dict[ThingId, dict[int, int]] = {}
        self._seen: dict[int, int] = {}
        self._looked: dict[ThingId, int] = {}
        self._first: int | None = None
        self._newest = 0

    def apply(self, signals: Iterable[Signal]) -> None:
        """Count signals for the fences that they lie in."""
        before = self._newest
        for signal in signals:
            minute = int(min(signal.posted_at, signal.received_at).timestamp()) // _MINUTE
            self._first = minute if self._first is None else min(self._first, minute)
            self._newest = max(self._newest, minute)
            key = digest(signal.id)
            if signal.fences and key not in self._seen:
                self._seen[key] = minute
                for fence in signal.fences:
                    counts = self._minutes.setdefault(fence, {})
                    counts[minute] = counts.get(minute, 0) + 1
        if self._newest // HOUR != before // HOUR:
            self._prune(self._newest - HORIZON)

    def take(self, minutes: Sequence[int], fenced: Mapping[ThingId, Sequence[int]]) -> None:
        """Count posts, none of them before: the minutes of all, and the rows of each fence."""
        if not minutes:
            return
        before, first = self._newest, min(minutes)
        self._first = first if self._first is None else min(self._first, first)
        self._newest = max(self._newest, *minutes)
        for fence, rows in fenced.items():
            counts = self._minutes.setdefault(fence, {})
            for row in rows:
                counts[minutes[row]] = counts.get(minutes[row], 0) + 1
        if self._newest // HOUR != before // HOUR:
            self._prune(self._newest - HORIZON)

    def volume(self, fence: ThingId, at: datetime) -> int:
        """Posts there in the sixty minutes up to a moment, its own minute included."""
        counts, last = self._minutes.get(fence, {}), int(at.timestamp()) // _MINUTE
        return sum(counts.get(minute, 0) for minute in range(last - HOUR + 1, last + 1))

    def grown(self, fence: ThingId, at: datetime) -> bool:
        """Whether the last hour has a tenth more posts than when this was asked last, or fewer.

        So one who asks after every post has to look only as often as it matters.
        """
        volume, last = self.volume(fence, at), self._looked.get(fence, 0)
        grown = volume > 0 and not last <= volume < last + max(1, last // 10)
        if grown:
            self._looked[fence] = volume
        return grown

    def values(self, fence: ThingId, at: datetime) -> dict[str, object]:
        """The fields `volume`, `baseline` and `excess` of a geofence fact.

        Usual is the mean hour of the week before the last hour, as far as anything was heard
        then, drawn to one post an hour; never less than one.
        """
        volume, start = self.volume(fence, at), int(at.timestamp()) // _MINUTE - HOUR + 1
        since = max(start - WEEK, start if self._first is None else self._first)
        hours = max(0, start - since) / HOUR
        counts = self._minutes.get(fence, {})
        before = sum(count for minute, count in counts.items() if since <= minute < start)
        usual = max(1.0, (before + PRIOR_HOURS) / (hours + PRIOR_HOURS))
        return {"volume": volume, "baseline": usual, "excess": volume / usual}

    def _prune(self, oldest: int) -> None:
        self._seen = {key: at for key, at in self._seen.items() if at >= oldest}
        for fence, counts in self._minutes.items():
            self._minutes[fence] = {at: count for at, count in counts.items() if at >= oldest}
