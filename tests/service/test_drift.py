"""The form of what a partner sends: learned, then watched for fields that come, go or change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.drift import LEARNED, MISSING_AFTER, MOST_FIELDS, OTHER, Profile, form

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
USUAL: Mapping[str, object] = {"text": "Stuck", "reach": 3}


def learned(row: Mapping[str, object] | None = None) -> Profile:
    profile = Profile()
    profile.apply(form([row or USUAL] * LEARNED), LEARNED, AT)
    return profile


def told(profile: Profile, *rows: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(one.kind, one.field) for one in profile.apply(form([*rows]), len(rows), AT)]


def test_nothing_is_drift_before_the_form_is_known() -> None:
    profile = Profile()
    assert told(profile, {"text": "Stuck"}) == []
    assert told(profile, {"text": 4, "mood": "sour"}) == []


def test_a_new_field_and_a_new_type_are_news_once() -> None:
    profile = learned()
    changed = {"text": "Stuck", "reach": "many", "mood": "sour"}
    assert told(profile, changed) == [("retyped", "reach"), ("unknown", "mood")]
    assert told(profile, changed) == []


def test_null_and_true_are_types_of_their_own() -> None:
    assert told(learned(), {"text": None, "reach": True}) == [
        ("retyped", "text"),
        ("retyped", "reach"),
    ]


def test_a_field_that_always_came_is_missed_after_twenty_events_and_once() -> None:
    profile = learned()
    for _ in range(MISSING_AFTER - 1):
        assert told(profile, {"text": "Stuck"}) == []
    assert told(profile, {"text": "Stuck"}) == [("missing", "reach")]
    assert told(profile, *[{"text": "Stuck"}] * 500) == []


def test_a_field_that_returned_can_be_missed_again() -> None:
    profile = learned()
    assert told(profile, *[{"text": "Stuck"}] * 60) == [("missing", "reach")]
    assert told(profile, USUAL) == []
    assert told(profile, *[{"text": "Stuck"}] * 60) == [("missing", "reach")]


def test_a_field_that_comes_rarely_is_not_missed_soon() -> None:
    profile = Profile()
    rows: list[Mapping[str, object]] = [USUAL, *[{"text": "Stuck"}] * 9]
    profile.apply(form(rows * 10), 100, AT)
    assert told(profile, *[{"text": "Stuck"}] * 60) == []
    assert told(profile, *[{"text": "Stuck"}] * 200) == [("missing", "reach")]


ROWS = st.lists(
    st.dictionaries(st.text(max_size=60), st.none() | st.booleans() | st.text() | st.integers()),
    max_size=20,
)


@given(st.lists(ROWS, max_size=6))
def test_a_form_has_no_value_and_never_more_than_so_many_names(
    batches: list[list[dict[str, Any]]],
) -> None:
    profile = Profile()
    for rows in batches:
        found = form(rows)
        assert sum(sum(types.values()) for types in found.values()) == sum(map(len, rows))
        assert all(one == OTHER or one.replace("-", "_").isidentifier() for one in found)
        profile.apply(found, len(rows), AT)
    assert len(profile.fields()) <= MOST_FIELDS + 1


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30))
def test_a_form_that_stays_the_same_is_never_news(sizes: list[int]) -> None:
    profile = Profile()
    assert not any(told(profile, *[USUAL] * size) for size in sizes)
