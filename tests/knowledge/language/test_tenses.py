from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.language.outdated import Ended, Known, outdated
from knowledge.language.tenses import ahead, over, scheduled

SINCE = datetime(2026, 6, 1, tzinfo=UTC)


def words(text: str) -> frozenset[str]:
    return frozenset(text.lower().rstrip(".").split())


@pytest.mark.parametrize(
    "text",
    [
        "the report is due in may",
        "we are about to publish",
        "it has yet to be built",
        "soon it opens",
        "brakes are to be fitted",
    ],
)
def test_what_is_to_come_lies_ahead(text: str) -> None:
    assert ahead(words(text), text)


@pytest.mark.parametrize(
    "text", ["due to the fire", "this is about the fire", "it was due in may", ""]
)
def test_what_only_looks_so_does_not(text: str) -> None:
    assert not ahead(words(text), text)


def test_nouns_are_no_plans() -> None:
    assert not scheduled(words("the end of the strike"))
    assert scheduled(words("registration ends"))
    assert not scheduled(words("what ends was told"))


def test_a_sentence_that_says_that_it_is_over_is_left_alone() -> None:
    assert over(words("nobody holds it any more"), "nobody holds it any more")
    assert not over(words("any more questions"), "any  more questions")


def found(text: str) -> list[str]:
    known = Known(ended=(Ended(names=("free travel pass",), source="offer/x", since=SINCE),))
    at = datetime(2026, 11, 23, tzinfo=UTC)
    written = datetime(2026, 1, 5, tzinfo=UTC)
    told = outdated(text, "en", known, written=written, at=at, zone=ZoneInfo("UTC"))
    return [one.why for one in told or ()]


def test_names_are_known_in_any_of_their_endings() -> None:
    assert found("Hand out free travel passes.") == ["ended"]
    assert found("Hand out FREE TRAVEL PASS.") == ["ended"]
    assert found("Travel is free; pass it on.") == []


def test_a_day_that_is_over_is_told_of_what_begins_on_it_only() -> None:
    assert found("The office closes on 30 June 2026.") == ["past"]
    assert found("The office closed on 30 June 2026.") == []
    assert found("The office closes on 30 June 2030.") == []
    assert found("This page is about the fire of 3 May 2026.") == []
