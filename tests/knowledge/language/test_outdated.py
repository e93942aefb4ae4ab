from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.outdated import Ended, Known, Outdated, Promised, outdated
from knowledge.onboarding_labels import AT, WRITTEN, measured, situation, statements
from knowledge.proportions import wilson

ZONE = ZoneInfo("UTC")
SINCE = datetime(2026, 6, 1, tzinfo=UTC)


def found(text: str, known: Known | None = None) -> tuple[Outdated, ...]:
    told = outdated(text, "en", known or situation(), written=WRITTEN, at=AT, zone=ZONE)
    assert told is not None
    return told


def test_a_finding_names_its_line_in_the_file() -> None:
    text = "# Title\n\nAll is well.\nThe brakes did not fail.\n\n1. Two people died.\n"
    assert [(one.line, one.why) for one in found(text)] == [
        (4, "contradicts"),
        (6, "contradicts"),
    ]


def test_what_is_over_is_no_news_where_the_sentence_says_so() -> None:
    assert found("The free travel pass ended in May.") == ()
    assert [one.why for one in found("Order the free travel pass.")] == ["ended"]


def test_a_kept_promise_that_is_still_announced_is_told() -> None:
    known = Known(
        promises=(
            Promised(
                sentence="We will publish every safety finding by May.",
                state="kept",
                source="promise/1",
                since=SINCE,
            ),
        )
    )
    (one,) = found("We will publish every safety finding.", known)
    assert (one.why, one.source, one.since) == ("kept", "promise/1", SINCE)
    assert found("We publish tickets.", known) == ()


def test_names_match_whole_words_only() -> None:
    known = Known(ended=(Ended(names=("pass",), source="offer/pass", since=SINCE),))
    assert found("Passengers wait; we surpass nothing.", known) == ()


def test_a_language_that_is_not_judged_is_told_as_such() -> None:
    text = "Die Bremsen versagten nicht."
    assert outdated(text, "de", situation(), written=WRITTEN, at=AT, zone=ZONE) is None


@pytest.mark.parametrize("text", ["", "\n\n", "- ", "# \n>", "\u2028", "." * 500])
def test_a_document_that_says_nothing_has_no_findings(text: str) -> None:
    assert found(text) == ()


@given(st.lists(st.sampled_from([one.text for one in statements()]), max_size=6))
def test_every_finding_is_a_sentence_of_the_line_it_names(texts: list[str]) -> None:
    lines = "\n\n".join(texts).splitlines()
    for one in found("\n\n".join(texts)):
        assert one.sentence in lines[one.line - 1]


def test_statements_that_were_written_after_the_rules_are_found_as_often_as_is_said() -> None:
    fresh = measured(tuple(one for one in statements() if one.split == "fresh"))
    assert wilson(fresh.hits, fresh.hits + fresh.missed)[1] > 0.7
    assert fresh.hits >= 9
    assert fresh.false <= 2


def test_there_are_at_least_120_statements_and_none_twice() -> None:
    texts = [one.text for one in statements()]
    assert len(texts) == len(set(texts)) >= 120
