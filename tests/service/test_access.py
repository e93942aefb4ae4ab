"""Access to platforms: measured quota, loss, fallback, return, and what a decision knows of it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from loaders.pacing import Quota
from loaders.platform_client import Usage
from ontology.identity import ThingId
from service import shutout, usage
from service.access import access, chain
from service.app import create
from service.listener import CannotListen, channel
from service.settings import Settings
from service.world import World
from tests.conftest import Door

MASTODON = ThingId("platform/mastodon")
QUOTA = Quota(requests=300, window=timedelta(minutes=5))


@pytest.fixture(scope="module")
def world(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = shutil.copytree(founded, tmp_path_factory.mktemp("access") / "home")
    with closing(World.open(Settings(home=home, language=False))) as one:
        yield one


@pytest.fixture
def door(world: World) -> Door:
    key = world.settings.operator_key.read_text().strip()
    return Door(http=create(world.settings, world=world).test_client(), key=key)


def measure(world: World, used: Usage, *, ago: timedelta = timedelta()) -> None:
    draft = usage.measurement(
        MASTODON,
        used,
        QUOTA,
        timedelta(minutes=2),
        event=world.ids("event"),
        at=world.clock.now() - ago,
    )
    world.ledger.append([draft])


def platform_fact(door: Door, name: str = MASTODON) -> dict[str, Any]:
    made = door.post("/v1/decisions", {"platform": name, "precedents": 0}).get_json()
    facts = door.get(made["links"]["self"]).get_json()["facts"]
    (found,) = (fact["values"] for fact in facts if fact["kind"] == "platform")
    return dict(found) | {"told": made["decision"]["notifications"]}


def test_what_was_measured_wins_over_what_is_declared(world: World, door: Door) -> None:
    assert platform_fact(door)["minutes_to_exhaustion"] == 1200
    measure(world, Usage(requests=100, remaining=100, resets_in=timedelta(minutes=4)))
    found = platform_fact(door)
    assert found["minutes_to_exhaustion"] == 2
    assert "team/platform-desk" in {one["team"] for one in found["told"]}


def test_a_quota_that_lasts_has_no_end_and_an_old_measurement_says_nothing(
    world: World, door: Door
) -> None:
    measure(world, Usage(requests=2, remaining=298, resets_in=timedelta(minutes=4)))
    assert "minutes_to_exhaustion" not in platform_fact(door)
    measure(world, Usage(requests=300, remaining=0), ago=timedelta(hours=1))
    assert platform_fact(door)["minutes_to_exhaustion"] == 1200


def test_a_measurement_without_the_platforms_word_counts_our_own_requests(world: World) -> None:
    measure(world, Usage(requests=200))
    found = usage.newest(world.ledger, MASTODON, world.clock.now())
    assert found is not None
    assert (found.data["remaining"], found.data["told"], found.minutes) == (100, False, 1)


def test_who_waits_for_the_quota_has_none_left(world: World) -> None:
    measure(world, Usage(requests=60, remaining=240, throttled_s=20.0))
    found = usage.newest(world.ledger, MASTODON, world.clock.now())
    assert found is not None
    assert found.minutes == 0


def test_a_platform_is_switched_once_however_many_notice(world: World, door: Door) -> None:
    name = ThingId("platform/facebook")
    outcomes = [
        shutout.switch(world, name, reason="403", status="suspended"),
        shutout.switch(world, name, reason="403", status="suspended"),
    ]
    assert outcomes == [True, False]
    found = access(world.graph, name)
    assert found is not None
    assert (found.status, found.fallen_back) == ("suspended", True)
    assert platform_fact(door, name)["fallen_back"] is True
    assert shutout.watch(world) == 0


def test_fallbacks_are_followed_in_their_order(world: World) -> None:
    names = [one.platform for one in chain(world.graph, ThingId("platform/letter"))]
    assert names[:3] == ["platform/letter", "platform/phone", "platform/website"]


def test_what_can_not_be_heard_is_said_with_the_cure(world: World) -> None:
    assert channel(world, MASTODON).feed == "feed/mastodon"
    with pytest.raises(CannotListen, match="endpoint"):
        channel(world, ThingId("platform/letter"))


def test_a_report_without_posts_says_that_nothing_was_heard(door: Door) -> None:
    found = door.get("/v1/platforms/mastodon/negotiation").get_json()
    assert found["data"]["posts"] == 0
    assert found["need"]["posts_per_minute"] == {}
    assert found["contract"]["shortfall_minutes"] == 0
    assert door.get("/v1/platforms/nowhere/negotiation").status_code == 404
    assert door.get("/v1/platforms/mastodon/negotiation?days=0").status_code == 422
