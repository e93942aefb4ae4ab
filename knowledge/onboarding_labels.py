"""Statements of onboarding material that the authors labelled, in a situation they made up."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language.claims import claims
from knowledge.language.outdated import Ended, Known, LiveClaim, Promised, outdated
from knowledge.language.topics import ClaimTopic

WRITTEN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
AT: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
_ZONE: Final = ZoneInfo("UTC")
_SINCE: Final = datetime(2026, 6, 1, tzinfo=UTC)
_TOPICS: Final = (
    ClaimTopic(id="brakes", label="the brakes failed", words=("brakes failed", "brake failure")),
    ClaimTopic(
        id="died", label="people died", words=("people died",), values=frozenset({"number"})
    ),
    ClaimTopic(
        id="water",
        label="the water is safe",
        words=("water safe",),
        opposites=("boil water", "water contaminated"),
    ),
    ClaimTopic(
        id="stolen", label="data were stolen", words=("data stolen", "data copied", "data taken")
    ),
    ClaimTopic(
        id="compensation",
        label="there is compensation",
        words=("compensation",),
        values=frozenset({"money"}),
    ),
)
_LIVE: Final = (
    "The brakes failed.",
    "Four people died.",
    "The water is safe.",
    "No data were stolen.",
    "Compensation is 250 euros.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence and why it no longer holds; None where it still does."""

    text: str
    why: str | None
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many outdated statements were found, missed, and how many sound ones were taken for it.

    `kinds` has (found, all) of each reason for which statements are outdated.
    """

    hits: int
    missed: int
    false: int
    sound: int
    kinds: dict[str, tuple[int, int]]


def statements() -> tuple[Statement, ...]:
    """All labelled statements."""
    path = files("knowledge").joinpath("labels", "onboarding-statements.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Statement(text=row["text"], why=row["why"] or None, split=row["split"]) for row in rows
    )


def situation() -> Known:
    """What stands in the situation of the labels."""
    live = [
        LiveClaim(claim=one, source="message/live", since=_SINCE)
        for text in _LIVE
        for one in claims(text, "en", _TOPICS, said=WRITTEN, zone=_ZONE) or ()
    ]
    promised = (
        ("We will publish the inquiry's report on our website by 1 May.", "kept"),
        ("We will fit automatic brakes on every curve by 1 July.", "broken"),
        ("We will open a second call centre in spring.", "void"),
    )
    return Known(
        topics=_TOPICS,
        claims=tuple(live),
        promises=tuple(
            Promised(sentence=said, state=state, source="promise/made", since=_SINCE)  # type: ignore[arg-type]
            for said, state in promised
        ),
        ended=(
            Ended(names=("winter hardship agreement",), source="agreement/winter", since=_SINCE),
            Ended(names=("plain words guideline",), source="guideline/plain", since=_SINCE),
            Ended(names=("free travel pass",), source="offer/free-travel", since=_SINCE),
        ),
    )


def measured(given: tuple[Statement, ...]) -> Found:
    """How well outdated statements are found, each read alone."""
    known = situation()
    kinds: Counter[str] = Counter(one.why for one in given if one.why)
    right: Counter[str] = Counter()
    false = 0
    for one in given:
        found = outdated(one.text, "en", known, written=WRITTEN, at=AT, zone=_ZONE) or ()
        if one.why is None:
            false += bool(found)
        elif found:
            right[one.why] += 1
    hits = sum(right.values())
    return Found(
        hits=hits,
        missed=sum(kinds.values()) - hits,
        false=false,
        sound=sum(one.why is None for one in given),
        kinds={why: (right[why], kinds[why]) for why in sorted(kinds)},
    )
