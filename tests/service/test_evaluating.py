"""Figures are measured once for the same data and code; what lacks data is said, not left out."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from knowledge.spread.volume_evaluation import Row
from service.cli import build
from service.evaluating import Advance, EvaluationInvalid, Found, Part, chosen, evaluate, page
from service.evaluations import PARTS

ROW = Row(
    data="a|b", split="all", figure="score", value=0.87234, interval=(0.8, 0.9), baseline="half"
)


def part(name: str, measure: Callable[[Path, Advance], Found], *folders: str) -> Part:
    return Part(name=name, heading=name.title(), about="…", folders=folders, measure=measure)


def counted(calls: list[str], name: str, *folders: str) -> Part:
    def measure(_: Path, advance: Advance) -> Found:
        calls.append(name)
        advance(name, 1, 1)
        return [ROW], ["one line"]

    return part(name, measure, *folders)


def run(parts: Sequence[Part], folder: Path, *, anew: bool = False) -> list[str]:
    results = evaluate(parts, folder, folder / "work", anew=anew, advance=lambda *_: None)
    return [*page([*results])]


def command(*words: object) -> Result:
    return CliRunner().invoke(build(), ["evaluate", *map(str, words)])


def test_a_part_shows_its_figures_with_interval_and_baseline(tmp_path: Path) -> None:
    lines = run([counted([], "moods")], tmp_path)
    assert lines[0] == "## Moods"
    assert "| a/b | all | score | 0.872 | 0.800 to 0.900 | half |" in lines
    assert "- one line" in lines


def test_what_is_kept_is_not_measured_again_unless_asked(tmp_path: Path) -> None:
    calls: list[str] = []
    parts = [counted(calls, "moods")]
    first, again = run(parts, tmp_path), run(parts, tmp_path)
    assert (first, calls) == (again, ["moods"])
    run(parts, tmp_path, anew=True)
    assert calls == ["moods", "moods"]


def test_changed_data_are_measured_again(tmp_path: Path) -> None:
    calls: list[str] = []
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/a.csv").write_text("1")
    run([counted(calls, "moods", "posts")], tmp_path)
    (tmp_path / "posts/a.csv").write_text("2")
    run([counted(calls, "moods", "posts")], tmp_path)
    assert calls == ["moods", "moods"]


def test_an_interrupted_run_goes_on_after_the_last_whole_part(tmp_path: Path) -> None:
    calls: list[str] = []

    def stopped(_: Path, __: Advance) -> Found:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([counted(calls, "first"), part("second", stopped)], tmp_path)
    run([counted(calls, "first"), counted(calls, "second")], tmp_path)
    assert calls == ["first", "second"]


def test_a_kept_result_that_is_broken_is_measured_again(tmp_path: Path) -> None:
    calls: list[str] = []
    run([counted(calls, "moods")], tmp_path)
    (file,) = (tmp_path / "work").iterdir()
    file.write_text('{"rows": [{"data": 1}]}')
    run([counted(calls, "moods")], tmp_path)
    assert calls == ["moods", "moods"]


def test_a_part_without_its_data_says_which_are_lacking(tmp_path: Path) -> None:
    lines = run([counted([], "moods", "posts/here")], tmp_path)
    assert "Not measured: posts/here is not at hand." in lines


def test_a_part_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(EvaluationInvalid, match="'mood' is no part; there are volume, "):
        chosen(["mood"], PARTS)


def test_the_command_writes_a_page_and_refuses_what_it_cannot_use(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    given = ("--data", tmp_path, "--only", "volume", "--work", tmp_path / "work")
    assert command(*given, "--out", out).exit_code == 0
    assert "volume/nab-realtweets is not at hand" in out.read_text()
    assert command("--data", tmp_path / "nowhere").exit_code == 2
    assert command("--data", tmp_path, "--only", "mood").exit_code == 2
    assert command(*given, "--out", tmp_path / "no/folder.md").exit_code == 2


def test_claims_are_measured_without_any_data_and_say_that_they_are_self_labelled(
    tmp_path: Path,
) -> None:
    lines = run([*chosen(["claims"], PARTS)], tmp_path)
    assert lines[0] == "## Claims and promises, self-labelled"
    assert any("promises, self-labelled, by rules, 79 texts" in line for line in lines)


@pytest.mark.slow
def test_disclosure_is_measured_by_rules_and_with_the_screen(tmp_path: Path) -> None:
    lines = run([*chosen(["disclosure"], PARTS)], tmp_path)
    for how in ("by rules, 76 texts", "by screen, 76 texts", "by rules, 231 texts"):
        assert any(f"fault, self-labelled, {how}" in line for line in lines)
