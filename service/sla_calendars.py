"""Calendars of service levels: a record's hours, its own dates, and the holidays of a region."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.graph import Graph
from knowledge.measures.staffed_time import ALWAYS, Hours
from ontology.identity import ThingId
from ontology.record_values import RecordInvalid
from service.values import first

_DAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_YEARS: Final = 12
"""For how many years holidays are written down, the one before a version's first among them."""


def fixed(graph: Graph, calendar: ThingId, year: int) -> dict[str, Any]:
    """A calendar as a version keeps it: what the record says later changes nothing of it.

    Raises:
        RecordInvalid: there is no such calendar, or it lacks what hours need.
    """
    said = graph.properties(calendar)
    opens, closes = (first(said, name) for name in ("opens", "closes"))
    days = [str(one) for one in said.get("workingDay", ())]
    if opens is None or closes is None or not days:
        words = f"{calendar} lacks opens, closes or workingDay; put such a Calendar first"
        raise RecordInvalid({"/calendar": words})
    zone = str(first(said, "timeZone") or "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RecordInvalid({"/calendar": f"{calendar}: no time zone {zone!r}"}) from error
    place = first(said, "holidaysOf")
    closed = {str(one) for one in said.get("holiday", ())}
    if place is not None:
        years = range(year - 1, year + _YEARS)
        closed |= {one.isoformat() for one in holidays_of(str(place), years)}
    return {
        "zone": zone,
        "opens": str(opens),
        "closes": str(closes),
        "days": sorted(days, key=_DAYS.index),
        "closed": sorted(closed),
        "open": sorted(str(one) for one in said.get("staffedOn", ())),
    }


def hours(kept: Mapping[str, Any] | None) -> Hours:
    """The hours that a version keeps; around the clock where it keeps none."""
    if not kept:
        return ALWAYS
    span = (time.fromisoformat(kept["opens"]), time.fromisoformat(kept["closes"]))
    return Hours(
        zone=kept["zone"],
        week={_DAYS.index(day): (span,) for day in kept["days"]},
        closed=frozenset(map(date.fromisoformat, kept["closed"])),
        open=frozenset(map(date.fromisoformat, kept["open"])),
    )


def holidays_of(place: str, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of a country, or of a part of one, like `DE-BY`.

    Raises:
        RecordInvalid: there is no such place.
    """
    import holidays  # noqa: PLC0415 - light start

    country, _, part = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=[*years])
    except NotImplementedError as error:
        words = f"no holidays are known of {place[:40]!r}; name a place like US-NY or DE-BY"
        raise RecordInvalid({"/calendar": words}) from error
    return frozenset(found)
