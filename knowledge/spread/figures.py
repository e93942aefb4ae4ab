"""The figures of one window, from its counts; what the counts can't tell is left out."""

import math
from typing import Final

from knowledge.spread.baselines import Mood, Usual
from knowledge.spread.counters import (
    AUTHORED,
    BETRAYAL,
    FEELING,
    FEELING_SQUARED,
    FELT,
    FIXED,
    FRUSTRATION,
    IRONY,
    JUDGED,
    NEGATIVE,
    POSTS,
    REACH,
    REACH_KNOWN,
    SHARES,
    URGENCY,
    Cell,
)
from knowledge.spread.intervals import Interval, mean_interval, sum_interval
from knowledge.spread.weighing import weighed

FULL_FEED: Final = 0.95
"""From this sampling rate on a feed counts as complete."""

_LEVELS: Final = ("unknown", "unlikely", "possible", "likely", "observed")
_ENOUGH: Final = (3, 10, 30)
"""Posts from which figures are possible, likely, observed: relative errors of 58, 32 and 18 %."""
_FEWEST_FOR_VELOCITY: Final = 10
_FEWEST_WINDOWS: Final = 4
_INDICATORS: Final = (
    ("frustration_share", FRUSTRATION),
    ("urgency_share", URGENCY),
    ("betrayal_share", BETRAYAL),
    ("irony_share", IRONY),
)


def confidence(posts: int, rate: float | None, usual: Usual, *, silent: bool) -> str:
    """How sure the figures are (CAP 1.2), from the number of posts; then what takes from it.

    A level less where the usual is mostly the declared prior, a level less while a feed is
    silent; never `observed` on a sampled feed; `unknown` with neither posts nor a feed.
    """
    if not posts and (silent or rate is None):
        return "unknown"
    level = 1 + sum(posts >= enough for enough in _ENOUGH)
    level -= (usual.windows < _FEWEST_WINDOWS) + silent
    highest = 4 if rate is None or rate >= FULL_FEED else 3
    return _LEVELS[max(1, min(level, highest))]


def velocity(earlier: int, later: int, half: float) -> float | None:
    """Change of the logarithm of the rate in an hour, from the posts in two halves of `half` s.

    Half a post is added to each (Haldane), so an empty half stays finite. None below ten posts.

    >>> velocity(100, 100, 1800)
    0.0
    """
    if earlier + later < _FEWEST_FOR_VELOCITY:
        return None
    return math.log((later + 0.5) / (earlier + 0.5)) * 3600 / half


def feelings(window: Cell, ordinary: Mood) -> dict[str, object]:
    """Shares of what was judged, beside what is usual; no posts judged, no shares."""
    sums = weighed(window.sums)
    values: dict[str, object] = {"negative_baseline": ordinary.negative}
    if sums[POSTS]:
        values["judged_share"] = window.sums[JUDGED] / sums[POSTS]
    if sums[JUDGED]:
        values["negative_share"] = sums[NEGATIVE] / sums[JUDGED]
    if sums[FELT]:
        mean = sums[FEELING] / FIXED / sums[FELT]
        values["sentiment_shift"] = (mean - ordinary.feeling) / ordinary.deviation
        sure = mean_interval(sums[FELT], sums[FEELING] / FIXED, sums[FEELING_SQUARED] / FIXED**2)
        if sure is not None:
            low, high = ((end - ordinary.feeling) / ordinary.deviation for end in sure)
            values |= between("sentiment_shift", (low, high))
    values |= {name: sums[at + 1] / sums[at] for name, at in _INDICATORS if sums[at]}
    return values


def between(name: str, interval: Interval | None, *, whole: bool = False) -> dict[str, object]:
    """The ends of an interval as figures of their own; nothing where there is none.

    >>> between("reach", (7.2, 9.1), whole=True)
    {'reach_low': 7, 'reach_high': 10}
    """
    if interval is None:
        return {}
    low, high = interval
    if whole:
        return {f"{name}_low": math.floor(low), f"{name}_high": math.ceil(high)}
    return {f"{name}_low": low, f"{name}_high": high}


def people(window: Cell, ordinary: Usual) -> dict[str, object]:
    """Who posted, how far it reached, what was passed on or copied; without names, no figures."""
    sums = window.sums
    values: dict[str, object] = {}
    if sums[POSTS]:
        values["share_ratio"] = sums[SHARES] / sums[POSTS]
    if sums[AUTHORED]:
        sizes = window.authors.sizes()
        values["authors"] = window.authors.many
        if whole := sum(sizes):
            values["reach"] = whole
            values |= between("reach", sum_interval(sizes), whole=True)
            values["author_concentration"] = window.authors.largest / whole
    if sums[REACH_KNOWN] and ordinary.reach:
        values["reach_excess"] = sums[REACH] / ordinary.reach
    return values
