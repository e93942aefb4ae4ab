"""The intake page's own agreement, commands and program get a post into attune."""

import json
from typing import Any

import pytest

from ontology.identity import ThingId
from service import enrolling
from service.founding import OPERATOR
from service.world import World
from tests.conftest import Door
from tests.docs.examples import blocks

PAGE = blocks("docs/intake.md")


@pytest.fixture
def partner(documented: World, desk: Door) -> str:
    """The secret of the page's partner, under the page's agreement."""
    (agreement,) = [json.loads(block.text) for block in PAGE if block.language == "json"]
    feed = {"observes": "platform/mastodon", "name": "Stream", "reliesOn": agreement["id"]}
    for body in (agreement, {"type": "Feed", "id": "feed/stream", "properties": feed}):
        answer = desk.post("/v1/records", body)
        assert answer.status_code == 201, answer.text
    system, name = ThingId(agreement["properties"]["partner"]), ThingId(agreement["id"])
    return enrolling.add(documented, system, name, actor=OPERATOR).secret


def test_the_program_of_the_page_sends_a_post(documented: World, desk: Door, partner: str) -> None:
    (program,) = [block.text for block in PAGE if block.language == "python"]
    names: dict[str, Any] = {"secret": partner, "now": documented.clock.now()}
    exec(program, names)  # noqa: S102 - our own page
    answer = desk.http.post("/v1/intake/stream-co", data=names["body"], headers=names["headers"])
    assert (answer.status_code, answer.get_json()["new"]) == (202, 1)
    account = desk.get("/v1/intake/stream-co").get_json()
    assert (account["new"], account["barred"]) == (1, None)
