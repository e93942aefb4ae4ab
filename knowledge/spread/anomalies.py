"""Volume alarms: when a rate lies beyond what its own past makes usual, seen online."""

import math
from dataclasses import dataclass, field
from typing import Final

from knowledge.spread.paces import Pace, learned, log_ratio, smoothed, surprise
from knowledge.spread.usual_rate import Usual, expected, season
from knowledge.spread.usual_rate import learned as usual_after

ALARMS_A_MONTH: Final = 4.0
"""How many alarms a series tells in a month, if nobody says otherwise."""
MOST_ALARMS: Final = 10.0
"""More alarms a month can't be asked for: nearly every surprise would be one."""
MOST_POSTS: Final = 1e12
"""A larger count is no count of posts."""

_DAY: Final = 86_400.0
_HOUR: Final = 3600.0
_SUSTAINED: Final = 1.0
"""Hours over which a rate is smoothed that counts in full ..."""
_SUDDEN: Final = 1 / 6
_SUDDEN_WEIGHT: Final = 1 / 3
"""... and of one that tells sooner, but has to be three times as surprising."""
_WARM_UP: Final = 1.0
_QUIET: Final = _DAY
"""After an alarm, and until the rate was usual again, only a larger one is told."""
_GRADE: Final = 3.0
"""An alarm three times as far beyond is a grade higher, and told though one was told before."""
_HIGHEST_GRADE: Final = 20
_NEARLY: Final = 0.4
_HALF: Final = 0.5
_ABOVE_FIRST: Final = 0.25
_GAP: Final = 3.0
_DRIFT: Final = 1.1
_KNOWN_ROWS: Final = 100
_ALL_ALARMS: Final = 8.0
_FEWER: Final = 0.6
"""So many alarms a month go beyond s: 8 exp(-0.6 s) up to 4 a month, then as 1 / s. The series
that this was measured on are in docs/decisions.md."""


