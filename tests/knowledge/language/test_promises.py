"""Promises: what counts as one, and the instant that is meant, across changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language import disclosure_labels
from knowledge.language.promises import Promise, promises

FRIDAY = datetime(2026, 3, 27, 14, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
LAW = settings(deadline=None)  # the first example reads the rules
SENTENCES = [one.text for one in disclosure_labels.stated()]


def found(text: str, said: datetime = FRIDAY, zone: ZoneInfo = LONDON) -> tuple[Promise, ...]:
    several = promises(text, "en", said=said, zone=zone)
    assert several is not None
    return several


def due(text: str, said: datetime = FRIDAY, zone: ZoneInfo = LONDON) -> str:
    (promise,) = found(text, said, zone)
    return promise.due.isoformat()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Next update at 18:00.", "2026-03-27T18:00:00+00:00"),
        ("We will call you tomorrow.", "2026-03-29T00:00:00+00:00"),
        ("We will reply by the end of May.", "2026-06-01T00:00:00+01:00"),
        ("We will pay by 2 January.", "2027-01-03T00:00:00+00:00"),
        ("We will pay by 2 March.", "2026-03-03T00:00:00+00:00"),
        ("We will reply within one working day.", "2026-03-31T00:00:00+01:00"),
        ("We will reply within two months.", "2026-05-28T00:00:00+01:00"),
        ("We will call this morning.", "2026-03-27T12:00:00+00:00"),
        ("We will meet next Friday.", "2026-04-04T00:00:00+01:00"),
        ("We will call by the end of next month.", "2026-05-01T00:00:00+01:00"),
        ("We will send it by April 3rd, 2026.", "2026-04-04T00:00:00+01:00"),
        ("We will report every hour.", "2026-03-27T15:10:00+00:00"),
    ],
)
def test_a_time_is_resolved_where_and_when_it_is_said(text: str, at: str) -> None:
    assert due(text) == at


def test_hours_are_counted_through_a_change_of_the_clock_and_days_by_the_calendar() -> None:
    assert due("You will hear within 48 hours.") == "2026-03-29T15:10:00+01:00"
    assert due("You will hear within two days.") == "2026-03-30T00:00:00+01:00"


def test_a_time_that_clocks_skip_keeps_the_offset_before_and_says_so() -> None:
    (promise,) = found("We will report at 01:30 on 29 March.")
    assert promise.due.isoformat() == "2026-03-29T02:30:00+01:00"
    assert any("skip" in note for note in promise.notes)


def test_of_a_time_that_clocks_show_twice_the_first_counts_and_it_says_so() -> None:
    (promise,) = found("We will report at 01:30 on 25 October.")
    assert promise.due.isoformat() == "2026-10-25T01:30:00+01:00"
    assert any("twice" in note for note in promise.notes)


def test_a_time_that_is_past_is_not_moved_and_says_so() -> None:
    (promise,) = found("Power will be back by noon.")
    assert promise.past
    assert promise.due.isoformat() == "2026-03-27T12:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("We will pay by Friday.", "2026-03-28T00:00:00+00:00"),
        ("We will pay by 03/04.", "2026-04-04T00:00:00+01:00"),
        ("We will call by 6.", "2026-03-27T18:00:00+00:00"),
    ],
)
def test_of_two_readings_the_earlier_that_is_not_past_counts(text: str, at: str) -> None:
    (promise,) = found(text)
    assert promise.due.isoformat() == at
    assert any("two ways" in note for note in promise.notes)


@pytest.mark.parametrize(
    "text",
    [
        "We will not call you tomorrow.",
        "The police will give an update at 18:00.",
        "We called everyone yesterday at 18:00.",
        "Will you call us by Monday?",
        "Please bring the jars back by Monday.",
        "You have to apply by Monday.",
        'A caller said: "We will pay you by Friday."',
        "The hotline is open from 8:00 to 20:00.",
        "We will call you as soon as we can.",
    ],
)
def test_what_is_denied_asked_of_others_or_has_no_time_is_no_promise(text: str) -> None:
    assert found(text) == ()


@pytest.mark.parametrize(
    "text",
    ["We hope to reopen by Monday.", "If the test is passed, we will reopen on Monday."],
)
def test_hopes_and_conditions_are_not_firm(text: str) -> None:
    (promise,) = found(text)
    assert not promise.firm


def test_two_times_in_a_sentence_are_two_promises() -> None:
    several = found("We will bring heaters before 8 p.m. and blankets before 10 p.m.")
    assert [one.due.hour for one in several] == [20, 22]


def test_a_promise_says_what_is_promised_and_where() -> None:
    text = "We are sorry. We will call every family by 18:00."
    (promise,) = found(text)
    assert promise.what == "We will call every family"
    assert text[promise.start : promise.end] == "by 18:00"


def test_a_language_that_is_not_judged_gives_none() -> None:
    assert promises("Wir melden uns um 18 Uhr.", "de", said=FRIDAY, zone=LONDON) is None


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone; valid: 2026"):
        found("Next update at 18:00.", FRIDAY.replace(tzinfo=None))


EARLIEST = FRIDAY.replace(year=2020, tzinfo=None)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
INSTANTS = st.datetimes(
    min_value=EARLIEST, max_value=EARLIEST.replace(year=2035), timezones=st.just(UTC)
)


@LAW
@given(INSTANTS, ZONES, st.integers(1, 200))
def test_within_some_hours_is_so_many_hours_in_every_zone(
    said: datetime, zone: ZoneInfo, hours: int
) -> None:
    (promise,) = found(f"We will call within {hours} hours.", said, zone)
    assert promise.due - said == timedelta(hours=hours)


@LAW
@given(INSTANTS, ZONES)
def test_tomorrow_ends_after_one_to_two_days(said: datetime, zone: ZoneInfo) -> None:
    (promise,) = found("We will call you tomorrow.", said, zone)
    assert timedelta(hours=22) < promise.due - said <= timedelta(hours=74)
    assert not promise.past


@LAW
@given(st.sampled_from(SENTENCES), INSTANTS, ZONES)
def test_each_promise_has_an_instant_in_the_zone_whenever_it_is_said(
    text: str, said: datetime, zone: ZoneInfo
) -> None:
    for one in found(text, said, zone):
        assert one.due.utcoffset() is not None
        assert one.past == (one.due <= said)


@LAW
@given(st.sampled_from(SENTENCES))
def test_shouting_moves_no_promise(text: str) -> None:
    def told(words: str) -> list[tuple[datetime, bool, int, int]]:
        return [(one.due, one.firm, one.start, one.end) for one in found(words)]

    assert told(text.upper()) == told(text)
    assert told(f"{text} The hall is painted green.") == told(text)


@LAW
@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_for_promises(text: str) -> None:
    assert all(one.sentence for one in found(text))


@LAW
@given(st.integers(0, 10**30))
def test_no_number_is_too_large(number: int) -> None:
    found(f"We will call within {number} days, by {number} May, at {number}:00.")
