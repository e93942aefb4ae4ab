"""The usual rate of a series, learned online: its level, its hours of the day, its weekdays."""

import math
from dataclasses import dataclass
from typing import Final

CHANCE: Final = 10.0
"""Posts an hour added before rates are compared: below ten, chance alone doubles a count."""
MEMORY_DAYS: Final = 14.0
"""Time constant of what is usual: two whole weeks, so that no hour or weekday pulls it."""

_DAY: Final = 86_400
_HOUR: Final = 3600
_HOURS: Final = 24
_WEEKDAYS: Final = 7
_WEEK: Final = _WEEKDAYS * _DAY
_PART: Final = 0.5
"""How much of the season counts: a burst at night has to stand out by day as well, half of it."""
_FIRST_DAYS: Final = 3.0
_FIRST_WEEKS: Final = 2.0
"""An hour or a weekday counts as like any other with the weight of so many days or weeks."""
_MOST_WEEKS: Final = 4.0
_CLIP: Final = 3.0
"""A burst moves the usual no more than three times the usual would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Posts an hour (`level`), and the log-ratios to it of each hour of the day and each weekday.

    `hours_seen` are the days seen of each hour, `days_seen` the weeks seen of each weekday. Hours
    and weekdays are counted from the first row, so no calendar or time zone is needed.
    """

    level: float = 0.0
    hours: tuple[float, ...] = (0.0,) * _HOURS
    hours_seen: tuple[float, ...] = (0.0,) * _HOURS
    days: tuple[float, ...] = (0.0,) * _WEEKDAYS
    days_seen: tuple[float, ...] = (0.0,) * _WEEKDAYS


def season(second: float) -> tuple[int, int]:
    """The hour of the day and the weekday of a second since the first row.

    >>> season(90_000.0)
    (1, 1)
    """
    into = second % _WEEK
    return min(_HOURS - 1, int(into % _DAY / _HOUR)), min(_WEEKDAYS - 1, int(into / _DAY))


def expected(usual: Usual, hour: int, day: int) -> float:
    """Posts an hour that are usual at this hour and weekday: half the season's effect counts."""
    return usual.level * math.exp(_of_hour(usual, hour) + _of_day(usual, day))


def learned(
    usual: Usual, at: tuple[int, int], rates: tuple[float, float], passed: float, seen: float
) -> Usual:
    """What is usual after `passed` days more, `seen` in all, with the `rates` now and smoothed."""
    (hour, day), (now, smoothed) = at, rates
    highest = _CLIP * (expected(usual, hour, day) + CHANCE)
    weight = max(passed / seen, passed / MEMORY_DAYS)
    level = usual.level + min(1.0, weight) * (min(now, highest) - usual.level)
    ratio = math.log((min(smoothed, highest) + CHANCE) / (level + CHANCE))
    hour_seen = min(MEMORY_DAYS, usual.hours_seen[hour] + passed * _HOURS)
    step = min(1.0, passed * _HOURS / hour_seen)
    of_hour = usual.hours[hour] + step * (ratio - _of_day(usual, day) - usual.hours[hour])
    day_seen = min(_MOST_WEEKS, usual.days_seen[day] + passed)
    rest = ratio - _PART * of_hour * hour_seen / (hour_seen + _FIRST_DAYS)
    of_day = usual.days[day] + min(1.0, passed / day_seen) * (rest - usual.days[day])
    return Usual(
        level=level,
        hours=_with(usual.hours, hour, of_hour),
        hours_seen=_with(usual.hours_seen, hour, hour_seen),
        days=_with(usual.days, day, of_day),
        days_seen=_with(usual.days_seen, day, day_seen),
    )


def _of_hour(usual: Usual, hour: int) -> float:
    seen = usual.hours_seen[hour]
    return _PART * usual.hours[hour] * seen / (seen + _FIRST_DAYS)


def _of_day(usual: Usual, day: int) -> float:
    seen = usual.days_seen[day]
    return _PART * usual.days[day] * seen / (seen + _FIRST_WEEKS)


def _with(values: tuple[float, ...], at: int, value: float) -> tuple[float, ...]:
    return (*values[:at], value, *values[at + 1 :])
