"""Durations in years and months: their one form, their order, and days so far apart."""

from calendar import monthrange
from datetime import UTC, date, datetime

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.months import LARGEST_MONTHS, Months, later, read_months
from ontology.values import Datatype, ValueInvalid, conform, encode

DAYS = st.dates(date(1000, 1, 1), date(3000, 12, 31))
SOME = st.integers(-10_000, 10_000).map(Months)


@given(st.integers(-LARGEST_MONTHS, LARGEST_MONTHS).map(Months))
def test_the_written_form_is_read_back(months: Months) -> None:
    assert read_months(str(months)) == months
    assert conform(encode(months), Datatype.MONTHS) == months


@pytest.mark.parametrize(
    "text",
    ["P", "P1D", "PT1M", "P1Y2D", "1Y", "P-1M", "P1M1Y", "P1.5Y", "p1y", "P1000001Y", "P٣M"],
)
def test_what_is_no_years_and_months_is_refused(text: str) -> None:
    assert read_months(text) is None
    with pytest.raises(ValueInvalid, match="like P1Y6M"):
        conform(text, Datatype.MONTHS)


def test_other_values_are_no_years_and_months() -> None:
    for value in (3, "3", date(2026, 1, 1), Months(LARGEST_MONTHS + 1)):
        with pytest.raises(ValueInvalid):
            conform(value, Datatype.MONTHS)


@given(DAYS, SOME)
def test_a_day_keeps_its_number_but_at_the_end_of_a_short_month(day: date, months: Months) -> None:
    found = later(day, months)
    count = found.year * 12 + found.month - day.year * 12 - day.month
    assert count == months.total
    assert found.day == min(day.day, monthrange(found.year, found.month)[1])


@given(DAYS, SOME, SOME)
def test_the_order_of_days_and_of_months_is_kept(day: date, one: Months, other: Months) -> None:
    low, high = sorted((one, other))
    assert later(day, low) <= later(day, high)
    assert (later(day, low) < later(day, high)) is (low < high)


@given(DAYS, DAYS, SOME)
def test_later_days_stay_later_or_meet_at_the_end_of_a_month(
    one: date, other: date, months: Months
) -> None:
    low, high = sorted((one, other))
    assert later(low, months) <= later(high, months)


@given(DAYS, SOME)
def test_forth_and_back_is_the_same_day_up_to_the_28th_and_never_a_later_one(
    day: date, months: Months
) -> None:
    back = later(later(day, months), -months)
    assert back <= day
    assert (day - back).days <= 3
    if day.day <= 28:
        assert back == day


@given(DAYS, st.integers(-500, 500))
def test_years_change_nothing_but_the_year_save_on_leap_day(day: date, years: int) -> None:
    found = later(day, Months(12 * years))
    leap = (day.month, day.day) == (2, 29) and found.day == 28
    assert (found.year, found.month) == (day.year + years, day.month)
    assert found.day == day.day or leap


@given(DAYS, SOME)
def test_another_implementation_of_the_xpath_sum_agrees(day: date, months: Months) -> None:
    sum_of = f'"{day.isoformat()}T00:00:00Z"^^x:dateTime - "{-months}"^^x:yearMonthDuration'
    query = f"PREFIX x: <http://www.w3.org/2001/XMLSchema#> SELECT ({sum_of} AS ?day) {{}}"
    (row,) = list(ox.Store().query(query))  # type: ignore[arg-type] # a SELECT has rows
    moment = datetime.combine(day, datetime.min.time(), UTC)
    assert datetime.fromisoformat(row["day"].value) == later(moment, months)


@pytest.mark.parametrize("years", [8_000, -2_026, 10**9])
def test_a_day_beyond_the_calendar_is_refused(years: int) -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        later(date(2026, 1, 1), Months(12 * years))
