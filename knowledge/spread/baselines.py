"""What is usual: robust figures of the history before a window, drawn to a declared prior."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from knowledge.spread.counters import (
    FEELING,
    FEELING_SQUARED,
    FELT,
    FIXED,
    JUDGED,
    NEGATIVE,
    POSTS,
    REACH,
    Cell,
)
from knowledge.spread.series import QUARTER

DAY: Final = 86_400
_QUARTERS_A_DAY: Final = DAY // QUARTER
_NEIGHBOURS: Final = 4
"""Quarter hours before and after the same time of day that count as the same hour."""
_FEWEST_SEASONAL: Final = 3
_WEIGHT: Final = 4
"""The declared prior weighs as much as this many windows of history."""
_JUDGED_WEIGHT: Final = 50
"""The declared prior of feeling weighs as much as this many judged posts."""
_FIRST_WEEKEND_DAY: Final = 5
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What an organisation declares as usual before there is history to tell.

    Posts an hour as received, share of negative posts, mean and standard deviation of feeling.
    """

    posts_per_hour: float = 4.0
    negative_share: float = 0.25
    feeling: float = 0.0
    feeling_deviation: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Usual posts and reach of a window, and how many windows of history say so."""

    posts: float
    reach: float | None
    windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """Usual negative share and feeling (mean, standard deviation) of one post."""

    negative: float
    feeling: float
    deviation: float


def usual(
    quarters: dict[int, Cell], heard: Sequence[int], first: int, length: int, prior: Prior
) -> Usual:
    """Usual posts of a window of `length` seconds that starts with second `first`.

    `heard` are the quarter hours of history, in order, in which somebody listened. Windows of the
    same length and, where three or more such days are known, of about the same time of day and
    the same kind of day (working day or weekend) give their median, which one past crisis does not
    move. The prior has the weight of four windows; at least one post a window is usual.
    """
    size = max(1, length // QUARTER)
    samples = _windows(quarters, set(heard), first // QUARTER, size)
    if size < _QUARTERS_A_DAY:
        seasonal = [each for each in samples if _alike(each[0], first // QUARTER)]
        days = {start // _QUARTERS_A_DAY for start, _, _ in seasonal}
        samples = seasonal if len(days) >= _FEWEST_SEASONAL else samples
    declared = prior.posts_per_hour * length / 3600
    middle = median(posts for _, posts, _ in samples) if samples else 0.0
    drawn = (_WEIGHT * declared + len(samples) * middle) / (_WEIGHT + len(samples))
    reached = [reach for _, _, reach in samples if reach]
    return Usual(
        posts=max(1.0, drawn),
        reach=float(median(reached)) if len(reached) >= _WEIGHT else None,
        windows=len(samples),
    )


def heard(active: Iterable[int], end: int, longest: int) -> list[int]:
    """The quarter hours before `end` in which somebody listened, from those that had posts.

    All from the first one on, without silences of more than `longest` quarter hours: then a feed
    had stalled.

    >>> heard([1, 3, 9], 11, 2)
    [1, 2, 3, 9, 10]
    """
    known = sorted(at for at in active if at < end)
    found: list[int] = []
    for before, after in pairwise([*known, end]):
        silent = range(before + 1, after)
        found += [before, *silent] if len(silent) <= longest else [before]
    return found


def mood(sums: Sequence[float], prior: Prior) -> Mood:
    """Usual feeling, from the sums before a window; few judged posts leave it at the prior."""
    weight, felt = _JUDGED_WEIGHT, sums[FELT]
    mean = (weight * prior.feeling + sums[FEELING] / FIXED) / (weight + felt)
    spread = prior.feeling_deviation**2 + (prior.feeling - mean) ** 2
    own = sums[FEELING_SQUARED] / FIXED**2 - 2 * mean * sums[FEELING] / FIXED + felt * mean**2
    return Mood(
        negative=(weight * prior.negative_share + sums[NEGATIVE]) / (weight + sums[JUDGED]),
        feeling=mean,
        deviation=max(0.1, math.sqrt(max(0.0, (weight * spread + own) / (weight + felt)))),
    )


def _windows(
    quarters: dict[int, Cell], heard: set[int], end: int, size: int
) -> list[tuple[int, int, int]]:
    """(first quarter, posts, reach) of each earlier window that was listened to throughout."""
    found = []
    oldest = min(heard, default=end)
    for start in range(end - size, oldest - 1, -size):
        span = range(start, start + size)
        if all(at in heard for at in span):
            cells = [quarters[at].sums for at in span if at in quarters]
            found.append((start, sum(c[POSTS] for c in cells), sum(c[REACH] for c in cells)))
    return found


def _alike(one: int, other: int) -> bool:
    apart = abs(one - other) % _QUARTERS_A_DAY
    near = min(apart, _QUARTERS_A_DAY - apart) <= _NEIGHBOURS
    return near and _weekend(one) == _weekend(other)


def _weekend(quarter: int) -> bool:
    return (quarter // _QUARTERS_A_DAY + _EPOCH_WEEKDAY) % 7 >= _FIRST_WEEKEND_DAY
