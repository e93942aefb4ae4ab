import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loaders.journey_map import JourneyMap, read_map
from loaders.journeys import Contact, Log, read
from loaders.rejects import Reject
from ontology.identity import ThingId
from tests.conftest import Door
from tests.docs.examples import ROOT, Block, blocks, differences

PAGE = "docs/journeys.md"


def example(words: str) -> Block:
    (block,) = [block for block in blocks(PAGE) if block.words == words]
    return block


class Nothing:
    def add(self, rejected: Reject, /) -> None:
        pytest.fail(str(rejected))


def contacts(file: Path, known: JourneyMap) -> list[Contact]:
    names = ("help-line", "website-chat", "accessibility-line")
    stand = {f"touchpoint/{name}": ThingId(f"touchpoint/{name}") for name in names}
    latest = datetime(2026, 11, 23, tzinfo=UTC)
    return [*read(Log(path=file, map=known, known=stand, latest=latest), Nothing())]


def test_the_log_of_the_page_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(example("log").text)
    assert len(contacts(file, JourneyMap())) == 2


def test_the_map_of_the_page_reads_a_log_in_its_words(tmp_path: Path) -> None:
    mapped, file = tmp_path / "map.yaml", tmp_path / "log.csv"
    mapped.write_text(example("map").text)
    file.write_text(
        "Customer no,Where,When,How it ended\n"
        "7,assistance desk,2026-03-02 09:15,went to the press\n"
    )
    (contact,) = contacts(file, read_map(mapped))
    assert contact.touchpoint == "touchpoint/accessibility-line"
    assert contact.outcome.name == "COMPLAINT"


def test_the_zones_of_the_page_are_those_of_the_sample(door: Door) -> None:
    came = door.get("/v1/journeys/zones").get_json()
    assert list(differences(json.loads(example("zones").text), came)) == []


def test_the_finding_is_disputed_as_the_page_shows(door: Door) -> None:
    page = blocks(PAGE)
    (place,) = [at for at, block in enumerate(page) if block.language == "http"]
    head, _, body = page[place].text.partition("\n\n")
    answer = door.post(head.split(" ")[1], json.loads(body))
    assert answer.status_code == int(page[place + 1].words)
    assert list(differences(json.loads(page[place + 1].text), answer.get_json())) == []


def test_the_picture_of_the_page_says_what_the_sample_says(door: Door) -> None:
    drawn = door.get("/v1/journeys/picture.svg").get_data(as_text=True)
    shown = (ROOT / "docs" / "journeys.svg").read_text("utf-8")
    assert texts(shown) == texts(drawn)


def texts(svg: str) -> list[str]:
    return re.findall(r"<!-- (.+?) -->", svg)
