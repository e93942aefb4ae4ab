"""Lag: how long a post takes from being posted to being received, scored and decided on."""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import Histogram

from knowledge.spread.columns import Columns
from knowledge.spread.counters import Rows
from ontology.identity import ThingId
from ontology.signals import Signal

BOUNDS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400)
"""Upper edges of the classes of seconds; the last class has no upper edge."""

STAGES: Final = ("received", "scored", "decided")
MOST_PLATFORMS: Final = 40
"""Platforms with a label of their own; all others share one."""

_MOST_WAITING: Final = 5_000
_MICROS: Final = 1_000_000
_SECONDS: Final = Histogram(
    "attune_intake_lag_seconds",
    "Seconds from posted to received, received to scored, received to the first decision.",
    ["stage", "platform"],
    buckets=BOUNDS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A post that a decision on one of its incidents will have counted."""

    platform: ThingId
    received: float
    incidents: tuple[ThingId, ...]


class Lags:
    """What this worker measures; posts that came before it started are left out."""

    def __init__(self, since: datetime) -> None:
        """Measure from a moment on."""
        self._since: Final = since
        self._platforms: Final[set[str]] = set()
        self._waiting: deque[_Waiting] = deque(maxlen=_MOST_WAITING)
        self._decided: deque[tuple[ThingId, float]] = deque(maxlen=1_000)
        self._lock: Final = threading.Lock()

    def scored(self, signals: Iterable[Signal], seconds: float) -> None:
        """Note posts that were received and, `seconds` later, scored."""
        by_platform: dict[ThingId, list[Signal]] = {}
        for signal in signals:
            by_platform.setdefault(signal.platform, []).append(signal)
        for platform, several in by_platform.items():
            label = self._label(platform)
            received, scored = (_SECONDS.labels(stage, label) for stage in STAGES[:2])
            for signal in several:
                received.observe(_received(signal))
                scored.observe(max(0.0, seconds))

    def heard(self, posts: Columns, assigned: Mapping[ThingId, Rows]) -> None:
        """Note the posts of incidents that decisions of this worker can count from now on."""
        about: dict[int, list[ThingId]] = {}
        for incident, rows in assigned.items():
            for row in rows[-_MOST_WAITING:].tolist():
                about.setdefault(row, []).append(incident)
        since = int(self._since.timestamp() * _MICROS)
        fresh = [
            _Waiting(
                platform=posts.names[posts.platforms[row]],
                received=posts.received[row] / _MICROS,
                incidents=tuple(incidents),
            )
            for row, incidents in sorted(about.items())
            if posts.received[row] >= since
        ]
        with self._lock:
            self._waiting.extend(fresh)

    def decided(self, incident: ThingId, at: datetime) -> None:
        """Note a decision about an incident; `settle` measures it later."""
        with self._lock:
            self._decided.append((incident, at.timestamp()))

    def settle(self) -> None:
        """Measure the posts that decisions have counted, outside the way of any request."""
        with self._lock:
            decided, waiting = [*self._decided], [*self._waiting]
            if not decided:
                return
            self._decided.clear()
            self._waiting.clear()
        when = dict(reversed(decided))
        left = [one for one in waiting if not self._settled(one, when)]
        with self._lock:
            self._waiting.extendleft(reversed(left))

    def _settled(self, one: _Waiting, when: Mapping[ThingId, float]) -> bool:
        """Whether a decision counted it; then how long that took is measured."""
        later = [when[name] for name in one.incidents if when.get(name, 0.0) >= one.received]
        if not later:
            return False
        seconds = min(later) - one.received
        _SECONDS.labels("decided", self._label(one.platform)).observe(seconds)
        return True

    def _label(self, platform: ThingId) -> str:
        name = platform.partition("/")[2]
        if name not in self._platforms and len(self._platforms) >= MOST_PLATFORMS:
            return "other"
        self._platforms.add(name)
        return name


def counted(signals: Iterable[Signal]) -> list[int]:
    """How many posts were received within each class of seconds."""
    classes = [0] * (len(BOUNDS) + 1)
    for signal in signals:
        classes[bisect_left(BOUNDS, _received(signal))] += 1
    return classes


def quantile(classes: Sequence[int], share: float) -> float | None:
    """The upper edge of the class in which a share of the posts is reached.

    None without posts; the last edge stands for all that took longer.

    >>> quantile([0, 9, 1], 0.5), quantile([0, 9, 1], 0.99), quantile([0, 0], 0.5)
    (0.5, 1, None)
    """
    total, reached = sum(classes), 0
    for place, count in enumerate(classes):
        reached += count
        if total and reached >= share * total:
            return BOUNDS[min(place, len(BOUNDS) - 1)]
    return None


def _received(signal: Signal) -> float:
    return max(0.0, (signal.received_at - signal.posted_at).total_seconds())
