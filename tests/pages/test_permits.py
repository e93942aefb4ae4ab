"""Who sees which page: every page and form with every role, and nobody who is not signed in."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ontology.identity import ThingId
from service.browser_sessions import LASTS, begin, form_token
from service.page_permits import OPEN_PAGES, PAGES, PREFIX
from service.pages.entry import COOKIE
from service.permissions import KEY_ROLES, PERMISSIONS
from service.world import World
from tests.conftest import Door

LEFT_OPEN = frozenset({"page_live.stream"})
"""An answer that goes on: tests/pages/test_live.py."""


def test_the_table_is_a_part_of_the_one_of_all_endpoints() -> None:
    assert {name for name in PERMISSIONS if name.startswith(PREFIX)} == {*PAGES, *OPEN_PAGES}


def test_who_is_not_signed_in_is_led_to_signing_in(door: Door) -> None:
    for method, path, _ in requests(door):
        answer = door.http.open(path, method=method, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["Location"][:9]) == (303, "/sign-in?"), path


@pytest.mark.parametrize("role", sorted(KEY_ROLES))
def test_each_role_opens_its_pages_and_no_others(door: Door, world: World, role: str) -> None:
    ends = world.clock.now() + LASTS
    session, text = begin(world, ThingId("person/ada"), frozenset({role}), ends=ends)
    door.http.set_cookie(COOKIE, text, domain="localhost", secure=False)
    form = {"X-CSRF-Token": form_token(world, session.id)}
    refused = set()
    for method, path, endpoint in requests(door):
        if endpoint in LEFT_OPEN or endpoint == "page_sign_in.leave":
            continue
        answer = door.http.open(path, method=method, headers=form)
        assert answer.status_code < 500, (method, path)
        assert answer.status_code != 401, (method, path)
        if answer.status_code == 403 and "is for" in answer.text:
            refused.add(endpoint)
    others = {name for name, (_, roles) in PAGES.items() if role not in roles}
    assert refused == others - LEFT_OPEN


def requests(door: Door) -> Iterator[tuple[str, str, str]]:
    """Method, path and endpoint of every page that a session opens; parts of paths are made up."""
    for rule in _rules(door.http):
        if rule.endpoint not in PAGES:
            continue
        values: dict[str, Any] = dict.fromkeys(rule.arguments, "1")
        with door.http.application.test_request_context():
            path = door.http.application.url_for(rule.endpoint, **values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path, rule.endpoint


def _rules(http: FlaskClient) -> Iterator[Rule]:
    yield from http.application.url_map.iter_rules()