class CountInvalid(ValueError):
    """A count, a time between counts or a number of alarms can't be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that a detector knows, of fixed size; what it says next depends on nothing else.

    `interval` are the usual seconds between rows, `second` those since the first row, `seen` the
    days that were listened to. `told` is the surprise of the last alarm, `since` the seconds
    after it, `armed` whether the rate was usual again.
    """

    rows: int = 0
    interval: float = 0.0
    second: float = 0.0
    seen: float = 0.0
    usual: Usual = field(default_factory=Usual)
    sustained: Pace = field(default_factory=Pace)
    sudden: Pace = field(default_factory=Pace)
    told: float = 0.0
    since: float = _QUIET
    armed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a count says: posts an hour now and as usual, the score, since when it is surprising.

    A score above 0.5 is an alarm: 0.75 for the first grade, 0.92 for one three times as far
    beyond, 0.97 for the next. Below, 0 is not surprising and 0.4 nearly an alarm, or one that
    has been told. `lasting` are the hours for which the rate has been surprising.
    """

    score: float = 0.0
    rate: float = 0.0
    usual: float = 0.0
    lasting: float = 0.0

    @property
    def alarm(self) -> bool:
        """Whether somebody should be told."""
        return self.score > _HALF

    @property
    def standing(self) -> bool:
        """Whether the rate is beyond the limit, be it told now or before."""
        return self.score >= _NEARLY


def limit(alarms_a_month: float) -> float:
    """The surprise beyond which a series tells about so many alarms a month.

    Raises:
        CountInvalid: not above 0, or more than `MOST_ALARMS`.
    """
    if not 0 < alarms_a_month <= MOST_ALARMS:
        raise CountInvalid(
            f"{alarms_a_month!r} alarms a month; write a number above 0, at most "
            f"{MOST_ALARMS:g}, like {ALARMS_A_MONTH:g}"
        )
    told = min(alarms_a_month, ALARMS_A_MONTH)
    return math.log(_ALL_ALARMS / told) / _FEWER * told / alarms_a_month


def observe(
    memory: Memory, count: float, passed: float, beyond: float = limit(ALARMS_A_MONTH)
) -> tuple[Memory, Reading]:
    """Judge the next count, `passed` seconds after the one before, then learn it.

    A row stands for the posts of one interval. After a longer pause it still does: nothing is
    known of the pause, so the rate is taken to have gone back to the usual one. Of the first row
    the interval is unknown; it is not judged. Scores grow to full strength over the first day.
    An alarm is told again only a day later and when the rate was usual again in between, or when
    it is three times as far beyond. `beyond` comes from `limit`.

    Raises:
        CountInvalid: a negative, infinite or missing count; no time since the row before.

    >>> memory = Memory()
    >>> for count in [50, 48, 52] * 500 + [700]:
    ...     memory, reading = observe(memory, count, 300.0)
    >>> reading.alarm, round(reading.usual)
    (True, 600)
    """
    if not 0 <= count <= MOST_POSTS:
        raise CountInvalid(f"{count!r} is no count; write a number from 0 on, like 42")
    if not memory.rows:
        return Memory(rows=1), Reading()
    if not 0 < passed < math.inf:
        raise CountInvalid(f"{passed!r} seconds after the row before; write more than 0, like 300")
    return _judge(memory, count, passed, beyond)


def _judge(memory: Memory, count: float, passed: float, beyond: float) -> tuple[Memory, Reading]:
    interval, heard = _interval(memory, passed)
    now, second = count * _HOUR / interval, memory.second + passed
    hour, day = season(second)
    usual = memory.usual if memory.seen else Usual(level=now)
    normal = expected(usual, hour, day)
    rates = _rates(memory, now, normal, passed, heard)
    ratios = (log_ratio(rates[0], normal), log_ratio(rates[1], normal))
    strength = min(1.0, memory.seen / _WARM_UP)
    far = strength * max(
        surprise(memory.sustained, ratios[0]),
        surprise(memory.sudden, ratios[1]) * _SUDDEN_WEIGHT,
    )
    since = min(_QUIET, memory.since + passed)
    rested = since >= _QUIET and memory.armed
    alarm = far >= beyond and (rested or far >= memory.told * _GRADE)
    days = heard / _DAY
    seen = memory.seen + days
    sustained = learned(memory.sustained, rates[0], ratios[0], days, seen)
    known = Memory(
        rows=memory.rows + 1,
        interval=interval,
        second=second,
        seen=seen,
        usual=usual_after(usual, (hour, day), (now, rates[0]), days, seen),
        sustained=sustained,
        sudden=learned(memory.sudden, rates[1], ratios[1], days, seen),
        told=far if alarm else memory.told,
        since=0.0 if alarm else since,
        armed=not alarm and (memory.armed or not sustained.lasting),
    )
    score = _grade(far / beyond) if alarm else _NEARLY * min(1.0, max(0.0, far / beyond))
    highest = max(rates) if alarm else rates[0]
    return known, Reading(score=score, rate=highest, usual=normal, lasting=sustained.lasting)


def _interval(memory: Memory, passed: float) -> tuple[float, float]:
    """The usual seconds between rows, and for how long this row listened."""
    interval = memory.interval or passed
    if passed > _GAP * interval:
        return interval * _DRIFT, interval
    if passed * _GAP < interval:
        return interval / _DRIFT, passed
    return interval + (passed - interval) / min(memory.rows, _KNOWN_ROWS), passed


def _rates(
    memory: Memory, now: float, normal: float, passed: float, heard: float
) -> tuple[float, float]:
    """Posts an hour, smoothed over the sustained and the sudden span."""
    if not memory.seen:
        return now, now
    found = []
    for pace, span in ((memory.sustained, _SUSTAINED), (memory.sudden, _SUDDEN)):
        rate = pace.rate
        if passed > heard:
            rate = smoothed(rate, normal, passed / _HOUR, span)
        found.append(smoothed(rate, now, heard / _HOUR, span))
    return found[0], found[1]


def _grade(times_beyond: float) -> float:
    """The score of an alarm: steps of three, so that neighbours of one kind score the same."""
    grade = min(_HIGHEST_GRADE, math.floor(math.log(times_beyond, _GRADE) + 1e-9))
    return 1 - _ABOVE_FIRST / _GRADE**grade
