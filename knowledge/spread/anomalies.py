"""Volume alarms: how far a count lies beyond what its own past makes usual, seen online."""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

FLOOR: Final = 10.0
"""Posts added before counts are compared: below ten, chance alone doubles a count."""
USUALLY: Final = 0.98
"""Share of counts that lie below the threshold from which a count is surprising."""

_MEMORY: Final = timedelta(days=7)
"""Time constant of the usual level: a whole week, so that no hour or weekday pulls it."""
_WARM_UP: Final = timedelta(days=1)
_QUIET: Final = timedelta(days=1)
"""After an alarm only a larger one is told for a day: one burst is one alarm."""
_GAP: Final = timedelta(hours=1)
"""A longer silence of the series teaches no more than this."""
_SURPRISES: Final = 40
"""How many counts beyond the threshold the usual excess remembers."""
_CLIP: Final = 3.0
"""A burst moves the usual level no more than a count of three times the level would."""
_STEP: Final = 0.001
_SMALLEST: Final = 0.05
_SCALE: Final = 4.0


class CountInvalid(ValueError):
    """A count is negative, infinite or no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that a detector knows, of bounded size; what it says next depends on nothing else.

    `level` is the usual count, `threshold` the log-ratio to it that `USUALLY` of all counts stay
    below, `excess` by how much those beyond exceed it on average. `told` is the log-ratio of the
    last alarm, `since` the time that has passed after it.
    """

    rows: int = 0
    seen: timedelta = timedelta(0)
    level: float = 0.0
    threshold: float = 0.5
    excess: float = 0.3
    told: float = 0.0
    since: timedelta = _QUIET


def observe(memory: Memory, count: float, passed: timedelta) -> tuple[Memory, float]:
    """Judge the next count, `passed` after the one before, then learn it.

    The score is in 0..1 and comparable between series: 1 - exp(-s / 4), where s is how far the
    log-ratio of count to level exceeds its threshold, in units of its usual excess. For the
    exponential tail that log-ratios of counts have, exp(-s) is the chance that a surprising count
    is as large: one count in 800 scores 0.5. Scores grow to full strength over the first day; a
    burst under way scores 0 until it exceeds its first alarm.

    Raises:
        CountInvalid: a negative, infinite or missing count.

    >>> memory, scores = Memory(), []
    >>> for count in [50, 48, 52] * 500 + [700]:
    ...     memory, score = observe(memory, count, timedelta(minutes=5))
    >>> score > 0.5
    True
    """
    if not 0 <= count < math.inf:
        raise CountInvalid(f"{count!r} is no count; write a number from 0 on, like 42")
    level = memory.level if memory.rows else count
    ratio = max(0.0, math.log((count + FLOOR) / (level + FLOOR)))
    surprise = max(0.0, (ratio - memory.threshold) / memory.excess)
    surprise *= min(1.0, memory.seen / _WARM_UP)
    since = memory.since + passed
    told = surprise > 0 and (since >= _QUIET or ratio > memory.told)
    known = _learn(replace(memory, level=level), count, ratio, passed)
    if told:
        return replace(known, told=ratio, since=timedelta(0)), -math.expm1(-surprise / _SCALE)
    return replace(known, since=min(since, _QUIET)), 0.0


def _learn(memory: Memory, count: float, ratio: float, passed: timedelta) -> Memory:
    rows, over = memory.rows + 1, ratio > memory.threshold
    weight = max(1 / rows, -math.expm1(-(min(passed, _GAP) / _MEMORY)))
    drawn = min(count, _CLIP * (memory.level + FLOOR))
    excess = memory.excess
    if over:
        excess += (ratio - memory.threshold - excess) / _SURPRISES
    step = max(_STEP, 0.5 / rows**0.6)
    return Memory(
        rows=rows,
        seen=memory.seen + min(passed, _GAP),
        level=memory.level + weight * (drawn - memory.level),
        threshold=max(_SMALLEST, memory.threshold + step * (over - (1 - USUALLY))),
        excess=max(_SMALLEST, excess),
        told=memory.told,
        since=memory.since,
    )
