"""Staffed time: laws of elapsed time and due moments, on holidays and when clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.measures.staffed_time import ALWAYS, Hours, NeverDue, Span, Staffed

ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",  # clocks change at midnight
    "Africa/Casablanca",  # clocks go back for a month
    "Pacific/Chatham",
]
SPANS = [
    ((time(9), time(17)),),
    ((time(9), time(12, 30)), (time(13), time(18))),
    ((time(0), time(0)),),
    ((time(1, 30), time(2, 45)),),  # in the night in which the clocks change
    ((time(22), time(0)),),
    ((time(22), time(6)),),  # over midnight
    ((time(6), time(14)), (time(22), time(7, 15))),  # the night lies over the next morning
    ((time(9), time(9)),),  # from nine to nine
]
moments = st.integers(0, 4 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
lengths = st.timedeltas(timedelta(), timedelta(days=40))


@st.composite
def calendars(draw: st.DrawFn) -> Staffed:
    """Some weekdays staffed, some dates closed or open."""
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    dates = st.sets(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=6)
    return Staffed(
        hours=Hours(
            zone=draw(st.sampled_from(ZONES)),
            week={day: draw(st.sampled_from(SPANS)) for day in sorted(days)},
            closed=frozenset(draw(dates)),
            open=frozenset(draw(dates)),
        )
    )


@st.composite
def breaks(draw: st.DrawFn) -> list[Span]:
    begun = draw(st.lists(moments, max_size=3))
    return [(one, one + draw(lengths)) for one in begun]


def by_minutes(staffed: Staffed, start: datetime, end: datetime, pauses: list[Span]) -> int:
    """The plain reference: minute after minute."""
    found, at = 0, start
    zone = ZoneInfo(staffed.hours.zone)
    while at < end:
        local = at.astimezone(zone)
        spans = staffed.hours.spans_on(local.date())
        inside = any(
            one <= local.time() and (other == time(0) or local.time() < other)
            for one, other in spans
        )
        found += inside and not any(one <= at < other for one, other in pauses)
        at += timedelta(minutes=1)
    return found


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(0, 6 * 1440), st.data())
def test_elapsed_time_is_that_of_counting_minutes(
    staffed: Staffed, start: datetime, minutes: int, data: st.DataObject
) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=minutes)
    drawn = data.draw(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 900)), max_size=3))
    pauses = [
        (start + timedelta(minutes=one), start + timedelta(minutes=one + many))
        for one, many in drawn
    ]
    # in the hour that comes twice a wall clock can not say which it is
    zone = ZoneInfo(staffed.hours.zone)
    if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
        return
    counted = by_minutes(staffed, start, end, pauses)
    assert staffed.elapsed(start, end, pauses) == timedelta(minutes=counted)


@given(calendars(), moments, lengths, lengths, breaks())
def test_elapsed_time_adds_up_and_never_falls(
    staffed: Staffed, start: datetime, one: timedelta, other: timedelta, pauses: list[Span]
) -> None:
    middle, end = start + one, start + one + other
    first, second = staffed.elapsed(start, middle, pauses), staffed.elapsed(middle, end, pauses)
    assert staffed.elapsed(start, end, pauses) == first + second
    assert timedelta() <= first <= one


@given(calendars(), moments, lengths, breaks())
def test_at_its_due_moment_exactly_the_target_has_passed_and_before_it_less(
    staffed: Staffed, start: datetime, target: timedelta, pauses: list[Span]
) -> None:
    try:
        due = staffed.due(start, target, pauses)
    except NeverDue:
        return
    assert due >= start
    assert staffed.elapsed(start, due, pauses) == target
    if target:
        assert staffed.elapsed(start, due - timedelta(microseconds=1), pauses) < target


@given(calendars(), moments, lengths, lengths)
def test_a_larger_target_is_not_due_earlier(
    staffed: Staffed, start: datetime, target: timedelta, more: timedelta
) -> None:
    try:
        later = staffed.due(start, target + more)
    except NeverDue:
        return
    assert staffed.due(start, target) <= later


@given(calendars(), moments, lengths, st.integers(-720, 720))
def test_the_zone_in_which_a_moment_is_written_changes_nothing(
    staffed: Staffed, start: datetime, length: timedelta, offset: int
) -> None:
    other = start.astimezone(timezone(timedelta(minutes=offset)))
    assert staffed.elapsed(other, other + length) == staffed.elapsed(start, start + length)


@given(moments, lengths, st.sampled_from(ZONES))
def test_around_the_clock_elapsed_time_is_that_of_a_watch(
    start: datetime, length: timedelta, zone: str
) -> None:
    staffed = Staffed(hours=Hours(zone=zone, week=ALWAYS.week))
    assert staffed.elapsed(start, start + length) == length
    assert staffed.due(start, length) == start + length


def test_a_year_around_the_clock_is_a_year_wherever_it_is() -> None:
    for zone in ZONES:
        staffed = Staffed(hours=Hours(zone=zone, week=ALWAYS.week))
        begin = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
        end = datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))
        assert staffed.elapsed(begin, end) == timedelta(days=365)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 7), (date(2026, 11, 1), 9)])
def test_a_night_shift_is_as_long_as_its_night(day: date, hours: int) -> None:
    night = Hours(zone="America/New_York", week={n: ((time(0), time(8)),) for n in range(7)})
    begin = datetime.combine(day, time(0), tzinfo=ZoneInfo("America/New_York"))
    end = begin + timedelta(days=1)  # by the wall
    assert Staffed(hours=night).elapsed(begin, end) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 7), 7),
        (date(2026, 10, 31), 9),
        (date(2028, 2, 28), 8),
        (date(2028, 2, 29), 8),
    ],
)
def test_a_night_shift_over_midnight_is_as_long_as_its_night(day: date, hours: int) -> None:
    night = Hours(zone="America/New_York", week={n: ((time(22), time(6)),) for n in range(7)})
    noon = datetime.combine(day, time(12), tzinfo=ZoneInfo("America/New_York"))
    assert Staffed(hours=night).elapsed(noon, noon + timedelta(days=1)) == timedelta(hours=hours)
    due = Staffed(hours=night).due(noon, timedelta(hours=hours))
    assert due == (noon + timedelta(days=1)).replace(hour=6)


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    only = Hours(zone="UTC", week={4: ((time(22), time(6)),)})
    shut = Hours(zone="UTC", week=only.week, closed=frozenset({friday}))
    late = Hours(zone="UTC", week=only.week, closed=frozenset({saturday}))
    begin = datetime(2026, 11, 27, tzinfo=UTC)
    found = [
        Staffed(hours=one).elapsed(begin, begin + timedelta(days=2)) for one in (only, shut, late)
    ]
    assert found == [timedelta(hours=8), timedelta(), timedelta(hours=8)]


@settings(max_examples=40, deadline=None)
@given(calendars(), st.dates(date(2024, 1, 2), date(2027, 12, 30)))
def test_days_are_staffed_as_long_as_their_spans_are_whatever_comes_before(
    staffed: Staffed, day: date
) -> None:
    """Chunks of days meet at midnight: a night over that border is neither lost nor doubled."""
    zone = ZoneInfo(staffed.hours.zone)
    begin, middle, end = (
        datetime.combine(day + timedelta(days=n), time(0), tzinfo=zone) for n in (-1, 0, 1)
    )
    fresh = Staffed(hours=staffed.hours)
    whole = fresh.elapsed(begin, end)
    assert whole == staffed.elapsed(begin, middle) + staffed.elapsed(middle, end)


OFFICE = {day: ((time(9), time(17)),) for day in range(5)}


def test_a_holiday_on_a_weekend_takes_nothing_away() -> None:
    plain = Staffed(hours=Hours(zone="Europe/Berlin", week=OFFICE))
    kept = Staffed(
        hours=Hours(zone="Europe/Berlin", week=OFFICE, closed=frozenset({date(2026, 12, 26)}))
    )
    friday = datetime(2026, 12, 25, 15, tzinfo=UTC)
    assert plain.due(friday, timedelta(hours=2)) == kept.due(friday, timedelta(hours=2))


def test_a_date_that_is_staffed_is_so_whatever_holiday_it_is() -> None:
    eve = date(2026, 12, 24)
    both = Hours(zone="UTC", week=OFFICE, closed=frozenset({eve}), open=frozenset({eve}))
    morning = datetime(2026, 12, 24, tzinfo=UTC)
    assert Staffed(hours=both).elapsed(morning, morning + timedelta(days=1)) == timedelta(hours=8)


def test_a_calendar_that_never_opens_is_told() -> None:
    never = Staffed(hours=Hours(zone="UTC", week={}))
    with pytest.raises(NeverDue, match="ever open"):
        never.due(datetime(2026, 1, 1, tzinfo=UTC), timedelta(1))


def test_an_end_before_its_start_is_no_time() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert Staffed(hours=ALWAYS).elapsed(noon, noon - timedelta(hours=1)) == timedelta()
