"""Scales of charts: times, numbers or names along an axis, their ticks and how they are said."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final, Literal

Value = float | datetime | str
_MINUTES: Final = (1, 5, 15, 30, 60, 120, 180, 360, 720)
_DAYS: Final = (1, 2, 7, 14)
_MONTHS: Final = (1, 3, 6, 12, 24, 60, 120, 240)
_ROOM: Final = 0.06
_MANY: Final = 9
_GROUPED: Final = 10_000
_FEW: Final = 3
_HUGE: Final = 1e300
_FINE: Final = 1e-11
_CALENDAR: Final = (-30_000_000_000.0, 220_000_000_000.0)
"""What numbers, and what moments, an axis can show; others lie at its ends."""
_MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis says, what lies along it, and how far it goes at least.

    Along an axis of times lie aware datetimes, or seconds since 1970; along one of categories
    names, in the order given or in which the marks bring them.
    """

    label: str
    kind: Literal["number", "time", "category"] = "number"
    low: float | datetime | None = None
    high: float | datetime | None = None
    names: Sequence[str] = ()
    zone: tzinfo = UTC
    percent: bool = False
    """Numbers are shares: 0.25 is said as 25 %."""
    log: bool = False
    """Numbers above zero by their order of magnitude; whatever isn't above zero is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis with its ends: where a value lies between 0 and 1, and how it is said."""

    axis: Axis
    low: float
    high: float
    places: dict[str, int] = field(default_factory=dict)

    def at(self, value: Value | None) -> float | None:
        """The place of a value, within the ends; None for what has none."""
        number = self.number(value)
        if number is None:
            return None
        return min(1.0, max(0.0, self._share(number)))

    def number(self, value: Value | None) -> float | None:
        """A value as the number that the scale goes by; infinite ends stay, NaN is nothing."""
        if isinstance(value, str):
            return self.places.get(value)
        found = _seconds(value)
        if found is None or math.isnan(found):
            return None
        return _order(found) if self.axis.log else found

    def words(self, value: Value | None) -> str:
        """A value as people say it."""
        if value is None or isinstance(value, str):
            return value or "unknown"
        number = _seconds(value)
        if number is None or math.isnan(number):
            return "unknown"
        if self.axis.kind == "time":
            if not _CALENDAR[0] <= number <= _CALENDAR[1]:
                return "beyond the calendar"
            return f"{_local(number, self.axis.zone):%d %b %Y %H:%M}"
        return said(number, percent=self.axis.percent)

    def ticks(self, most: int) -> list[tuple[float, str, str]]:
        """At most about so many places: where, what it says, and a second line or nothing."""
        if self.axis.kind == "category":
            return self._names(most)
        if self.axis.kind == "time":
            return _time_ticks(self.low, self.high, self.axis.zone, most)
        values = (
            _magnitudes(self.low, self.high, most)
            if self.axis.log
            else round_steps(self.low, self.high, most)
        )
        place = _order if self.axis.log else float
        at = ((self._share(place(one) or 0.0), one) for one in values)
        return [(share, said(one, percent=self.axis.percent), "") for share, one in at]

    def _names(self, most: int) -> list[tuple[float, str, str]]:
        step = max(1, -(-len(self.places) // max(1, most)))
        return [(self._share(at), one, "") for one, at in self.places.items() if at % step == 0]

    def _share(self, number: float) -> float:
        return (number - self.low) / (self.high - self.low)


def scale(axis: Axis, values: Iterable[Value | None], *, zero: bool = False) -> Scale:
    """The scale that shows all these values; with `zero` also where nothing is."""
    if axis.kind == "category":
        brought = (one for one in values if isinstance(one, str))
        places = {name: at for at, name in enumerate(dict.fromkeys((*axis.names, *brought)))}
        return Scale(axis=axis, low=-0.5, high=max(len(places), 1) - 0.5, places=places)
    asked = [_seconds(axis.low), _seconds(axis.high)]
    numbers = [_seconds(one) for one in values if not isinstance(one, str)]
    if axis.log:
        numbers, asked = [_order(one) for one in numbers], [_order(one) for one in asked]
    least, most = _CALENDAR if axis.kind == "time" else (-_HUGE, _HUGE)
    known = [one for one in numbers if one is not None and least <= one <= most]
    known += [0.0] if zero and not axis.log else []
    low, high = _ends(axis, known, asked)
    return Scale(axis=axis, low=low, high=high)


def _ends(
    axis: Axis, known: Sequence[float], asked: Sequence[float | None]
) -> tuple[float, float]:
    """What was asked for, else the least and most with some room, never both the same."""
    low = min(known, default=0.0) if asked[0] is None else asked[0]
    high = max(known, default=low + 1.0) if asked[1] is None else asked[1]
    if not high - low > max(abs(low), abs(high)) * _FINE + 1 / _HUGE:
        spare = abs(low) * 0.1 or 1.0
        return low - spare, low + spare
    room = (high - low) * (0.01 if axis.kind == "time" else _ROOM)
    floor = low if asked[0] is not None or (low == 0 and not axis.log) else low - room
    ceiling = high if asked[1] is not None or (high == 0 and not axis.log) else high + room
    return floor, ceiling


def said(number: float, *, percent: bool = False) -> str:
    """A number for people: four digits that count, thousands parted, no trailing noise."""
    if not math.isfinite(number):
        return "unknown" if math.isnan(number) else "∞" if number > 0 else f"{_MINUS}∞"
    if percent:
        return f"{100 * number:.4g} %".replace("-", _MINUS)
    plain = f"{number:,.0f}" if abs(number) >= _GROUPED else f"{number:.4g}"
    return ("0" if plain == "-0" else plain).replace("-", _MINUS)


def round_steps(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two, at most about so many."""
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * at, 12) + 0.0 for at in range(first, last + 1)]


def _magnitudes(low: float, high: float, most: int) -> list[float]:
    """1, 10, 100 … between two orders of magnitude; round steps where less than two lie there."""
    decades = _decades(low, high)
    if len(decades) > 1 or high - low > _FEW:
        return decades
    return [one for one in round_steps(10.0**low, 10.0**high, most) if one > 0]


def _decades(low: float, high: float) -> list[float]:
    """1, 10, 100 … between two orders of magnitude; also 2 and 5 where these are few."""
    parts = (1, 2, 5) if high - low < _FEW else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    every = max(1, len(powers) // _MANY)
    values = (part * 10.0**power for power in powers if power % every == 0 for part in parts)
    return [one for one in values if low - 1e-9 <= math.log10(one) <= high + 1e-9]


def _order(number: float | None) -> float | None:
    if number is None or not number > 0:
        return None
    return math.log10(number) if math.isfinite(number) else number


def _seconds(value: Value | None) -> float | None:
    if value is None or isinstance(value, str):
        return None
    return value.timestamp() if isinstance(value, datetime) else float(value)


def _local(seconds: float, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def _time_ticks(low: float, high: float, zone: tzinfo, most: int) -> list[tuple[float, str, str]]:
    """Round times of the place, also where clocks change; the day below where it begins."""
    moments = list(_moments(low, high, zone, most))
    ticks, before = [], ""
    for at, label, below in moments:
        ticks.append(
            ((at.timestamp() - low) / (high - low), label, below if below != before else "")
        )
        before = below
    return ticks


def _moments(
    low: float, high: float, zone: tzinfo, most: int
) -> Iterator[tuple[datetime, str, str]]:
    rough = (high - low) / max(1, most)
    first, last = _local(low, zone), _local(high, zone)
    minutes = next((one for one in _MINUTES if one * 60 >= rough), None)
    if minutes is not None:
        yield from _within_days(first, last, minutes)
        return
    days = next((one for one in _DAYS if one * 86400 >= rough), None)
    dates = (
        _by_days(first.date(), last.date(), days)
        if days
        else _by_months(first.date(), last.date(), rough)
    )
    for one in dates:
        at = datetime(one.year, one.month, one.day, tzinfo=zone)
        if first <= at <= last:
            yield at, f"{at:%d %b}" if days else f"{at:%b}", f"{at:%Y}"


def _within_days(
    first: datetime, last: datetime, minutes: int
) -> Iterator[tuple[datetime, str, str]]:
    for day in _by_days(first.date(), last.date(), 1):
        start = datetime(day.year, day.month, day.day, tzinfo=first.tzinfo)
        for past in range(0, 24 * 60, minutes):
            at = start + timedelta(minutes=past)
            if first <= at <= last:
                yield at, f"{at:%H:%M}", f"{at:%d %b %Y}"


def _by_days(first: date, last: date, step: int) -> Iterator[date]:
    """Days, counted from a fixed one, so that the same days are marked however one zooms."""
    start = first.toordinal() - first.toordinal() % step
    yield from (date.fromordinal(one) for one in range(start, last.toordinal() + 1, step))


def _by_months(first: date, last: date, rough: float) -> Iterator[date]:
    step = next((one for one in _MONTHS if one * 30 * 86400 >= rough), _MONTHS[-1])
    start = first.year * 12 + first.month - 1
    start -= start % step
    for month in range(start, last.year * 12 + last.month, step):
        yield date(month // 12, month % 12 + 1, 1)


def tight(ticks: Sequence[tuple[float, str, str]], pixels: float, width: float) -> bool:
    """Whether labels of this width would run into each other."""
    return any((right[0] - left[0]) * pixels < width for left, right in pairwise(ticks))
