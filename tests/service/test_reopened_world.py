"""A replay world that is opened again stands where it stood, and is opened as no live one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ontology.identity import ThingId
from service.clock import LiveClock
from service.opening import ClockStopped
from service.serving import CannotServe, serve
from service.settings import Settings, WorldKind
from service.world import World
from tests.serving import attune, environment

START = datetime(2013, 12, 1, 12, tzinfo=UTC)
LATER = datetime(2013, 12, 1, 13, tzinfo=UTC)


def opened(home: Path, **more: Any) -> World:
    return World.open(
        Settings(home=home, world=WorldKind.REPLAY, language=False, **more), create=True
    )


def test_it_stands_where_its_clock_was_moved_to_without_being_told_the_start(
    tmp_path: Path,
) -> None:
    first = opened(tmp_path / "home", start=START)
    first.advance(LATER, actor=ThingId("person/trainer"))
    first.close()
    again = opened(tmp_path / "home")
    assert again.clock.now() == LATER
    again.close()


def test_a_new_one_without_a_start_begins_now(tmp_path: Path) -> None:
    before = LiveClock().now()
    world = opened(tmp_path / "home")
    assert before <= world.clock.now() <= LiveClock().now()
    world.close()


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    opened(tmp_path / "home", start=START).close()
    return tmp_path / "home"


def test_it_is_refused_to_a_live_world_before_its_clock_was_ever_moved(stopped: Path) -> None:
    with pytest.raises(ClockStopped, match=r"2013-12-01T12:00:00.*ATTUNE_WORLD=replay"):
        World.open(Settings(home=stopped, language=False))


def test_making_it_again_as_a_live_one_is_refused(stopped: Path) -> None:
    with pytest.raises(ClockStopped):
        World.open(Settings(home=stopped, language=False), create=True)


def test_the_refusal_says_where_its_clock_stands(stopped: Path) -> None:
    world = opened(stopped)
    world.advance(LATER, actor=ThingId("person/trainer"))
    world.close()
    with pytest.raises(ClockStopped, match="stands at 2013-12-01T13:00:00"):
        World.open(Settings(home=stopped, language=False))


def test_it_is_opened_where_someone_means_it(stopped: Path) -> None:
    world = World.open(Settings(home=stopped, language=False, clock_may_jump=True))
    assert world.clock.now() > LATER
    world.close()


def test_it_is_served_by_no_live_service(stopped: Path) -> None:
    with pytest.raises(CannotServe, match="ATTUNE_CLOCK_MAY_JUMP"):
        serve(Settings(home=stopped), welcome=False)


def test_a_command_refuses_it_with_code_two(stopped: Path) -> None:
    done = attune("incidents", "list", env=environment(stopped, language=False))
    assert (done.returncode, "ATTUNE_WORLD=replay" in done.stderr) == (2, True)


def test_a_live_home_that_was_opened_as_a_drill_is_still_a_live_one(home: Path) -> None:
    for world in (WorldKind.LIVE, WorldKind.DRILL, WorldKind.LIVE):
        World.open(Settings(home=home, language=False, world=world)).close()
