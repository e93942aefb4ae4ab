"""A sitrep's file: it holds as it was written, and names the first line that was changed."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ontology.identity import ThingId
from service.cli import build
from service.clock import StoppedClock
from service.sitrep import sitrep
from service.sitrep_page import OPENS
from service.sitrep_proofs import FileRefused, checked, key_of, proven
from service.world import World
from tests.service.conftest import START, opened
from tests.service.test_messages import CHIEF, LATE, live, prepared, put
from tests.service.test_press import asked

__all__ = ["prepared"]

PASSED = {"passedAt": "2026-01-01T00:00:00Z"}

ODD = (
    "Züge stehen \u0627\u0644\u0642\u0637\u0627\u0631 列車 e\u0301 🚆 "
    "</script><img src=x onerror=alert(1)> & “so”\u00a0."
)


@pytest.fixture(scope="module")
def home(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which something odd was said and asked; nobody changes it any more."""
    home = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("sitrep") / "home"))
    with opened(home, StoppedClock(START)) as world:
        put(world, "Training", "training/press", trainee=CHIEF.id, exercise="press", **PASSED)
        asked(world, outlet="Harlem & <Post>")
        live(world, text=f"{ODD} We will say more by noon.")
    return home


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, StoppedClock(START)) as world:
        yield world


@pytest.fixture(scope="module")
def file(world: World) -> str:
    return proven(world, sitrep(world, ThingId(LATE), people=False))


def swapped(old: str, new: str) -> Callable[[str], str]:
    def change(file: str) -> str:
        assert old in file
        return file.replace(old, new, 1)

    return change


def other_leaf(file: str) -> str:
    found = re.search(r'"leaves":\{"\d+":\["([0-9a-f]{64})"', file)
    assert found is not None
    return file.replace(found[1], "0" * 64)


CHANGES = {
    "a word of a line": swapped("Züge stehen", "Züge fahren"),
    "a line hidden": swapped("<li><span", '<li hidden=""><span'),
    "a heading": swapped(">Not known<", ">Known<"),
    "the leaf of an event": other_leaf,
    "a line that was added": swapped(
        "</ul>", '<li><span class="line" data-line="99">All is well.</span></li></ul>'
    ),
    "a line that was taken out": lambda file: re.sub(r"<li>.*?</li>", "", file, count=1),
}


def test_it_holds_as_it_was_written(file: str, world: World) -> None:
    found = checked(file)
    assert found.problems == ()
    assert (found.incident, found.key) == (LATE, key_of(world))
    assert found.root == world.ledger.root(found.size).hex()


def test_the_same_sitrep_gives_the_same_bytes(file: str, world: World) -> None:
    assert proven(world, sitrep(world, ThingId(LATE), people=False)) == file


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_is_named(file: str, change: Callable[[str], str]) -> None:
    assert checked(change(file)).problems


def test_a_script_that_was_exchanged_is_found_by_whoever_checks_outside(file: str) -> None:
    found = checked(file.replace('"use strict";', '"use strict"; /* trust me */', 1))
    assert found.problems == ("something beside the lines is not as it was signed",)


def test_another_key_is_not_believed(file: str) -> None:
    with pytest.raises(FileRefused, match="does not hold"):
        checked(file, "00" * 32)


@pytest.mark.parametrize(
    "text", ["", "<html>", OPENS, OPENS + "{}</script>", OPENS + "[1]</script>", "\ufffd" * 9]
)
def test_what_is_no_sitrep_is_refused(text: str) -> None:
    with pytest.raises(FileRefused):
        checked(text)


def test_words_are_words_and_nothing_is_loaded_or_named(file: str) -> None:
    shown = file.partition(OPENS)[0]
    assert "<img src=x" not in shown
    assert shown.count("<img ") == 1
    assert not re.search(r"(?:src|href|url)\W+https?:", file)
    assert "person/" not in file
    assert "Rivera" not in file


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(build(), [*words])
    return done.exit_code, done.output


def test_the_command_line_writes_it_and_verifies_it_with_and_without_the_home(
    home: Path, world: World, tmp_path: Path
) -> None:
    out = tmp_path / "late.html"
    assert run("sitrep", LATE, "--home", str(home), "--out", str(out))[0] == 0
    code, told = run("ledger", "verify", "--file", str(out), "--home", str(home))
    assert (code, "the ledger of this home is the one" in told) == (0, True), told
    code, told = run("ledger", "verify", "--file", str(out), "--key", key_of(world))
    assert code == 0, told
    out.write_text(out.read_text(encoding="utf-8").replace("Züge", "Zuege"), encoding="utf-8")
    code, told = run("ledger", "verify", "--file", str(out))
    assert (code, "is not as it was signed" in told) == (1, True), told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--at", "yesterday"), "no moment"),
        (("--at", "2026-11-22T08:30:00"), "has no zone"),
        (("--at", "2199-01-01T00:00:00Z"), "lies ahead"),
        (("--at", "1999-01-01T00:00:00Z"), "nothing was known of it then"),
        (("--format", "pdf"), "no form of a sitrep"),
        (("--out", "x.docx"), "no form of a sitrep"),
    ],
)
def test_the_command_line_refuses_what_is_wrong(
    home: Path, words: tuple[str, str], told: str
) -> None:
    code, said = run("sitrep", LATE, "--home", str(home), *words)
    assert (code, told in said) == (2, True), said


def test_a_file_that_is_none_ends_with_2(tmp_path: Path) -> None:
    other = tmp_path / "x.html"
    assert run("ledger", "verify", "--file", str(other))[0] == 2
    with other.open("wb") as stream:
        stream.truncate(9 << 20)
    assert "is longer than 8 MiB" in run("ledger", "verify", "--file", str(other))[1]
    other.write_bytes(b"\xff\xfe")
    assert run("ledger", "verify", "--file", str(other))[0] == 2
    other.write_text("<p>Hello.</p>", encoding="utf-8")
    assert run("ledger", "verify", "--file", str(other))[0] == 2
    assert run("ledger", "verify", "--file", str(other), "--key", "abc")[0] == 2
