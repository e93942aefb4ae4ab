"""What went out from here is audited with the replies that were posted elsewhere."""

from datetime import timedelta
from typing import Any

import pytest

from service import tone_drafts as drafts
from service.clock import StoppedClock
from service.message_content import read
from service.tone_exemplars import exemplars
from service.tone_texts import said
from service.world import World
from tests.service.test_messages import LATE, WRITER, drafted, live, prepared, world

__all__ = ["prepared", "world"]
WORDS = "Trains stand still near Harmon. We are sorry that you wait in the cold. More by noon."


@pytest.mark.usefixtures("prepared")
def test_messages_that_went_out_are_audited_and_drafts_are_not(
    world: World, clock: StoppedClock
) -> None:
    begin = clock.now()
    live(world, text=WORDS)
    drafted(world, text="Nothing of this went out.")
    clock.advance(begin + timedelta(hours=1))
    found = said(world, begin, clock.now(), lambda *_: None, of=("messages",))
    assert found.texts == [WORDS]
    assert found.scores["empathy"][0] > 0
    columns = {name: one[0] for name, one in found.columns.items()}
    assert columns["agent"] == WRITER.id
    assert (columns["channel"], columns["incident"]) == ("website", LATE)
    assert said(world, begin, clock.now(), lambda *_: None, of=("replies",)).texts == []
    later = clock.now()
    assert said(world, later, later + timedelta(days=1), lambda *_: None).texts == []


@pytest.mark.usefixtures("prepared")
def test_a_draft_hears_where_it_stands_among_our_wordings_before_it_goes_out(
    world: World,
) -> None:
    message = read(world.graph, drafted(world, text=WORDS))
    found: Any = drafts.drafted(world, message)
    assert found["held_to"]["exemplars"] == exemplars(world).version.digest
    assert found["held_to"]["of_channel"] >= drafts.FEWEST
    assert found["empathy"]["value"] > 0
    assert 0 <= found["likeness"]["value"] <= 100
    blamed = read(world.graph, drafted(world, text="We are sorry if anyone was offended."))
    worse: Any = drafts.drafted(world, blamed)
    assert {"blame", "empathy"} <= {one["about"] for one in worse["reasons"]}
    assert worse["voice"]["value"] < worse["voice"]["exemplars"]
    german = read(world.graph, drafted(world, text="Es tut uns leid.", language="de"))
    assert "only English" in str(drafts.drafted(world, german)["withheld"])
