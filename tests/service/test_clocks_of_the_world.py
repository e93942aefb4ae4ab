"""Office hours, shifts and time zones on the nights on which clocks change, and on holidays."""

from datetime import UTC, datetime

import pytest

from ontology.identity import ThingId
from service.roster import Roster
from service.values import Span

CALENDAR = {
    "timeZone": ("America/New_York",),
    "opens": ("06:00:00",),
    "closes": ("22:00:00",),
    "workingDay": ("monday", "tuesday", "wednesday", "thursday", "friday", "sunday"),
    "holiday": ("2026-11-26",),
}
DESK = ThingId("team/duty-officer")
ZONES = {"us-ny": "America/New_York", "gb": "Europe/London", "nz": "Pacific/Auckland"}


def roster() -> Roster:
    night = Span(start=at("2026-03-08T03:00"), end=at("2026-03-08T11:00"))
    return Roster(
        teams={DESK: {}},
        shifts={DESK: (night,)},
        agreements={},
        feeds={},
        calendar=(ThingId("calendar/main"), CALENDAR),
        zones={ThingId(f"region/{name}"): zone for name, zone in ZONES.items()},
        parents={},
        customers=True,
        turns=(),
        made={},
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(moment: str, *regions: str) -> dict[str, object]:
    named = [ThingId(f"region/{one}") for one in regions]
    values = roster().calendar_values(at(moment), named)
    assert values is not None
    return dict(values.values)


@pytest.mark.parametrize(
    ("moment", "staffed"),
    [
        ("2026-03-08T09:59", False),  # clocks went forward at 07:00 UTC; it is 05:59
        ("2026-03-08T10:00", True),
        ("2026-03-07T10:59", False),  # a Saturday
        ("2026-11-01T10:59", False),  # clocks went back at 06:00 UTC; it is 05:59
        ("2026-11-01T11:00", True),
        ("2026-11-26T15:00", False),  # Thanksgiving
        ("2026-11-27T03:00", False),  # still Thanksgiving, by the clocks there
        ("2026-11-27T15:00", True),
    ],
)
def test_the_offices_open_by_the_clocks_on_their_wall(moment: str, *, staffed: bool) -> None:
    assert told(moment)["business_hours"] is staffed


def test_the_hour_that_comes_twice_and_the_one_that_never_comes_have_a_local_time() -> None:
    twice = [str(told(f"2026-11-01T0{hour}:30")["local_time"]) for hour in (5, 6)]
    assert twice == ["01:30:00", "01:30:00"]
    around = [str(told(f"2026-03-08T0{hour}:30")["local_time"]) for hour in (6, 7)]
    assert around == ["01:30:00", "03:30:00"]


def test_a_night_shift_over_the_change_of_clocks_lasts_as_long_as_it_lasts() -> None:
    on = [roster().on_call(DESK, at(f"2026-03-08T{hour:02}:59")) for hour in range(2, 12)]
    assert on == [False, *[True] * 8, False]


def test_a_crisis_over_time_zones_counts_each_clock_once() -> None:
    assert told("2026-11-23T15:00", "us-ny", "gb", "nz")["time_zones"] == 3
    assert told("2026-11-23T15:00", "us-ny")["time_zones"] == 1
    assert "time_zones" not in told("2026-11-23T15:00")
