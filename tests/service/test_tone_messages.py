"""What went out from here is audited with the replies that were posted elsewhere."""

from datetime import timedelta

import pytest

from service.clock import StoppedClock
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
