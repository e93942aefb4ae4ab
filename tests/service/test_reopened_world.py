"""A replay world that is opened again stands where it stood, whatever the real time is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ontology.identity import ThingId
from service.clock import LiveClock
from service.settings import Settings, WorldKind
from service.world import World

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
