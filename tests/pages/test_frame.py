"""The frame of all pages: signing in and out, keys, live, no script or style from elsewhere."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from service.pages.tries import MOST, Tries
from tests.pages.looking import Window, sound
from tests.serving import PLAIN, Served

Open = Callable[..., Window]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_signing_in_is_readable_on_phone_and_desk_by_day_and_night(
    window: Open, width: int, *, dark: bool
) -> None:
    shown = window(width=width, dark=dark)
    shown.open("/sign-in")
    sound(shown)


def test_a_key_opens_a_session_and_signing_out_ends_it(window: Open) -> None:
    shown = window("responder")
    cookie = shown.page.context.cookies()[0]
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"]) == ("__Host-attune", True, True)
    assert cookie["sameSite"] == "Lax"
    shown.page.get_by_role("button", name="Sign out").click()
    expect(shown.page.get_by_label("Your key")).to_be_visible()
    shown.page.context.add_cookies([cookie])  # type: ignore[list-item] # the same shape
    shown.page.goto("/")
    expect(shown.page.get_by_label("Your key")).to_be_visible()


def test_without_a_session_one_signs_in_first_and_comes_back(served: Served) -> None:
    with httpx.Client(base_url=served.url, verify=PLAIN) as client:
        answer = client.get("/?x=1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/%3Fx%3D1")


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example"]
)
def test_a_link_to_signing_in_leads_nowhere_else(
    served: Served, elsewhere: str, key_of: Callable[..., str]
) -> None:
    with httpx.Client(base_url=served.url, verify=PLAIN) as client:
        form = {"key": key_of("responder"), "next": elsewhere}
        assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_a_form_of_another_site_is_refused(served: Served, key_of: Callable[..., str]) -> None:
    with httpx.Client(base_url=served.url, verify=PLAIN) as client:
        done = client.post("/sign-in", data={"key": key_of("responder")})
        cookie = {"Cookie": done.headers["set-cookie"].partition(";")[0]}
        answer = client.post("/sign-out", headers=cookie, data={"csrf": "0" * 64})
        assert answer.status_code == 403
        assert "did not come from a page of this session" in answer.text
        assert client.get("/", headers=cookie).status_code == 200


@pytest.mark.parametrize("key", ["", "attune_x_y", "ключ", "a" * 5_000, "attune_1_" + "0" * 64])
def test_what_is_no_key_is_refused_with_one_that_is(served: Served, key: str) -> None:
    with httpx.Client(base_url=served.url, verify=PLAIN) as client:
        answer = client.post("/sign-in", data={"key": key})
    assert answer.status_code == 401
    assert "attune_01h" in answer.text
    assert "set-cookie" not in answer.headers


def test_pages_allow_no_script_or_style_in_the_page(served: Served) -> None:
    with httpx.Client(base_url=served.url, verify=PLAIN) as client:
        policy = client.get("/sign-in").headers["content-security-policy"]
    assert "'unsafe" not in policy
    assert "script-src 'self'" in policy


def test_keys_are_told(window: Open) -> None:
    shown = window("responder")
    shown.page.keyboard.press("?")
    expect(shown.page.get_by_role("heading", name="Keys")).to_be_visible()
    sound(shown)


def test_the_page_is_live(window: Open) -> None:
    shown = window("responder")
    expect(shown.page.get_by_role("status")).to_have_text("live")


def test_who_tries_many_keys_has_to_wait_and_others_have_not() -> None:
    tries = Tries()
    for _ in range(MOST):
        assert tries.wait_s("192.0.2.1") == 0
        tries.failed("192.0.2.1")
    assert 0 < tries.wait_s("192.0.2.1") <= 61
    assert tries.wait_s("192.0.2.2") == 0
    tries.succeeded("192.0.2.1")
    assert tries.wait_s("192.0.2.1") == 0


def test_the_memory_of_tries_is_bounded() -> None:
    tries = Tries()
    for number in range(10_000):
        tries.failed(f"2001:db8::{number:x}")
    assert len(tries._failed) <= 4_096  # noqa: SLF001 - what is bounded


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_start_shows_what_waits_and_what_is_under_way(
    window: Open, width: int, *, dark: bool
) -> None:
    shown = window("responder", width=width, dark=dark)
    page = shown.open("/")
    expect(page.get_by_role("heading", name="What waits")).to_be_visible()
    expect(page.get_by_role("link", name="Derailment of a commuter train").first).to_be_visible()
    sound(shown)
