"""Service levels: what of a case a target is about, when it is due, and whether it was kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from knowledge.measures.staffed_time import NeverDue, Span, Staffed


class Target(StrEnum):
    """What customers wait for."""

    FIRST_REPLY = "first-reply"
    NEXT_UPDATE = "next-update"
    RESOLUTION = "resolution"


class Kept(StrEnum):
    """How one stretch of waiting ended."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    """Not done, and not due yet: neither kept nor missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The moments of a case; `waits` are stretches in which it waited for the customer.

    An open end of a stretch is None: it still waits.
    """

    opened: datetime
    closed: datetime | None = None
    replies: tuple[datetime, ...] = ()
    waits: tuple[tuple[datetime, datetime | None], ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether it waits for the customer now."""
        return self.closed is None and any(end is None for _, end in self.waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From when the customer waits for something, and when it came, if it did."""

    number: int
    start: datetime
    done: datetime | None


def stretches(times: Times, target: Target) -> Iterator[Stretch]:
    """What a target is about in a case; updates have a stretch after each reply."""
    replies = sorted(one for one in times.replies if one >= times.opened)
    if target is Target.RESOLUTION:
        yield Stretch(number=0, start=times.opened, done=times.closed)
    elif target is Target.FIRST_REPLY:
        first = [*replies[:1], *([times.closed] if times.closed is not None else [])]
        yield Stretch(number=0, start=times.opened, done=min(first, default=None))
    else:
        marks: list[datetime | None] = [*replies, times.closed]
        for number, (start, done) in enumerate(pairwise(marks)):
            if start is not None and (times.closed is None or start < times.closed):
                yield Stretch(number=number, start=start, done=done)


def pauses(times: Times, now: datetime) -> Sequence[Span]:
    """When it waited for the customer, as far as now."""
    return [(one, now if end is None else end) for one, end in times.waits]


def due(stretch: Stretch, within: timedelta, staffed: Staffed, stops: Sequence[Span]) -> datetime:
    """When a stretch is due.

    Raises:
        NeverDue: its calendar hardly ever opens.
    """
    return staffed.due(stretch.start, within, stops)


def kept(
    stretch: Stretch,
    within: timedelta,
    staffed: Staffed,
    stops: Sequence[Span],
    now: datetime,
) -> Kept:
    """Whether a stretch was kept, as known now: exactly at its due moment it still is."""
    until = now if stretch.done is None else min(stretch.done, now)
    over = staffed.elapsed(stretch.start, until, stops) > within
    if over:
        return Kept.MISSED
    if stretch.done is not None and stretch.done <= now:
        return Kept.MET
    return Kept.OPEN


def decided(
    stretch: Stretch, within: timedelta, staffed: Staffed, stops: Sequence[Span], now: datetime
) -> bool:
    """Whether its due moment has come: only then does counting it favour nobody.

    Were all that is done counted at once, those answered quickly would count before the others.
    """
    try:
        return staffed.due(stretch.start, within, stops) <= now
    except NeverDue:
        return False
