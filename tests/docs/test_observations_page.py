"""The page on outside measurements is true: its file, its map and its request do what it says."""

import json
from pathlib import Path

import pytest

from knowledge.measures.observation_kinds import KINDS
from service.cli.observations import LOADED
from service.effort import effort
from service.founding import OPERATOR
from service.observation_loading import Loaded, load
from service.survey_bodies import EffortIn
from service.world import World
from tests.conftest import Door
from tests.docs.examples import ROOT, Block, blocks, differences

PAGE = "docs/observations.md"
TEXT = (ROOT / PAGE).read_text("utf-8")


def example(words: str) -> Block:
    (block,) = [block for block in blocks(PAGE) if block.words == words]
    return block


def loaded(world: World, file: Path, mapped: Path | None = None) -> Loaded:
    bad = file.parent / "bad.jsonl"
    return load(world, KINDS["survey"], file, mapped=mapped, rejects=bad, actor=OPERATOR)


def test_the_file_of_the_page_is_loaded(world: World, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(example("survey").text)
    assert (loaded(world, file).taken.new, loaded(world, file).rejected) == (2, 0)


def test_the_map_of_the_page_reads_a_file_in_its_words(world: World, tmp_path: Path) -> None:
    file, mapped = tmp_path / "noten.csv", tmp_path / "map.yaml"
    mapped.write_text(example("map").text)
    file.write_text("Kunde;Wann;Note;Weg;Text\n7;02.03.2026 09:15;1,0;Filiale;Gut\n")
    done = loaded(world, file, mapped)
    assert (done.taken.new, done.rejected) == (1, 0)


@pytest.mark.parametrize(("source", "many"), [("press", 2), ("paid", 2)])
def test_the_maps_of_press_and_advertising_read_what_their_sources_export(
    world: World, tmp_path: Path, source: str, many: int
) -> None:
    file, mapped = tmp_path / "reach.csv", tmp_path / "map.yaml"
    file.write_text(example(f"reach-{source}").text)
    mapped.write_text(example(f"map-{source}").text)
    bad = tmp_path / "bad.jsonl"
    done = load(world, KINDS["reach"], file, mapped=mapped, rejects=bad, actor=OPERATOR)
    assert (done.taken.new, done.rejected) == (many, 0), bad.read_text()


def test_a_bad_row_is_told_with_its_line_and_column(world: World, tmp_path: Path) -> None:
    file, mapped, bad = (tmp_path / name for name in ("reach.csv", "map.yaml", "bad.jsonl"))
    file.write_text(example("reach-paid").text.replace("15002", "viele"))
    mapped.write_text(example("map-paid").text)
    load(world, KINDS["reach"], file, mapped=mapped, rejects=bad, actor=OPERATOR)
    (told,) = map(json.loads, bad.read_text().splitlines())
    assert (told["line"], told["column"], told["field"]) == (3, 4, "impressions")


def test_the_request_of_the_page_is_answered_as_it_shows(door: Door) -> None:
    page = blocks(PAGE)
    (place,) = [at for at, block in enumerate(page) if block.language == "http"]
    head, _, body = page[place].text.partition("\n\n")
    answer = door.post(head.split(" ")[1], json.loads(body))
    assert answer.status_code == int(page[place + 1].words)
    assert list(differences(json.loads(page[place + 1].text), answer.get_json())) == []


def test_every_kind_stands_in_the_table_with_what_it_needs_and_how_it_is_loaded() -> None:
    commands = {kind: command for command, kind in LOADED.items()}
    for kind in KINDS.values():
        (row,) = [one for one in TEXT.splitlines() if one.startswith(f"| `{kind.name}` |")]
        assert f"`attune load {commands[kind.name]}`" in row
        needed = " ".join(f"`{one.name}`" for one in kind.columns if one.needed)
        assert f"| {needed} |" in row
        assert row.endswith(f"| {kind.days // 365} years |")


def test_the_picture_of_the_page_is_that_of_the_sample(world: World) -> None:
    said = {
        "incident": "incident/2013-ny-train",
        "resolved": "2013-12-20T12:00:00-05:00",
        "by": ["touchpoint", "team", "channel"],
    }
    drawn = effort(world, EffortIn.model_validate(said), lambda _done, _all: None).picture()
    assert drawn == (ROOT / "docs" / "effort.svg").read_text("utf-8")
