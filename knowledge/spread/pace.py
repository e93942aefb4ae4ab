"""How fast posts grow and whether talk feeds itself: figures that take the time of each post."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.spread.feeds import Hearing
from knowledge.spread.figures import between, velocity
from knowledge.spread.intervals import PARTS, velocity_interval
from knowledge.spread.series import QUARTER, Series
from knowledge.spread.virality import FULL_FEED, Estimate, estimate

_MINUTE: Final = 60
_DAY: Final = 86_400
_MOST_POSTS: Final = 10_000
"""Posts that virality is estimated from, the newest ones."""
_SHORTEST: Final = 4 * 3600.0
"""Posts of fewer seconds tell no answers that take minutes from a rate that changes by itself."""
_QUARTERS_A_PART: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Posts whose virality is asked for: those of the last day, whatever the window.

    In an hour, answers that take minutes look like a rate that changes by itself. The posts are
    read while the windows are held still; the answer takes up to some tens of milliseconds and is
    worked out after that. It is kept for who asks about the same posts.
    """

    series: Series
    window: tuple[int, int]
    rate: float
    asked: tuple[int, int, float]
    moments: tuple[tuple[int, int], ...] = ()
    found: Estimate | None = None

    @classmethod
    def of(cls, series: Series, since: int, last: int, rate: float) -> "Question":
        """About the posts up to the last whole minute; one has listened since a second."""
        end = (last + 1) // _MINUTE * _MINUTE - 1
        window = (max(since, end - _DAY + 1), end)
        asked = (end, series.posts(*window), rate)
        if series.virality is not None and series.virality[0] == asked:
            found = series.virality[1]
            return cls(series=series, window=window, rate=rate, asked=asked, found=found)
        moments = tuple(series.moments(*window))
        return cls(series=series, window=window, rate=rate, asked=asked, moments=moments)

    def answer(self) -> dict[str, object]:
        """Virality and its interval, or that it is not known."""
        known = self.series.virality
        if self.found is None and known is not None and known[0] == self.asked:
            found = known[1]
        else:
            found = self.found or self._estimate()
            self.series.virality = (self.asked, found)
        if found.factor is None or found.low is None or found.high is None:
            return {"virality_known": False}
        values = between("virality", (found.low, found.high))
        return {"virality": found.factor, "virality_known": True} | values

    def _estimate(self) -> Estimate:
        seconds, posts = np.array(self.moments or [(0, 0)]).T
        times = np.repeat(seconds, posts)[-_MOST_POSTS:].astype(np.float64)
        whole = posts.sum() <= _MOST_POSTS
        window = (float(self.window[0]), self.window[1] + 1.0) if whole else None
        return estimate(times, self.rate, window, _SHORTEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The figures of a window; its virality is still to be worked out."""

    values: dict[str, object]
    question: Question | None = None

    def complete(self) -> dict[str, object]:
        """All figures. It may take some tens of milliseconds."""
        answer = {"virality_known": False} if self.question is None else self.question.answer()
        return self.values | answer


def question(
    hearing: Hearing, series: Series, since: int, last: int, *, silent: bool
) -> Question | None:
    """What to ask about virality; nothing while a feed is silent or where samples are mixed."""
    feeds = series.feeds(max(since, last - _DAY + 1), last)
    rates = {hearing.info(feed).sampling_rate for feed in feeds}
    rate = hearing.rate(feeds)
    if silent or rate is None or (rate < FULL_FEED and len(rates) > 1):
        return None
    return Question.of(series, since, last, rate)


def pace(series: Series, span: tuple[int, int]) -> dict[str, object]:
    """Velocity with its interval; nothing where there are too few posts."""
    first, last = span
    half = (last - first + 1) // 2
    earlier = series.posts(first, first + half - 1)
    later = series.posts(first + half, last)
    speed = velocity(earlier, later, half)
    if speed is None:
        return {}
    interval = velocity_interval(earlier, later, half, _parts(series, span))
    return {"velocity": speed} | between("velocity", interval)


def _parts(series: Series, span: tuple[int, int]) -> list[int]:
    """Counts of equal parts: of the window, or of the whole quarter hours of a long one."""
    first, last = span
    length = last - first + 1
    if length < PARTS * _QUARTERS_A_PART * QUARTER:
        moments = np.array([*series.moments(first, last)] or [(first, 0)])
        edges = np.linspace(first, last + 1, PARTS + 1)
        counts = np.histogram(moments[:, 0] + 0.5, bins=edges, weights=moments[:, 1])[0]
        return [int(count) for count in counts]
    size = length // PARTS
    end = (last + 1) // QUARTER * QUARTER
    starts = range(end - PARTS * size, end, size)
    return [series.posts(start, start + size - 1) for start in starts]
