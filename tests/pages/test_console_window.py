"""The console in a real window: by keyboard, live, on phone and desk."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.pages.looking import Window, sound
from tests.serving import PLAIN, Served

Open = Callable[..., Window]
Decide = Callable[[], str]


@pytest.fixture
def decide(served: Served, key_of: Callable[..., str]) -> Decide:
    """Ask for a decision as a contact centre does; its id."""

    def ask() -> str:
        with httpx.Client(base_url=served.url, verify=PLAIN) as client:
            key = {"Authorization": f"Bearer {key_of('responder', holder='person/lee')}"}
            body = {"incident": "incident/2013-ny-train", "text": "Nobody tells us anything."}
            answer = client.post("/v1/decisions", json=body, headers=key)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    return ask


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_queue_and_card_are_sound(window: Open, decide: Decide, width: int, *, dark: bool) -> None:
    shown = window("responder", width=width, dark=dark)
    made = decide()
    shown.open("/console?kind=decision")
    sound(shown)
    shown.open(f"/console/{made}")
    expect(shown.page.locator("blockquote.said")).to_be_visible()
    sound(shown)
    shown.page.keyboard.press("o")
    expect(shown.page.get_by_role("textbox", name="Reason")).to_be_focused()
    sound(shown)


def test_by_keyboard_one_walks_opens_and_accepts(window: Open, decide: Decide) -> None:
    decide()
    shown = window("responder")
    page = shown.open("/console?kind=decision")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("Done: accept")).to_be_visible()
    assert shown.said == []


def test_what_happens_while_a_window_is_cut_off_is_seen_afterwards(
    window: Open, decide: Decide
) -> None:
    shown = window("responder")
    page = shown.open("/console?kind=decision&by=tier")
    expect(page.locator("[data-live-state]")).to_have_text("live")
    expect(page.locator(f"#{row_id(decide())}")).to_be_visible()
    page.context.set_offline(True)
    made = [decide() for _ in range(3)]
    page.context.set_offline(False)
    for one in made:
        expect(page.locator(f"#{row_id(one)}")).to_be_visible(timeout=30_000)
        expect(page.locator(f"#{row_id(one)}").get_by_text("new")).to_be_visible()


def test_new_things_leave_the_focus_where_it_is(window: Open, decide: Decide) -> None:
    decide()
    shown = window("responder")
    page = shown.open("/console?kind=decision")
    expect(page.locator("[data-live-state]")).to_have_text("live")
    page.keyboard.press("j")
    here = str(page.evaluate("document.activeElement.id"))
    assert here.startswith("row-decision-")
    made = decide()
    expect(page.locator(f"#{row_id(made)}")).to_be_visible()
    expect(page.locator(f"#{here}")).to_be_focused()


def test_of_two_windows_the_second_is_told_who_was_first(window: Open, decide: Decide) -> None:
    made = decide()
    first, second = window("responder"), window("reviewer")
    second.open(f"/console/{made}")
    second.page.keyboard.press("o")
    second.page.get_by_role("textbox", name="Reason").fill("They are on the phone.")
    first.open(f"/console/{made}")
    first.page.keyboard.press("a")
    expect(first.page.get_by_text("Done: accept")).to_be_visible()
    expect(second.page.get_by_text("ada did this meanwhile: accept")).to_be_visible()
    second.page.get_by_role("button", name="Override").click()
    expect(second.page.get_by_text("ada was first: accept")).to_be_visible()
    reason = second.page.get_by_role("textbox", name="Reason")
    expect(reason).to_have_value("They are on the phone.")
    second.page.get_by_role("button", name="Override").click()
    expect(second.page.get_by_text("Done: override")).to_be_visible()


def test_without_scripts_one_opens_a_card_and_accepts(window: Open, decide: Decide) -> None:
    made = decide()
    page = window("responder", width=390, scripts=False).open("/console?kind=decision&by=tier")
    page.locator(f"#{row_id(made)}").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Done: accept")).to_be_visible()
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.locator("#by")).to_have_value("tier")


def row_id(thing: str) -> str:
    return "row-" + thing.replace("/", "-")
