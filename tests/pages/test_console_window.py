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
