"""The first words of a tone audit, and what it withholds; commands that texts name exist."""

import re
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from knowledge.measures.estimates import Withheld
from service.cli.load import app
from service.tone_words import headline, withheld
from tests.docs.examples import ROOT

NAMED = re.compile(r"attune load ([a-z-]+)")


def few(groups: int, n: int = 9) -> Withheld:
    return Withheld(reason=f"{groups} groups", n=n)


def test_nothing_shown_is_told_apart_from_nothing_that_can_be_told() -> None:
    shown = ["No drift is shown", "No difference between groups is shown"]
    assert [*headline({"not shown": [("everybody", "sound")]}, [])] == shown
    blind = ["No drift can be told", "No difference between groups can be told"]
    assert [*headline({"cannot tell": [("everybody", "sound")]}, None)] == blind


def test_what_drifted_stands_before_what_is_worth_a_look_and_before_who_differs() -> None:
    drifted = {"worth a look": [("web", "grade")], "drifted": [("team/a", "sound")]}
    assert [*headline(drifted, [("team/a", "empathy"), ("team/a", "empathy")])] == [
        "Drifted: team/a (sound)",
        "Worth a look: web (grade)",
        "Apart by more than chance: team/a (empathy)",
    ]


def test_a_headline_of_many_places_says_how_many_more_there_are() -> None:
    many = [(f"team/{number}", "sound") for number in range(20)]
    line = next(headline({"drifted": many}, None))
    assert line.endswith("team/7 (sound), 12 more")


def test_what_is_withheld_for_one_reason_is_told_once() -> None:
    scores = ["empathy", "grade"]
    missing = [(by, score, few(1)) for by in ("teams", "channels") for score in scores]
    assert [*withheld(missing, scores)] == ["teams, channels: withheld: 1 groups (n = 9)"]


def test_of_what_is_withheld_the_scores_are_named_unless_they_are_all() -> None:
    missing = [
        ("teams", "grade", few(2, 7)),
        ("regions", "grade", few(2)),
        ("all", "sound", few(3)),
    ]
    assert [*withheld(missing, ["grade", "sound"])] == [
        "teams, regions: grade: withheld: 2 groups (n = 7 to 9)",
        "all: sound: withheld: 3 groups (n = 9)",
    ]


def test_whatever_is_said_to_be_loaded_by_a_command_names_a_command_there_is() -> None:
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    files = [*(ROOT / "service").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    named = {(name, one.name) for one in files for name in NAMED.findall(_text(one))}
    assert len(named) > 10
    # A help text says that a file is one that `attune load` takes.
    assert {one for one in named if one[0] not in command.commands} == {("takes", "geofences.py")}


def _text(file: Path) -> str:
    return re.sub(r'"\s+f?"', " ", file.read_text("utf-8"))
