"""The picture of drills: each act against its target, run by run, and shares with intervals."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.measures.drill_runs import mean_of_runs
from service.drill_picture import pictured, took


def score(number: int) -> dict[str, Any]:
    rows = [
        ("notice", "detect", "PT10M", 4.0 + number, "met"),
        ("decide", "decide", "PT20M", 30.0, "late"),
        ("say", "publish", "PT50M", None, "missing"),
        ("answer", "care", "PT10M", None, "not-asked"),
    ]
    acts = [
        {"id": name, "phase": phase, "within": within, "minutes": minutes, "outcome": outcome}
        for name, phase, within, minutes, outcome in rows
    ]
    return {"drill": f"drill/{number:04}", "scenario": "small", "acts": acts}


def test_acts_stand_against_the_time_allowed_and_what_was_never_done_is_counted() -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    acts = [one for n in range(3) for one in took(score(n), at + timedelta(days=n))]
    assert [one.share for one in acts[:3]] == [0.4, 1.5, None]
    shares = [("office 2026-Q1", mean_of_runs([0.2, 0.4, 0.5], low=0.0, high=1.0))]
    drawn = pictured(acts, shares, ["A note."])
    words = " ".join(ET.fromstring(drawn).itertext())  # noqa: S314 - our own text
    assert "3 acts were never done" in words
    assert "notice: 5.0 of 10 minutes" in words
    assert "n = 3" in words
    assert pictured(acts, shares, ["A note."]) == drawn


def test_without_a_scored_drill_the_picture_says_so() -> None:
    words = " ".join(ET.fromstring(pictured([], [], [])).itertext())  # noqa: S314 - our own text
    assert "No drill was scored yet." in words
