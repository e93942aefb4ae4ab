"""Channels: whom each reached and when, who was left out, and what nobody knows."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from knowledge.measures.estimates import Estimate, Unsuited
from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.channel_bodies import ChannelsIn
from service.channel_report import ChannelsReport
from service.channels import run
from service.clock import StoppedClock
from service.problems import ProblemError
from service.world import World
from tests.service.measured import keep
from tests.service.test_messages import CHIEF, LATE, live, prepared, put, world
from tests.service.test_press import PASSED, answer, asked

__all__ = ["prepared", "world"]


def quiet(*_: object) -> None:
    """Nobody watches."""


def report(world: World, **more: Any) -> ChannelsReport:
    world.catch_up()
    return run(world, ChannelsIn(incident=LATE, **more), quiet)


def heard(world: World, clock: StoppedClock, many: int, language: str, region: str | None) -> None:
    at = clock.now() - timedelta(minutes=1)
    signals = [
        Signal(
            id=ThingId(f"signal/x-{language}-{number}"),
            platform=ThingId("platform/x"),
            feed=ThingId("feed/x"),
            posted_at=at,
            received_at=at,
            text="The rails again",
            author=ThingId(f"author/{language}{number % 4}"),
            language=language,
            region=None if region is None else ThingId(region),
            scores=Scores(sentiment=-0.5),
        )
        for number in range(many)
    ]
    world.segments.commit(signals, actor=ThingId("person/ada"), id=world.ids, at=clock.now())


def reached(world: World, clock: StoppedClock, **more: Any) -> None:
    row = {"at": clock.now(), "channel": "website", "media": "owned", "impressions": 900}
    keep(world, "reach", [row | {"incident": ThingId(LATE)} | more])


def test_reach_lies_between_bounds_and_is_not_added_up(world: World, clock: StoppedClock) -> None:
    message = live(world)
    reached(world, clock, message=message, reach=500, clicks=90, cost=12.5, currency="USD")
    reached(world, clock, channel="social", media="paid", reach=300, impressions=400)
    clock.advance(clock.now() + timedelta(hours=1))
    found = report(world)
    assert found.reach.to_json() == {"at_least": 500, "at_most": 800, "n": 2}
    (own,) = [one for one in found.channels if one.channel == "website"]
    assert isinstance(own.clicks, Estimate)
    assert own.clicks.value == 0.1
    assert [cost.to_json()["amount"] for cost in own.costs] == [12.5]
    assert "seen" in found.said[0].at


def test_who_heard_nothing_and_who_not_in_their_language_stand_by_how_many_they_are(
    world: World, clock: StoppedClock
) -> None:
    put(
        world,
        "Region",
        "region/north",
        name="North",
        jurisdiction="US-NY",
        timeZone="America/New_York",
    )
    put(
        world,
        "Region",
        "region/south",
        name="South",
        jurisdiction="US-NJ",
        timeZone="America/New_York",
    )
    live(world, region="region/north")
    heard(world, clock, 12, "de", "region/north")
    heard(world, clock, 3, "en", "region/south")
    clock.advance(clock.now() + timedelta(hours=1))
    found = report(world).gaps
    told = [(one.what, one.region, one.language, one.people.n) for one in found]
    assert told == [
        ("in no language of theirs", "region/north", "de", 4),
        ("heard nothing", "region/south", "en", 3),
    ]
    assert all(one.people.low < one.people.value < one.people.high for one in found)


def test_the_press_is_told_with_how_long_it_waited_and_who_got_no_answer(
    world: World, clock: StoppedClock
) -> None:
    put(world, "Training", "training/p", trainee=CHIEF.id, exercise="press", passedAt=PASSED)
    first, _ = asked(world), asked(world, "The Wire")
    clock.advance(clock.now() + timedelta(minutes=30))
    answer(world, first)
    reached(world, clock, channel="press", media="earned", impressions=5_000)
    clock.advance(clock.now() + timedelta(hours=1))
    found = report(world)
    press = next(one for one in found.channels if one.channel == "press" and one.messages)
    assert press.latencies["asked to answered"].n == 1
    assert "1 of 2 enquiries have no answer: The Wire" in found.missing
    assert any("the 2 outlets that asked" in one for one in found.missing)
    (earned,) = [one for one in found.channels if "earned" in one.media]
    assert earned.reach.to_json() == {"at_least": 1, "at_most": 5_000, "n": 1}


def test_what_nobody_measured_is_told_as_missing(world: World) -> None:
    live(world)
    found = report(world)
    assert any("nobody measured it" in one for one in found.missing)
    assert any("no posts were heard" in one for one in found.missing)
    assert any("tone" in one for one in found.missing)
    assert "withheld" in dict(found.reach.to_json())


def test_where_nothing_was_published_the_lines_say_so_once(
    world: World, clock: StoppedClock
) -> None:
    reached(world, clock, reach=500)
    clock.advance(clock.now() + timedelta(hours=1))
    text = "\n".join(report(world).lines())
    assert text.count("attune published no message there") == 1
    assert "minutes decided" not in text


def test_every_form_says_the_same(world: World, clock: StoppedClock) -> None:
    message = live(world)
    reached(world, clock, message=message, reach=500)
    heard(world, clock, 5, "fr", None)
    clock.advance(clock.now() + timedelta(hours=1))
    found = report(world)
    text = "\n".join(found.lines())
    assert "from 500 to 500 (n = 1)" in text
    assert "in no language of theirs" in text
    header, *rows = found.rows()
    assert {len(row) for row in rows} == {len(header)}
    drawn = found.picture()
    assert drawn is not None
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own picture
    assert drawn == found.picture()


def test_nothing_at_all_is_unsuited(world: World) -> None:
    with pytest.raises(Unsuited, match="reach"):
        report(world)


@pytest.mark.parametrize("name", ["incident/none", "nonsense"])
def test_an_incident_that_nobody_knows_is_refused(world: World, name: str) -> None:
    with pytest.raises(ProblemError):
        run(world, ChannelsIn(incident=name), quiet)
