"""Values keep their type, have one written form, and come back from it."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.values import (
    Datatype,
    ValueInvalid,
    conform,
    duration_text,
    encode,
    parse_duration,
    quote,
)


@given(st.timedeltas(min_value=timedelta(days=-9_000), max_value=timedelta(days=9_000)))
def test_every_duration_comes_back_from_its_text(value: timedelta) -> None:
    assert parse_duration(duration_text(value)) == value


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])))
def test_every_moment_comes_back_in_utc(moment: datetime) -> None:
    in_range = datetime(2, 1, 1, tzinfo=UTC) < moment < datetime(9999, 1, 1, tzinfo=UTC)
    if in_range:
        read = conform(moment.isoformat(), Datatype.DATETIME)
        assert read == moment
        assert isinstance(read, datetime)
        assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("P1DT2H", timedelta(days=1, hours=2)),
        ("PT0S", timedelta(0)),
        ("-PT1.5S", timedelta(seconds=-1.5)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_durations_are_iso_8601_in_days_and_time(text: str, value: timedelta) -> None:
    assert parse_duration(text) == value


@pytest.mark.parametrize("text", ["", "P", "PT", "P1Y", "P1M", "15M", "PT15", "P1DT", "PT\u0661M"])
def test_other_texts_are_no_durations_and_the_error_shows_a_valid_one(text: str) -> None:
    with pytest.raises(ValueInvalid, match="PT15M"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("value", "datatype"),
    [
        ("5", Datatype.INTEGER),
        (5.0, Datatype.INTEGER),
        (True, Datatype.INTEGER),
        (True, Datatype.DECIMAL),
        ("0.5", Datatype.DECIMAL),
        (1, Datatype.BOOLEAN),
        ("true", Datatype.BOOLEAN),
        (5, Datatype.STRING),
        ("", Datatype.STRING),
        ("two\nlines", Datatype.STRING),
        ("x" * 201, Datatype.STRING),
        (float("nan"), Datatype.DECIMAL),
        (float("inf"), Datatype.DECIMAL),
        (2**53, Datatype.INTEGER),
        (1e13, Datatype.DECIMAL),
        ("2026-13-01", Datatype.DATE),
        (datetime(2026, 1, 1, tzinfo=UTC), Datatype.DATE),
        ("25:00", Datatype.TIME),
        ("08:30:00+00:00", Datatype.TIME),
        ("2026-01-01T00:00:00", Datatype.DATETIME),
        (None, Datatype.STRING),
    ],
)
def test_nothing_is_coerced_and_nothing_is_out_of_bounds(
    value: object, datatype: Datatype
) -> None:
    with pytest.raises(ValueInvalid, match="is not"):
        conform(value, datatype)


@pytest.mark.parametrize(
    ("value", "datatype", "written"),
    [
        (date(2026, 11, 22), Datatype.DATE, "2026-11-22"),
        (time(8, 30), Datatype.TIME, "08:30:00"),
        (timedelta(hours=26, minutes=5), Datatype.DURATION, "P1DT2H5M"),
        (2**53 - 1, Datatype.INTEGER, 2**53 - 1),
        ("Grüße", Datatype.STRING, "Grüße"),
    ],
)
def test_a_value_and_its_json_form_are_read_alike(
    value: str | int | date | time | timedelta, datatype: Datatype, written: object
) -> None:
    assert encode(value) == written
    assert conform(written, datatype) == conform(value, datatype) == value


def test_a_quoted_value_is_bounded() -> None:
    assert len(quote("x" * 10_000)) == 80
