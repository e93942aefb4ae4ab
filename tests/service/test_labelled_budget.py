"""Alert budgets on labelled crises: small folders in the form in which T26 and NAB come."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loaders.tables import TableInvalid
from service.alert_budget import Asked
from service.alert_references import Reference
from service.budget_report import report
from service.labelled_budget import Source, labelled_budget
from service.recorded_history import HistoryInvalid
from service.world import World

EPOCH_MS = 1_288_834_974_657
BEGUN = datetime(2013, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = Asked(
    rule="surge",
    fields=("spread.excess",),
    values=((2.0, 3.0, 6.0, 200.0),),
    reference=Reference.PEAK,
    every=HOUR,
)


def quietly(*_: object) -> None:
    """No progress."""


def crisis(folder: Path, name: str, hours: tuple[int, ...]) -> None:
    lines = ["Tweet ID, Tweet Text, Information Source, Information Type, Informativeness"]
    for hour, many in enumerate(hours):
        for number in range(many):
            at = BEGUN + hour * HOUR + number * HOUR / max(1, many)
            ident = int(at.timestamp() * 1000) - EPOCH_MS << 22
            lines.append(
                f'"{ident}","Post {number} of {hour}",Media,Other,Related and informative'
            )
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    feeds, ordinary = tmp_path / "feeds", tmp_path / "ordinary"
    feeds.mkdir()
    ordinary.mkdir()
    crisis(feeds, "2013_Train", (2, 1, 3, 30, 60, 90, 40, 10, 2, 0, 1))
    crisis(feeds, "2013_Whisper", (1, 1, 2, 1, 1, 0, 1, 0, 0, 0, 0, 1))
    start = datetime(2015, 3, 1)  # noqa: DTZ001 - series name no zone
    steps = range(12 * 24 * 4)
    counted = [f"{start + step * timedelta(minutes=5)},{3 + step % 2}" for step in steps]
    rows = ["timestamp,value", *counted]
    (ordinary / "Brand.csv").write_text("\n".join(rows) + "\n")
    window = [str(start + 200 * timedelta(minutes=5)), str(start + 210 * timedelta(minutes=5))]
    (ordinary / "windows.json").write_text(json.dumps({"Brand.csv": [window]}))
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"incident": {"cluster": "accidental", "severity": "severe"}}))
    return Source(feeds=feeds, ordinary=ordinary, facts=facts, seed=1)


def test_a_labelled_crisis_warns_before_its_peak_and_ordinary_talk_has_no_moment(
    world: World, source: Source
) -> None:
    curve = labelled_budget(world, ASKED, source, quietly)
    assert set(curve.history.references) == {"incident/2013-train"}
    assert set(curve.history.without) == {"incident/2013-whisper", "incident/brand"}
    assert curve.present.missed == 0
    assert curve.present.minutes[0] >= 60
    assert curve.of((200.0,)).missed == 1


def test_the_same_seed_gives_the_same_curve(world: World, source: Source) -> None:
    first, again = (labelled_budget(world, ASKED, source, quietly) for _ in range(2))
    assert report(first, 2.0) == report(again, 2.0)


def test_without_facts_nobody_knows_whether_it_is_our_fault_and_less_is_told(
    world: World, source: Source
) -> None:
    known = labelled_budget(world, ASKED, source, quietly)
    unknown = labelled_budget(world, ASKED, replace(source, facts=None), quietly)
    assert set(known.present.teams) >= set(unknown.present.teams)


@pytest.mark.parametrize("text", ["[]", "{", '{"incident": {"severity": "huge"}}', '{"x": {}}'])
def test_facts_that_are_none_are_refused_with_some_that_are(
    world: World, source: Source, text: str
) -> None:
    assert source.facts is not None
    source.facts.write_text(text)
    with pytest.raises(HistoryInvalid, match=r"facts\.json: .*write"):
        labelled_budget(world, ASKED, source, quietly)


def test_a_folder_without_feeds_is_refused(world: World, source: Source, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(TableInvalid, match="has no feed"):
        labelled_budget(world, ASKED, replace(source, feeds=empty), quietly)


def test_labelled_feeds_know_no_acts_of_people(world: World, source: Source) -> None:
    asked = replace(ASKED, reference=Reference.OPENED)
    with pytest.raises(HistoryInvalid, match="--reference peak"):
        labelled_budget(world, asked, source, quietly)
