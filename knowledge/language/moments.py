"""Times that a message names, as it says them: `deadlines` says which instant they mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from knowledge.language.calendar_dates import WEEKDAYS, Day, dates, month
from knowledge.language.grammar import words_of
from knowledge.language.quantities import quantities
from knowledge.language.sentences import Word

DAYTIMES: Final = frozenset({"morning", "afternoon", "evening", "night"})
_NOONS: Final = {"noon": time(12), "midday": time(12)}
_ENDS: Final = frozenset({"day", "week", "month", "year"})
_HALVES: Final = frozenset({"am", "pm", "a.m.", "p.m.", "a.m", "p.m"})
_POINTS: Final = frozenset({"at", "by", "before", "until", "till", "from", "after", "around"})
_LEADS: Final = _POINTS | {"on"}
_AFTER_HOUR: Final = words_of("after hours")
_UNITS: Final = frozenset({"minutes", "hours", "days", "weeks", "months", "years"})
_MOST: Final = {"years": 50, "months": 600}
_MOST_OF_ANY: Final = 5_000
_NOON, _LAST_HOUR, _LAST_MINUTE, _DIGITS, _MOST_DATE = 12, 23, 59, 2, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as it is said, by words `first` to `last` (which it leaves out).

    `day` is what names the day ("date", "tomorrow", "friday", "this week", …), empty for none;
    `times` are the readings of the time of day; `after` counts from when it is said: how many of
    which unit; `every` is true where it comes back.
    """

    first: int
    last: int
    day: str = ""
    dates: tuple[Day, ...] = ()
    times: tuple[time, ...] = ()
    midnight: bool = False
    after: tuple[int, str] | None = None
    every: bool = False


