"""Reports and the audit trail as pages: every kind, what is wrong beside its field, proofs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import text

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.app import create
from service.browser_sessions import LASTS, begin
from service.pages.entry import COOKIE
from service.report_kinds import REPORTS
from service.world import World
from tests.pages.looking import Window, sound

Open = Callable[..., Window]


@pytest.fixture
def browser(world: World) -> FlaskClient:
    client = create(world.settings, world=world).test_client()
    roles = frozenset({Role.GOVERNANCE, Role.REVIEWER, Role.ANALYST, Role.AUDITOR, Role.TRAINER})
    _, key = begin(world, ThingId("person/ada"), roles, ends=world.clock.now() + LASTS)
    client.set_cookie(COOKIE, key, domain="localhost", secure=False)
    return client


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_has_a_page_with_its_form(browser: FlaskClient, name: str) -> None:
    answer = browser.get(f"/reports/{name}")
    assert answer.status_code == 200, answer.text
    assert f"<h1>{REPORTS[name].title}</h1>" in answer.text.replace("&#39;", "'")


def test_a_wrong_word_is_told_beside_its_field_and_kept(browser: FlaskClient) -> None:
    answer = browser.get("/reports/employees?month=soon&ask=1")
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text
    assert 'aria-describedby="e-month"' in answer.text


def test_what_the_sample_can_not_answer_is_told_with_the_form(browser: FlaskClient) -> None:
    answer = browser.get("/reports/verbatims?since=2001-01-01T00:00:00Z&ask=1")
    assert answer.status_code == 409
    assert 'class="note"' in answer.text


def test_a_report_is_taken_along(browser: FlaskClient) -> None:
    answer = browser.get("/reports/debriefs/file?format=csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="attune-debriefs.csv"'
    assert browser.get("/reports/debriefs/file?format=gif").status_code == 406
    assert browser.get("/reports/nothing").status_code == 404


def test_the_trail_shows_what_happened_to_a_thing(browser: FlaskClient, world: World) -> None:
    answer = browser.get("/audit?thing=incident/2013-ny-train")
    assert answer.status_code == 200
    assert "incident/2013-ny-train" in answer.text
    assert str(world.ledger.head()) in browser.get("/audit").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("before=x", 400),
        ("before=99999999999999999999", 400),
        ("until=yesterday", 422),
        ("until=2026-11-24T08:00:00", 422),
        ("thing=%00", 400),
        ("thing=никто", 400),
        ("type=nothing.of.the.kind", 200),
        ("until=2999-01-01T00:00:00Z", 200),
        ("until=1970-01-01T00:00:00Z", 200),
    ],
)
def test_bad_questions_to_the_trail_are_told_with_good_ones(
    browser: FlaskClient, query: str, status: int
) -> None:
    assert browser.get(f"/audit?{query}").status_code == status


def test_an_event_is_proved_where_it_is_shown(browser: FlaskClient) -> None:
    assert "checked just now" in browser.get("/audit/3").text
    assert "All" in browser.get("/audit/verification").text
    assert browser.get("/audit/999999").status_code == 404


def test_an_event_that_was_changed_on_disk_does_not_verify(
    browser: FlaskClient, world: World
) -> None:
    with world.ledger._database.exclusive() as connection:  # noqa: SLF001 - an attacker at the disk
        connection.execute(text("UPDATE events SET leaf = zeroblob(32) WHERE sequence = 3"))
    assert "does not verify" in browser.get("/audit/3").text
    assert "problems" in browser.get("/audit/verification").text


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_reports_and_trail_are_readable(window: Open, width: int, *, dark: bool) -> None:
    shown = window("governance", "auditor", width=width, dark=dark)
    for path in ("/reports", "/reports/scorecard", "/audit", "/audit/5"):
        shown.open(path)
        sound(shown)


def test_a_report_is_asked_for_by_keyboard_alone(window: Open) -> None:
    shown = window("governance")
    page = shown.open("/reports")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Reports")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
