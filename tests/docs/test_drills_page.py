"""The scenario of the page on drills reads, and plays to its end."""

from datetime import timedelta

from service.background import Background
from service.drill_files import read
from service.drill_running import play_of
from service.world import World
from tests.docs.examples import blocks
from tests.service.test_drills import planned, told

PAGE = "docs/drills.md"


def test_the_scenario_of_the_page_is_played(world: World) -> None:
    (block,) = [block for block in blocks(PAGE) if block.words == "scenario"]
    drill = planned(world, block.text)
    scenario = read(block.text, PAGE).scenario
    play = play_of(world, drill, Background)
    play.advance(scenario.clock.began + timedelta(minutes=10))
    play.close()
    assert told(world, drill) == ["post-0", "inject-smiley"]
