"""What is known of each feed: how much it delivers, when it was last heard, when it is silent."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from knowledge.spread.columns import Columns
from ontology.identity import ThingId

STALLS_AFTER: Final = timedelta(hours=1)
"""Silence of a feed that declares nothing counts as a stall after this long."""

_MINUTE: Final = 60
_MICROS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInfo:
    """What an operator declares of a feed; `sampling_rate` is the share of posts it delivers."""

    id: ThingId
    platform: ThingId | None = None
    sampling_rate: float = 1.0
    stalls_after: timedelta = STALLS_AFTER


class Hearing:
    """When each feed was heard: the minutes of receipt within the horizon, and the newest one."""

    def __init__(self, feeds: Iterable[FeedInfo]) -> None:
        """Begin with what is declared."""
        self.declared: dict[ThingId, FeedInfo] = {feed.id: feed for feed in feeds}
        self._newest: dict[ThingId, datetime] = {}
        self._minutes: dict[ThingId, set[int]] = {}
        self._oldest = 0

    def hear(self, feed: ThingId, received: datetime) -> None:
        """Note that a feed delivered something."""
        newest = self._newest.get(feed)
        self._newest[feed] = received if newest is None else max(newest, received)
        self._note(feed, int(received.timestamp()) // _MINUTE)

    def hear_all(self, posts: Columns) -> None:
        """Note who delivered posts, and when."""
        for code in np.unique(posts.feeds).tolist():
            received = posts.received[posts.feeds == code]
            for minute in np.unique(received // (_MINUTE * _MICROS)).tolist():
                self._note(posts.names[code], minute)
            self.hear(posts.names[code], _EPOCH + timedelta(microseconds=int(received.max())))

    def prune(self, oldest: int) -> None:
        """Forget minutes before a second since 1970; the newest of each feed stays."""
        self._oldest = max(self._oldest, oldest)
        for feed, minutes in self._minutes.items():
            self._minutes[feed] = {each for each in minutes if each * _MINUTE >= oldest}

    def info(self, feed: ThingId) -> FeedInfo:
        """What is declared of a feed, or the defaults."""
        return self.declared.get(feed) or FeedInfo(id=feed)

    def last(self, feed: ThingId, at: datetime) -> datetime | None:
        """When the feed was last heard, seen from `at`: nothing later counts."""
        newest = self._newest.get(feed)
        if newest is None or newest <= at:
            return newest
        minutes = sorted(self._minutes.get(feed, ()))
        place = bisect_right(minutes, int(at.timestamp()) // _MINUTE - 1)
        if not place:
            return None
        return datetime.fromtimestamp(minutes[place - 1] * _MINUTE, tz=UTC)

    def facts(self, at: datetime) -> list[dict[str, object]]:
        """The values of a `feed` fact for each feed declared or heard, by id."""
        return [self._fact(feed, at) for feed in self.feeds()]

    def feeds(self) -> Sequence[ThingId]:
        """Every feed declared or heard, by id."""
        return sorted({*self.declared, *self._newest})

    def status(self, feed: ThingId, at: datetime) -> str:
        """`live`, `stalled` (silent for too long) or `missing` (never heard)."""
        last = self.last(feed, at)
        if last is None:
            return "missing"
        return "live" if at - last <= self.info(feed).stalls_after else "stalled"

    def newest(self) -> datetime | None:
        """When anything was received last."""
        return max(self._newest.values(), default=None)

    def silent(self, at: datetime) -> bool:
        """Whether any feed that is declared or was heard is not live."""
        return any(self.status(feed, at) != "live" for feed in self.feeds())

    def rate(self, by_feed: Mapping[ThingId, int]) -> float | None:
        """The sampling rate of all feeds together, each by the posts that it stands for.

        Without posts, the smallest rate declared; None where no feed is known at all.
        """
        stands_for = sum(n / self.info(feed).sampling_rate for feed, n in sorted(by_feed.items()))
        if stands_for:
            return sum(by_feed.values()) / stands_for
        return min((each.sampling_rate for each in self.declared.values()), default=None)

    def longest_silence(self) -> timedelta:
        """The longest silence that any feed may keep without having stalled."""
        return max((self.info(feed).stalls_after for feed in self.feeds()), default=STALLS_AFTER)

    def _note(self, feed: ThingId, minute: int) -> None:
        if minute * _MINUTE >= self._oldest:
            self._minutes.setdefault(feed, set()).add(minute)

    def _fact(self, feed: ThingId, at: datetime) -> dict[str, object]:
        info, last = self.info(feed), self.last(feed, at)
        values: dict[str, object] = {
            "id": feed,
            "status": self.status(feed, at),
            "sampling_rate": info.sampling_rate,
        }
        if info.platform is not None:
            values["platform"] = info.platform
        if last is not None:
            values["age"] = at - last
        return values
