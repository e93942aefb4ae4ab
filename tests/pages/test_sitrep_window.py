"""The sitrep in a real Chromium: the page, and the file that checks itself without a network."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ontology.identity import ThingId
from service.sitrep import sitrep
from service.sitrep_proofs import proven
from service.world import World
from tests.pages.looking import Window, sound

TRAIN = "/incidents/2013-ny-train/sitrep"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_incidents_and_sitrep_are_sound(
    window: Callable[..., Window], width: int, *, dark: bool
) -> None:
    shown = window("responder", width=width, dark=dark)
    shown.open("/incidents")
    sound(shown)
    shown.open(TRAIN)
    sound(shown)


def test_another_minute_is_asked_for_by_keyboard_alone(window: Callable[..., Window]) -> None:
    shown = window("responder")
    page = shown.open(TRAIN)
    page.keyboard.press("a")
    expect(page.get_by_label("As of (UTC)")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("nothing later stands here")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("n")
    expect(page.get_by_text("looks anew by itself")).to_be_visible()


@pytest.fixture
def file(world: World) -> str:
    return proven(world, sitrep(world, ThingId("incident/2013-ny-train"), people=False))


def opened(chromium: Browser, path: Path, text: str, *, scripts: bool = True) -> Page:
    """The file from disk in a browser without a network."""
    path.write_text(text, encoding="utf-8")
    context = chromium.new_context(offline=True, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(path.as_uri())
    return page


def test_the_file_checks_itself_without_a_network(
    chromium: Browser, file: str, tmp_path: Path
) -> None:
    shown = opened(chromium, tmp_path / "sitrep.html", file)
    verdict = shown.locator("#verdict")
    expect(verdict).to_have_attribute("data-holds", "yes")
    expect(verdict).to_contain_text("signed with the key")
    assert Window(shown).findings() == []
    assert shown.locator("[data-line]:not([data-holds=yes])").count() == 0


CHANGES = {
    "a word": ('<span dir="auto">What it is: ', '<span dir="auto">What it was: '),
    "a line that is hidden": ("<li><span", '<li hidden=""><span'),
    "a heading": (">Not known<", ">Known<"),
    "the key": ('"key":"', '"key":"00'),
    "a node of the tree": ('"nodes":["', '"nodes":["00'),
    "the statement": ('"statement":"', '"statement":"ey.'),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_the_page_says_that_it_does_not_hold(
    chromium: Browser, file: str, tmp_path: Path, old: str, new: str
) -> None:
    assert old in file
    shown = opened(chromium, tmp_path / "sitrep.html", file.replace(old, new, 1))
    expect(shown.locator("#verdict")).to_have_attribute("data-holds", "no")


def test_the_first_line_that_does_not_hold_is_named(
    chromium: Browser, file: str, tmp_path: Path
) -> None:
    old, new = CHANGES["a word"]
    shown = opened(chromium, tmp_path / "sitrep.html", file.replace(old, new, 1))
    expect(shown.locator("#verdict")).to_contain_text("“What it was: ")
    assert shown.locator("[data-holds=no][data-line]").count() == 1


def test_without_scripts_it_can_be_read_and_says_that_it_was_not_verified(
    chromium: Browser, file: str, tmp_path: Path
) -> None:
    shown = opened(chromium, tmp_path / "sitrep.html", file, scripts=False)
    expect(shown.locator("#verdict")).to_contain_text("attune ledger verify --file")
    expect(shown.get_by_role("heading", name="Not known")).to_be_visible()
