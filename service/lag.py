"""Lag: how long a post takes from being posted to being received, scored and decided on."""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Histogram

from knowledge.spread.assignment import IncidentScope, assign
from ontology.identity import ThingId
from ontology.signals import Signal

BOUNDS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400)
"""Upper edges of the classes of seconds; the last class has no upper edge."""

STAGES: Final = ("received", "scored", "decided")
MOST_PLATFORMS: Final = 40
"""Platforms with a label of their own; all others share one."""

_MOST_WAITING: Final = 5_000
_SECONDS: Final = Histogram(
    "attune_intake_lag_seconds",
    "Seconds from posted to received, received to scored, received to the first decision.",
    ["stage", "platform"],
    buckets=BOUNDS,
)


class Lags:
    """What this worker measures; posts that came before it started are left out."""

    def __init__(self, since: datetime) -> None:
        """Measure from a moment on."""
        self._since: Final = since
        self._platforms: Final[set[str]] = set()
        self._waiting: deque[Signal] = deque(maxlen=_MOST_WAITING)
        self._decided: deque[tuple[ThingId, datetime]] = deque(maxlen=1_000)
        self._lock: Final = threading.Lock()

    def scored(self, signals: Iterable[Signal], seconds: float) -> None:
        """Note posts that were received and, `seconds` later, scored."""
        for signal in signals:
            label = self._label(signal.platform)
            _SECONDS.labels("received", label).observe(_received(signal))
            _SECONDS.labels("scored", label).observe(max(0.0, seconds))

    def heard(self, signals: Iterable[Signal]) -> None:
        """Note posts that decisions of this worker can count from now on."""
        fresh = [one for one in signals if one.received_at >= self._since]
        with self._lock:
            self._waiting.extend(fresh[-_MOST_WAITING:])

    def decided(self, incident: ThingId, at: datetime) -> None:
        """Note a decision about an incident; `settle` measures it later."""
        with self._lock:
            self._decided.append((incident, at))

    def settle(self, scopes: Callable[[], Sequence[IncidentScope]]) -> None:
        """Measure the posts that decisions have counted, outside the way of any request."""
        with self._lock:
            decided, waiting = [*self._decided], [*self._waiting]
            if not decided:
                return
            self._decided.clear()
            self._waiting.clear()
        when = dict(reversed(decided))
        wanted = [scope for scope in scopes() if scope.id in when]
        left = [one for one in waiting if not self._settled(one, wanted, when)]
        with self._lock:
            self._waiting.extendleft(reversed(left))

    def _settled(
        self, signal: Signal, scopes: Sequence[IncidentScope], when: Mapping[ThingId, datetime]
    ) -> bool:
        """Whether a decision counted it; then how long that took is measured."""
        times = [when[name] for name in assign(signal, scopes)]
        later = [at for at in times if at >= signal.received_at]
        if not later:
            return False
        seconds = (min(later) - signal.received_at).total_seconds()
        _SECONDS.labels("decided", self._label(signal.platform)).observe(seconds)
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
