import json
from pathlib import Path

import pytest

from loaders.archive import from_lines
from ontology.records import check
from service.hearing import heard
from tests.docs.examples import blocks

PAGE = "docs/training.md"


def example(words: str) -> str:
    (block,) = [block for block in blocks(PAGE) if block.words == words]
    return json.dumps(json.loads(block.text)) + "\n"


def test_the_case_of_the_page_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(example("precedent"), "utf-8")

    class Nothing:
        def add(self, reject: object) -> None:
            pytest.fail(str(reject))

    assert [case.id for case in from_lines(file, Nothing())] == ["precedent/brake-failure"]


def test_the_incident_of_the_page_is_a_record() -> None:
    said = json.loads(example("record"))
    assert check(said["type"], said["properties"], id=said["id"]).kind == "incident"


def test_the_post_of_the_page_is_heard(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(example("signal"), "utf-8")
    found = heard(
        file, feed="feed/other", platform="platform/other", rejects=tmp_path / "rejects.jsonl"
    )
    assert [signal.feed for signal in found] == ["feed/listening"]
