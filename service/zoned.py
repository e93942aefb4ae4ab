"""Moments as people say them, with a time zone: a deadline, the end of an embargo."""

from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from ontology.record_values import RecordInvalid
from service.bodies import EARLIEST, LATEST

TimeZone = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_+/-]{1,59}$")]
_EXAMPLE: Final = "2026-11-23T18:00:00-05:00"


def moment(said: datetime, zone: str, pointer: str) -> datetime:
    """A moment as UTC; one without an offset is a local time of the zone.

    Raises:
        RecordInvalid: there is no such zone, or the clock shows that time twice, or never.

    >>> moment(datetime(2026, 11, 23, 18), "America/New_York", "/deadline").isoformat()
    '2026-11-23T23:00:00+00:00'
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{zone[:60]!r} is no time zone of the IANA database; for example America/New_York"
        raise RecordInvalid({"/time_zone": words}) from None
    try:
        at = said if said.tzinfo is not None else _local(said, place, pointer)
        found = at.astimezone(UTC)
    except OverflowError:
        found = EARLIEST.replace(year=1)
    if not EARLIEST <= found < LATEST:
        words = f"write a time from {EARLIEST:%Y} on and before {LATEST:%Y}, like {_EXAMPLE}"
        raise RecordInvalid({pointer: words})
    return found


def local(at: datetime, zone: str) -> str:
    """A moment as it is said in a zone, to the minute.

    >>> local(datetime(2026, 11, 23, 23, tzinfo=UTC), "America/New_York")
    '2026-11-23 18:00 EST'
    """
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def _local(said: datetime, place: ZoneInfo, pointer: str) -> datetime:
    first, second = (said.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    twice = first.astimezone(UTC).astimezone(place).replace(tzinfo=None) == said
    words = f"{said.isoformat()} comes {'twice' if twice else 'never'} in {place.key}"
    raise RecordInvalid({pointer: f"{words}, as the clocks change; add the offset: {_EXAMPLE}"})
