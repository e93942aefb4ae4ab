"""Platforms and feeds, KPIs and their owners, journeys: what stands beyond one incident."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.app import create
from service.browser_sessions import LASTS, begin
from service.pages.entry import COOKIE
from service.world import World
from tests.pages.looking import Window, sound

Open = Callable[..., Window]


@pytest.fixture
def browser(world: World) -> FlaskClient:
    client = create(world.settings, world=world).test_client()
    ends = world.clock.now() + LASTS
    _, key = begin(world, ThingId("person/ada"), frozenset({Role.ANALYST}), ends=ends)
    client.set_cookie(COOKIE, key, domain="localhost", secure=False)
    return client


def test_platforms_show_access_quota_fallback_and_feeds_that_are_silent(
    browser: FlaskClient,
) -> None:
    shown = browser.get("/platforms").text
    for word in ("Mastodon", "Feeds", "missing", "Fallback"):
        assert word in shown


def test_kpis_show_who_answers_and_what_is_missing(browser: FlaskClient) -> None:
    shown = browser.get("/kpis").text
    assert "First answer by a person to somebody affected" in shown
    assert "never measured" in shown


def test_journeys_show_zones_with_their_reasons_and_a_map(browser: FlaskClient) -> None:
    shown = browser.get("/journeys")
    assert shown.status_code == 200
    assert "zones of risk" in shown.text
    drawn = browser.get("/journeys/map.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert b"<svg" in drawn.data


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_they_are_readable(window: Open, width: int, *, dark: bool) -> None:
    shown = window("analyst", width=width, dark=dark)
    for path in ("/platforms", "/kpis", "/journeys"):
        shown.open(path)
        sound(shown)
