"""Somebody signed in without a browser: the pages in process, as a person of some roles."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ontology.identity import ThingId
from service.app import create
from service.browser_sessions import LASTS, begin, form_token
from service.pages.entry import COOKIE
from service.world import World


@dataclass(frozen=True)
class SignedIn:
    """The pages of a world as one person sees them."""

    http: FlaskClient
    token: str

    def get(self, path: str, *, target: str | None = None) -> TestResponse:
        """Open a page, or as htmx does a part of it."""
        return self.http.get(path, headers=_asked(target))

    def post(
        self, path: str, *, target: str | None = None, csrf: str | None = None, **form: Any
    ) -> TestResponse:
        """Send a form."""
        data = {"csrf": self.token if csrf is None else csrf, **form}
        return self.http.post(path, data=data, headers=_asked(target))


def signed_in(world: World, *roles: str, holder: str = "person/ada") -> SignedIn:
    """A client of its own."""
    http = create(world.settings, world=world).test_client()
    ends = world.clock.now() + LASTS
    session, text = begin(world, ThingId(holder), frozenset(roles), ends=ends)
    http.set_cookie(COOKIE, text, domain="localhost", secure=False)
    return SignedIn(http=http, token=form_token(world, session.id))


def _asked(target: str | None) -> dict[str, str]:
    return {} if target is None else {"HX-Request": "true", "HX-Target": target}
