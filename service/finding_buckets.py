"""Buckets of a chart: whole hours, days, weeks or months of a place, where clocks change, too."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from ontology.identity import ThingId
from service.finding_fields import QueryInvalid

AUTOMATIC: Final = "auto"
MOST_BUCKETS: Final = 2_000
_AIM: Final = 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
LENGTHS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "minute": timedelta(minutes=1),
        "5 minutes": timedelta(minutes=5),
        "15 minutes": timedelta(minutes=15),
        "hour": timedelta(hours=1),
        "6 hours": timedelta(hours=6),
        "day": _DAY,
        "week": timedelta(days=7),
        "month": timedelta(days=30),
    }
)
"""The buckets there are; from a day on they begin at midnight of the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time in which a feed delivered nothing for longer than it may."""

    feed: ThingId
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Times between `edges`; the first and last may be cut short by what is asked."""

    name: str
    zone: ZoneInfo
    edges: tuple[datetime, ...]

    def count(self, micros: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of some moments, in microseconds since 1970, lie in each bucket."""
        edges = np.array([moment(edge) for edge in self.edges], dtype=np.int64)
        places = np.searchsorted(edges, micros, side="right") - 1
        inside = places[(places >= 0) & (places < len(edges) - 1)]
        return np.bincount(inside, minlength=len(edges) - 1).astype(np.int64)

    def silent(self, silences: Sequence[Silence]) -> list[tuple[ThingId, ...]]:
        """For each bucket the feeds that said nothing all through it."""
        found: list[set[ThingId]] = [set() for _ in self.edges[1:]]
        for one in silences:
            first = bisect_left(self.edges, one.since)
            for place in range(first, bisect_right(self.edges, one.until) - 1):
                found[place].add(one.feed)
        return [tuple(sorted(feeds)) for feeds in found]

    def starts(self) -> Iterator[str]:
        """When each begins, on the clock of the place, with its offset of then."""
        return (edge.astimezone(self.zone).isoformat() for edge in self.edges[:-1])


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        QueryInvalid: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise QueryInvalid("/zone", "is no time zone", name, "Europe/Berlin") from error


def buckets(name: str, since: datetime, until: datetime, place: ZoneInfo) -> Buckets:
    """The buckets of a time.

    Raises:
        QueryInvalid: there is no such bucket, or the time has too many of them.
    """
    if name == AUTOMATIC:
        name = _fitting(until - since)
    if name not in LENGTHS:
        raise QueryInvalid("/bucket", f"is none of {', '.join(LENGTHS)}", name, AUTOMATIC)
    if (until - since) / LENGTHS[name] > MOST_BUCKETS:
        words = f"would be more than {MOST_BUCKETS} columns; choose longer ones"
        raise QueryInvalid("/bucket", words, name, _fitting(until - since))
    inner = [one for one in _edges(name, since, until, place) if since < one < until]
    return Buckets(name=name, zone=place, edges=(since, *inner, until))


def moment(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def instant(micros: int) -> datetime:
    """The moment so many microseconds after the beginning of 1970."""
    return _EPOCH + micros * _MICRO


def _fitting(length: timedelta) -> str:
    """The shortest bucket of which not too many are needed."""
    return next((n for n, one in LENGTHS.items() if length / one <= _AIM), "month")


def _edges(name: str, since: datetime, until: datetime, place: ZoneInfo) -> Iterator[datetime]:
    length = LENGTHS[name]
    local = since.astimezone(place)
    if length >= _DAY:
        day = _first(name, local.date())
        while (edge := _midnight(day, place)) < until:
            yield edge
            day = _next(name, day)
        return
    # On the local clock hours are whole; elapsed time is steady, so an hour that a change of
    # clocks repeats is two buckets, and one that it skips is none.
    day = local.date()
    while (begin := _midnight(day, place)) < until:
        end = _midnight(day + _DAY, place)
        while begin < end:
            yield begin
            begin += length
        day += _DAY


def _midnight(day: date, place: ZoneInfo) -> datetime:
    """The first moment of a day; where midnight is skipped, the moment after the gap."""
    return datetime.combine(day, time(), tzinfo=place).astimezone(UTC)


def _first(name: str, day: date) -> date:
    if name == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if name == "month" else day


def _next(name: str, day: date) -> date:
    if name == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + LENGTHS[name]
