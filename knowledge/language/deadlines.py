"""The instant that a named time means, where and when it is said; what is doubtful is noted."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language.calendar_dates import MONTHS, WEEKDAYS, Day
from knowledge.language.moments import Moment

_PARTS: Final = {"morning": time(12), "afternoon": time(18)}
_RECENT: Final = timedelta(days=60)
"""How long a date without a year counts as just past, not as one of next year."""
_WEEK: Final = 7
_WORKING: Final = 5
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The instant that a moment means; `notes` say what is doubtful about it."""

    at: datetime
    past: bool
    notes: tuple[str, ...]


def due(moment: Moment, said: datetime, zone: ZoneInfo) -> Due:
    """The instant by which a moment has passed, for what is said at an instant in a time zone.

    A day has passed at the next midnight. Of two readings the earliest that is not past counts:
    who keeps that one keeps both. A time that clocks skip keeps the offset before the change, as
    in RFC 5545; of a time that they show twice the first counts.

    Raises:
        ValueError: `said` has no time zone.
    """
    if said.tzinfo is None:
        raise ValueError(f"{said} has no time zone; valid: 2026-03-27T14:10:00+00:00")
    return _Resolver(said.astimezone(zone), zone).due(moment)


def nearest(day: Day, today: date) -> date:
    """A date whose year may be left out: this year's, or next year's where that is long past.

    >>> nearest((None, 1, 2), date(2026, 11, 23)), nearest((None, 11, 2), date(2026, 11, 23))
    (datetime.date(2027, 1, 2), datetime.date(2026, 11, 2))
    """
    year, month, number = day
    own = _clamped(year or today.year, month, number)
    far = year is None and own < today - _RECENT
    return _clamped(today.year + 1, month, number) if far else own


class _Resolver:
    """Finds one instant, and notes what is doubtful on the way."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self._now = now
        self._today = now.date()
        self._zone = zone
        self._notes: list[str] = []

    def due(self, moment: Moment) -> Due:
        at = self._elapsed(*moment.after) if moment.after else self._earliest(moment)
        past = at <= self._now
        if past:
            self._note("it is past when it is said")
        return Due(at=at, past=past, notes=tuple(self._notes))

    def _note(self, words: str) -> None:
        if words not in self._notes:
            self._notes.append(words)

    def _elapsed(self, several: int, unit: str) -> datetime:
        if unit in {"minutes", "hours"}:
            passed = self._now.astimezone(UTC) + timedelta(**{unit: several})
            return passed.astimezone(self._zone)
        if unit == "working days":
            self._note("public holidays are not known")
            return self._end(_working_days_on(self._today, several))
        if unit in {"months", "years"}:
            months = several * (_DECEMBER if unit == "years" else 1)
            return self._end(_months_on(self._today, months))
        return self._end(self._today + timedelta(days=several * (_WEEK if unit == "weeks" else 1)))

    def _earliest(self, moment: Moment) -> datetime:
        """The earliest reading that is not past; the latest, where all are."""
        days = [*dict.fromkeys(self._days(moment))]
        several = sorted({one for day in days for one in self._on(day, moment)})
        coming = [one for one in several if one > self._now]
        if moment.every and not coming:
            step = timedelta(days=_WEEK if moment.day else 1)
            coming = [one for day in days for one in self._on(day + step, moment)]
        if len(several) > 1:
            self._note("it can be read in two ways; the earlier counts")
        return min(coming) if coming else several[-1]

    def _on(self, day: date, moment: Moment) -> Iterator[datetime]:
        if moment.midnight:
            self._note("midnight is read as the end of the day")
            yield self._end(day)
        elif moment.times:
            for one in moment.times:
                yield self._local(datetime.combine(day, one))  # `_local` gives the zone
        else:
            until = _PARTS.get(moment.day.rpartition(" ")[2])
            yield self._local(datetime.combine(day, until)) if until else self._end(day)

    def _days(self, moment: Moment) -> Iterator[date]:
        which, _, unit = moment.day.rpartition(" ")
        if moment.dates:
            yield from (nearest(one, self._today) for one in moment.dates)
        elif moment.day.startswith("tomorrow"):
            yield self._today + timedelta(days=1)
        elif unit in WEEKDAYS:
            yield from self._weekday(unit, coming=which == "next")
        elif which == "end":
            yield from self._month_end(MONTHS.index(unit))
        elif unit in {"week", "month", "year"}:
            yield self._ending(unit, coming=which == "next")
        else:
            yield self._today

    def _weekday(self, day: str, *, coming: bool) -> Iterator[date]:
        ahead = (WEEKDAYS.index(day) - self._today.weekday()) % _WEEK
        if coming:
            self._note("the weekday after the coming one may be meant")
            ahead = ahead or _WEEK
        yield self._today + timedelta(days=ahead)
        if ahead == 0:
            yield self._today + timedelta(days=_WEEK)

    def _month_end(self, month: int) -> Iterator[date]:
        year = self._today.year + (month < self._today.month)
        yield date(year, month, calendar.monthrange(year, month)[1])

    def _ending(self, unit: str, *, coming: bool) -> date:
        if unit == "week":
            self._note("a week ends on Sunday; Friday may be meant")
            sunday = self._today + timedelta(days=_WEEK - 1 - self._today.weekday())
            return sunday + timedelta(days=_WEEK if coming else 0)
        if unit == "year":
            return date(self._today.year + coming, _DECEMBER, 31)
        month = _months_on(self._today.replace(day=1), int(coming))
        return month.replace(day=calendar.monthrange(month.year, month.month)[1])

    def _end(self, day: date) -> datetime:
        return self._local(datetime.combine(day + timedelta(days=1), time()))  # as above

    def _local(self, naive: datetime) -> datetime:
        at = naive.replace(tzinfo=self._zone)
        there = at.astimezone(UTC).astimezone(self._zone)
        if there.replace(tzinfo=None) != naive:
            self._note("clocks skip this time that day; it is read with the offset before")
            return there
        if at.utcoffset() != at.replace(fold=1).utcoffset():
            self._note("clocks show this time twice that day; the first counts")
        return at


def _clamped(year: int, month: int, day: int) -> date:
    """A date; 29 February of a common year is the 28th."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _DECEMBER)
    return _clamped(day.year + years, month + 1, day.day)


def _working_days_on(day: date, several: int) -> date:
    """The day that comes so many days from Monday to Friday later."""
    while day.weekday() >= _WORKING:
        day -= timedelta(days=1)
    weeks, rest = divmod(several, _WORKING)
    day += timedelta(days=_WEEK * weeks)
    for _ in range(rest):
        day += timedelta(days=3 if day.weekday() == _WORKING - 1 else 1)
    return day