def moments(words: Sequence[Word]) -> tuple[Moment, ...]:
    """All times that are named, from left to right.

    >>> from knowledge.language.sentences import read
    >>> found = moments(read("We call by 6 pm on Friday and within two hours.").words)
    >>> [(one.day, one.times, one.after) for one in found]
    [('friday', (datetime.time(18, 0),), None), ('', (), (2, 'hours'))]
    """
    return tuple(_Scanner(words).found())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A day that is named, and the word after it."""

    day: str
    last: int
    dates: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """A time of day, and the word after it."""

    last: int
    times: tuple[time, ...] = ()
    midnight: bool = False


class _Scanner:
    """Reads words from left to right; each step gives what it read and the word after it."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._said = [one.said for one in words]

    def found(self) -> Iterator[Moment]:
        at = 0
        while at < len(self._said):
            one = self._within(at) or self._recurring(at) or self._clocked(at) or self._dated(at)
            if one is not None:
                yield one
            at = at + 1 if one is None else one.last

    def _word(self, at: int) -> str:
        return self._said[at] if 0 <= at < len(self._said) else ""

    def _skip(self, at: int, *words: str) -> int:
        while self._word(at) in words:
            at += 1
        return at

    def _within(self, at: int) -> Moment | None:
        """Reads "within 48 hours", "in the next two weeks"."""
        if self._word(at) not in {"within", "in"}:
            return None
        found = self._several(self._skip(at + 1, "the", "next", "about", "at", "most"))
        return found and Moment(first=at, last=found[2], after=found[:2])

    def _several(self, at: int) -> tuple[int, str, int] | None:
        """How many of which unit, and the word after them."""
        several = 1 if self._word(at) in {"a", "an"} else self._number(at)
        working = self._word(at + 1) in {"working", "business"}
        unit = self._word(at + 1 + working).removesuffix("s") + "s"
        unit = "minutes" if unit == "mins" else unit
        if several is None or unit not in _UNITS or several > _MOST.get(unit, _MOST_OF_ANY):
            return None
        return several, "working days" if working and unit == "days" else unit, at + 2 + working

    def _number(self, at: int) -> int | None:
        found = quantities(self._words[at : at + 1])
        low = found[0].low if found and found[0].kind == "number" else None
        return None if low is None or low % 1 else int(low)

    def _recurring(self, at: int) -> Moment | None:
        """Reads "every two hours", "daily at 9"."""
        word, following = self._word(at), self._word(at + 1)
        if word == "hourly":
            return Moment(first=at, last=at + 1, after=(1, "hours"), every=True)
        if word == "daily" or (word == "every" and following in {"day", *DAYTIMES, *WEEKDAYS}):
            last = at + 1 + (word == "every")
            clock = self._time(self._skip(last, "at"), bare=True)
            day = following if following in WEEKDAYS else ""
            end = clock.last if clock.times else last
            return Moment(first=at, last=end, day=day, times=clock.times, every=True)
        if word != "every":
            return None
        if following in {"hour", "week"}:
            return Moment(first=at, last=at + 2, after=(1, f"{following}s"), every=True)
        found = self._several(at + 1)
        return found and Moment(first=at, last=found[2], after=found[:2], every=True)

    def _clocked(self, at: int) -> Moment | None:
        """A time of day, and the day after it: "by 6 pm on Friday"."""
        start = at + (self._word(at) in _POINTS)
        clock = self._time(start, bare=start > at)
        if not clock.times and not clock.midnight:
            return None
        named = self._day(self._skip(clock.last, "on", ",", "of"))
        return self._both(at, clock, named, last=named.last if named else clock.last)

    def _dated(self, at: int) -> Moment | None:
        """A day, and the time of day after it: "on Friday at 6 pm"."""
        start = at + (self._word(at) in _LEADS)
        begins = self._word(start + 1)
        if self._word(start) == "the" and (begins == "end" or begins[:1].isdecimal()):
            start += 1
        named = self._day(start)
        if named is None:
            return None
        joined = self._skip(named.last, "at", ",", "by", "before")
        clock = self._time(joined, bare=joined > named.last)
        told = bool(clock.times) or clock.midnight
        return self._both(at, clock, named, last=clock.last if told else named.last)

    def _both(self, at: int, clock: _Clock, named: _Named | None, *, last: int) -> Moment:
        day = named.day if named else ""
        return Moment(
            first=at,
            last=last,
            day=day,
            dates=named.dates if named else (),
            times=_in_part(clock.times, day),
            midnight=clock.midnight,
        )

    def _time(self, at: int, *, bare: bool) -> _Clock:
        """A time of day; a `bare` number is one, too, where a word before it points to a time."""
        word = self._word(at)
        if word in _NOONS or word == "midnight":
            noon = _NOONS.get(word)
            return _Clock(times=(noon,) if noon else (), midnight=noon is None, last=at + 1)
        read = _clock(word)
        if read is None:
            return _Clock(last=at)
        hour, minute = read
        half = self._word(at + 1)
        if half in _HALVES and 1 <= hour <= _NOON:
            exact = time(hour % _NOON + (_NOON if half[0] == "p" else 0), minute)
            return _Clock(times=(exact,), last=at + 2)
        if half == "o'clock":
            return _Clock(times=_readings(hour, minute), last=at + 2)
        counts = not bare or not word.isdecimal() or self._counts(at + 1)
        if ":" not in word and counts:
            return _Clock(last=at)
        return _Clock(
            times=_readings(hour, 0) if word.isdecimal() else (time(hour, minute),), last=at + 1
        )

    def _counts(self, at: int) -> bool:
        """Whether a bare number before this word counts: "by 9 metres", "by 3 April"."""
        word = self._word(at)
        return word[:1].isalpha() and word not in _AFTER_HOUR and word not in WEEKDAYS

    def _day(self, at: int) -> _Named | None:
        word, following = self._word(at), self._word(at + 1)
        part = following in DAYTIMES
        if word == "tomorrow" and part:
            return _Named(day=f"tomorrow {following}", last=at + 2)
        if word in {"today", "tomorrow", "tonight"}:
            return _Named(day=word, last=at + 1)
        if word in WEEKDAYS:
            return _Named(day=word, last=at + 1 + part)
        if word in {"this", "next"}:
            return self._relative(at, word, following)
        read, several = dates(self._said[at : at + _MOST_DATE])
        if read:
            return _Named(day="date", dates=read, last=at + several)
        return self._ending(at)

    def _relative(self, at: int, word: str, following: str) -> _Named | None:
        if following in WEEKDAYS:
            day = following if word == "this" else f"next {following}"
            return _Named(day=day, last=at + 2)
        if following in {"week", "month"} or (word == "this" and following in DAYTIMES):
            return _Named(day=f"{word} {following}", last=at + 2)
        return None

    def _ending(self, at: int) -> _Named | None:
        """Reads "end of the month", "close of business"."""
        if self._said[at : at + 3] == ["close", "of", "business"]:
            return _Named(day="this day", last=at + 3)
        if self._said[at : at + 2] != ["end", "of"]:
            return None
        place = self._skip(at + 2, "the", "this")
        coming = self._word(place) == "next"
        unit = self._word(place + coming)
        if unit in {"business", "today", "play"}:
            return _Named(day="this day", last=place + coming + 1)
        if month(unit):
            return _Named(day=f"end {unit}", last=place + 1)
        day = f"{'next' if coming else 'this'} {unit}"
        return _Named(day=day, last=place + coming + 1) if unit in _ENDS else None


def _in_part(times: tuple[time, ...], day: str) -> tuple[time, ...]:
    """Of two readings of a time, the one that the part of the day leaves."""
    part = "evening" if day == "tonight" else day.rpartition(" ")[2]
    if part not in DAYTIMES:
        return times
    kept = [one for one in times if (one.hour < _NOON) == (part == "morning")]
    return tuple(kept) or times


def _clock(word: str) -> tuple[int, int] | None:
    hour, point, minute = word.replace(".", ":").partition(":")
    if not hour.isdecimal() or not hour.isascii() or len(hour) > _DIGITS:
        return None
    if point and not (minute.isdecimal() and minute.isascii() and len(minute) == _DIGITS):
        return None
    if int(hour) > _LAST_HOUR or int(minute or 0) > _LAST_MINUTE:
        return None
    return int(hour), int(minute or 0)


def _readings(hour: int, minute: int) -> tuple[time, ...]:
    if not 1 <= hour <= _NOON:
        return (time(hour, minute),)
    return (time(hour % _NOON, minute), time(hour % _NOON + _NOON, minute))
