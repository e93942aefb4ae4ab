"""A scenario names a recorded feed or a past case: what it plays is written out when planned."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.precedents import PrecedentIndex
from loaders.archive import own_cases
from service.drill_files import read
from service.drill_recorded import RecordMissing, expanded
from service.world import World
from tests.conftest import Door
from tests.service.test_drills import SMALL

NAMED = SMALL.replace("injects:", "recorded: {file: harlow.csv, after: PT20M}\ninjects:")
FEED = """id,posted_at,text,author
4071297101627591,2026-05-04T09:00:00Z,"Smoke: ""everywhere"", they say",ada@secret
4071297101627592,2026-05-04T09:10:00Z,Still smoke,bob@secret
4071297101627593,2026-05-04T12:00:00Z,Long after the end,bob@secret
"""


def _nowhere(texts: Sequence[str]) -> Any:
    """Each text in the same direction: no model is loaded."""
    found = np.zeros((len(texts), 384), dtype=np.float32)
    found[:, 0] = 1
    return found


@pytest.fixture
def feeds(world: World) -> Path:
    folder = world.settings.home / "scenarios" / "feeds"
    folder.mkdir(parents=True)
    (folder / "harlow.csv").write_text(FEED)
    return folder


def test_the_posts_of_a_named_feed_are_written_out_without_names(
    world: World, feeds: Path
) -> None:
    assert feeds.is_dir()
    made = expanded(world, read(NAMED, "small.yaml"))
    posts = made.scenario.posts[2:]
    assert [one.after for one in posts] == ["PT1200S", "PT1800S"]  # what comes later is left out
    assert [one.by for one in posts] == ["account-1", "account-2"]
    assert posts[0].text == 'Smoke: "everywhere", they say'
    assert "secret" not in made.text
    assert made.scenario.recorded is None
    assert made.scenario.clock == read(NAMED, "small.yaml").scenario.clock


def test_a_past_case_that_a_scenario_names_gives_its_sentences(world: World) -> None:
    case = next(iter(own_cases()))
    index = PrecedentIndex.open(world.settings.precedents_path, embed=_nowhere)
    index.add([case])
    named = SMALL.replace("injects:", f"precedent: {case.id}\ninjects:")
    made = expanded(world, read(named, "small.yaml"))
    assert len(made.scenario.posts) > 2
    assert made.scenario.posts[2].text in case.text


@pytest.mark.parametrize(
    "line",
    ["recorded: {file: gone.csv}", "precedent: precedent/gone", "recorded: {file: link.csv}"],
)
def test_what_is_not_there_or_lies_elsewhere_is_refused(
    world: World, feeds: Path, line: str
) -> None:
    (feeds / "link.csv").symlink_to(world.settings.operator_key)
    with pytest.raises(RecordMissing):
        expanded(world, read(SMALL.replace("injects:", f"{line}\ninjects:"), "small.yaml"))


@pytest.mark.parametrize("file", ["../../operator.key", "/etc/passwd", "a/b.csv", "x.key", ".csv"])
def test_no_path_leads_out_of_the_folder(door: Door, file: str) -> None:
    text = NAMED.replace("harlow.csv", f'"{file}"')
    people: list[Any] = [{"person": "person/ada", "roles": ["responder"]}]
    plan = {"text": text, "team": "team/crisis-office", "people": people}
    assert door.post("/v1/drills", plan).status_code == 422
