"""Staffed time: how much of the time between two moments counts, and when a target falls due.

Moments are aware; what is written in another zone is the same moment. A week is opened and closed
by the clock of one place, nights of changing clocks included; everything is reckoned in whole
microseconds of elapsed time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
FARTHEST: Final = timedelta(days=3 * 366)
"""How long after its start a target falls due at the latest: a calendar closed longer is wrong."""

_MICROSECOND: Final = timedelta(microseconds=1)
_CHUNK: Final = 64

Span = tuple[datetime, datetime]


class NeverDue(ValueError):
    """So little of the time counts that a target would fall due in no foreseeable time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a place is staffed: by weekday (0 is Monday) its spans of local time.

    A span that ends at 00:00 lasts until midnight; one that ends no later than it begins, until
    the next day: such a shift belongs to the day on which it begins. `closed` are dates that count
    as no day at all; on `open` the usual spans hold whatever the date or weekday is.
    """

    zone: str
    week: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()

    def spans_on(self, day: date) -> tuple[tuple[time, time], ...]:
        """The staffed spans within a local date, also what is left of the night before."""
        night = self._begun(day - timedelta(days=1)) if day > date.min else ()
        late = ((time(0), closes) for opens, closes in night if time(0) < closes <= opens)
        own = (
            (opens, closes if closes > opens else time(0)) for opens, closes in self._begun(day)
        )
        return tuple(sorted((*late, *own)))

    def _begun(self, day: date) -> tuple[tuple[time, time], ...]:
        if day in self.open:
            usual = self.week.get(day.weekday())
            return usual or next(iter(self.week.values()), ())
        return () if day in self.closed else self.week.get(day.weekday(), ())


ALWAYS: Final = Hours(zone="UTC", week={day: ((time(0), time(0)),) for day in range(7)})
"""Around the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """Staffed time of one calendar, by chunks of days that are worked out once."""

    hours: Hours
    _chunks: dict[int, tuple[list[int], list[int], list[int]]] = field(default_factory=dict)

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> timedelta:
        """How much staffed time lies between two moments, less that of pauses.

        Nothing where end comes before start.

        >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
        >>> Staffed(hours=ALWAYS).elapsed(noon, noon + timedelta(hours=3))
        datetime.timedelta(seconds=10800)
        """
        begin, until = _micros(start), _micros(end)
        if until <= begin:
            return timedelta()
        whole = self._between(begin, until)
        for one, other in _merged(pauses, begin, until):
            whole -= self._between(one, other)
        return whole * _MICROSECOND

    def due(self, start: datetime, target: timedelta, pauses: Iterable[Span] = ()) -> datetime:
        """The first moment at which so much staffed time has passed, pauses not counted; in UTC.

        Raises:
            NeverDue: that takes years.
        """
        left, at = target // _MICROSECOND, _micros(start)
        limit = at + FARTHEST // _MICROSECOND
        for one, other in _merged(pauses, at, limit):
            free = self._between(at, one)
            if free >= left:
                break
            left, at = left - free, other
        return EARLIEST + self._after(at, left, limit) * _MICROSECOND

    def _after(self, at: int, left: int, limit: int) -> int:
        """The first moment after which nothing of `left` is left."""
        if left <= 0:
            return at
        chunk = self._chunk_of(at)
        while True:
            _, ends, before = self._chunk(chunk)
            done = self._in_chunk(chunk, at) if before else 0
            total = before[-1] if before else 0
            if total - done >= left:
                wanted = done + left
                place = bisect_left(before, wanted)
                found = ends[place] - (before[place] - wanted)
                if found <= limit:
                    return found
            left -= total - done
            chunk += 1
            at = self._midnight(chunk * _CHUNK)
            if at > limit:
                words = f"{self.hours.zone}: not so much staffed time in {FARTHEST.days} days"
                raise NeverDue(f"{words}; is the calendar ever open?")

    def _between(self, begin: int, end: int) -> int:
        if end <= begin:
            return 0
        first, last = self._chunk_of(begin), self._chunk_of(end)
        if first == last:
            return self._in_chunk(first, end) - self._in_chunk(first, begin)
        whole = sum(self._total(one) for one in range(first + 1, last))
        rest = self._total(first) - self._in_chunk(first, begin)
        return whole + rest + self._in_chunk(last, end)

    def _total(self, chunk: int) -> int:
        before = self._chunk(chunk)[2]
        return before[-1] if before else 0

    def _in_chunk(self, chunk: int, at: int) -> int:
        """How much of a chunk's staffed time lies before a moment."""
        starts, ends, before = self._chunk(chunk)
        place = bisect_right(starts, at)
        if not place:
            return 0
        return before[place - 1] - max(0, ends[place - 1] - at)

    def _chunk_of(self, at: int) -> int:
        """The chunk of days in which a moment lies, by the local date."""
        day = (EARLIEST + at * _MICROSECOND).astimezone(_zone(self.hours.zone)).date()
        return (day - EARLIEST.date()).days // _CHUNK

    def _chunk(self, chunk: int) -> tuple[list[int], list[int], list[int]]:
        """The staffed spans of a chunk: starts, ends, and how much has passed at each end."""
        if chunk not in self._chunks:
            spans = [*self._spans(chunk)]
            starts, ends = [one for one, _ in spans], [other for _, other in spans]
            passed = [*accumulate(other - one for one, other in spans)]
            self._chunks[chunk] = (starts, ends, passed)
        return self._chunks[chunk]

    def _spans(self, chunk: int) -> Iterator[tuple[int, int]]:
        begin = EARLIEST.date() + timedelta(days=chunk * _CHUNK)
        last = 0
        for day in (begin + timedelta(days=n) for n in range(_CHUNK)):
            for opens, closes in self.hours.spans_on(day):
                until = day + timedelta(days=1) if closes == time(0) else day
                one = max(last, self._moment(day, opens))
                other = self._moment(until, closes)
                if other > one:  # a span may lie in the hour that a night leaves out
                    yield one, other
                    last = other

    def _midnight(self, days: int) -> int:
        return self._moment(EARLIEST.date() + timedelta(days=days), time(0))

    def _moment(self, day: date, at: time) -> int:
        local = datetime.combine(day, at, tzinfo=_zone(self.hours.zone))
        return _micros(local.astimezone(UTC))


def _merged(pauses: Iterable[Span], begin: int, end: int) -> Sequence[tuple[int, int]]:
    """Pauses within two moments, in order, none of them overlapping another."""
    cut = sorted((max(begin, _micros(one)), min(end, _micros(other))) for one, other in pauses)
    found: list[tuple[int, int]] = []
    for one, other in cut:
        if other <= one:
            continue
        if found and one <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], other))
        else:
            found.append((one, other))
    return found


def _micros(moment: datetime) -> int:
    return (moment.astimezone(UTC) - EARLIEST) // _MICROSECOND


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
