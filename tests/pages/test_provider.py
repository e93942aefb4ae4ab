"""Signing in with an identity provider: a real one, and one that lies."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from werkzeug.serving import make_server

from ontology.lifecycle import Role
from service.app import create
from service.clock import LiveClock
from service.identity_provider import Flow, packed
from service.pages.entry import COOKIE
from service.settings import Settings
from service.world import World
from tests.serving import PLAIN, free_port

HELD = "s3cret-of-attune"
GROUPS = {"crisis": "responder", "board": "reviewer"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider with two people, one of them in a group that may do something."""
    port = free_port()
    people = [{"sub": "ada", "groups": ["crisis"]}, {"sub": "eve", "groups": ["golf"]}]
    claims = [word for one in people for word in ("--user-claims", json.dumps(one))]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *claims],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/.well-known/openid-configuration")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(url, verify=PLAIN).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


Opened = Callable[..., FlaskClient]


@pytest.fixture
def opened(world: World, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A browser before a home that trusts a provider."""

    def make(url: str, **more: Any) -> FlaskClient:
        said = {
            "oidc_issuer": url,
            "oidc_client_id": "attune",
            "oidc_client_secret": HELD,
            "oidc_roles": GROUPS,
            **more,
        }
        changed = Settings.model_validate(world.settings.model_dump() | said)
        monkeypatch.setattr(world, "settings", changed)
        return create(changed, world=world).test_client()

    return make


def there_and_back(browser: FlaskClient, sub: str, path: str = "/now") -> Any:
    """Sign in as somebody does: to the provider, one button, back."""
    away = browser.get(f"/sign-in/provider?next={path}", base_url="https://localhost")
    assert away.status_code == 303, away.text
    with httpx.Client(verify=PLAIN) as http:
        done = http.post(away.headers["Location"], data={"sub": sub})
    at = urlsplit(done.headers["location"])
    return browser.get(f"{at.path}?{at.query}", base_url="https://localhost")


def test_a_provider_lets_people_in_with_the_roles_of_their_groups(
    world: World, issuer: str, opened: Opened
) -> None:
    browser = opened(issuer)
    answer = there_and_back(browser, "ada")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/now")
    session = world.keys_now().keys()[-1]
    assert session.roles == {Role.RESPONDER}
    assert session.session
    assert session.holder == world.keys.pseudonym("person", "staff", "ada")
    assert browser.get("/", base_url="https://localhost").status_code == 200


def test_who_is_in_no_group_that_may_is_told_which_may(issuer: str, opened: Opened) -> None:
    answer = there_and_back(opened(issuer), "eve")
    assert answer.status_code == 401
    assert "those that may: board, crisis" in answer.text


def test_everybody_may_be_an_employee(world: World, issuer: str, opened: Opened) -> None:
    there_and_back(opened(issuer, oidc_default_role="employee"), "eve")
    assert world.keys_now().keys()[-1].roles == {Role.EMPLOYEE}


def test_who_says_no_at_the_provider_is_not_let_in(issuer: str, opened: Opened) -> None:
    browser = opened(issuer)
    away = browser.get("/sign-in/provider", base_url="https://localhost")
    with httpx.Client(verify=PLAIN) as http:
        done = http.post(away.headers["Location"], data={"action": "deny"})
    at = urlsplit(done.headers["location"])
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    back = f"{at.path}?error=access_denied&state={asked['state'][0]}"
    assert "access_denied" in browser.get(back, base_url="https://localhost").text


def test_a_way_back_that_was_not_begun_here_opens_nothing(issuer: str, opened: Opened) -> None:
    browser = opened(issuer)
    answer = browser.get("/sign-in/provider/back?code=x&state=y", base_url="https://localhost")
    assert (answer.status_code, "begin again" in answer.text) == (401, True)
    browser.get("/sign-in/provider", base_url="https://localhost")
    answer = browser.get("/sign-in/provider/back?code=x&state=y", base_url="https://localhost")
    assert (answer.status_code, "begin again" in answer.text) == (401, True)


def test_a_provider_that_is_down_leaves_keys(opened: Opened) -> None:
    browser = opened(f"http://127.0.0.1:{free_port()}")
    answer = browser.get("/sign-in/provider", base_url="https://localhost")
    assert answer.status_code == 503
    assert "sign in with a key" in answer.text


def test_without_a_provider_there_is_no_button(world: World) -> None:
    browser = create(world.settings, world=world).test_client()
    assert "/sign-in/provider" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/provider").status_code == 404


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://x", "login.example"])
def test_a_provider_without_tls_is_refused(opened: Opened, issuer: str) -> None:
    answer = opened(issuer).get("/sign-in/provider", base_url="https://localhost")
    assert answer.status_code == 503
    assert "https://login.example" in answer.text


@dataclass
class Liar:
    """A provider that gives whatever token it is told to."""

    url: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "own"}))
    token: str = ""
    asked: int = 0

    def says(self, key: Any = None, alg: str = "ES256", **claims: Any) -> None:
        now = int(LiveClock().now().timestamp())
        usual = {"iss": self.url, "aud": "attune", "sub": "ada", "exp": now + 300, "iat": now}
        said = {**usual, "nonce": "n", "groups": ["crisis"], **claims}
        header = {"alg": alg, "kid": "own"}
        held = {name: value for name, value in said.items() if value is not None}
        self.token = jwt.encode(header, held, key or self.key, algorithms=[alg])


@pytest.fixture
def liar() -> Iterator[Liar]:
    app, one = Flask("liar"), Liar()

    @app.get("/.well-known/openid-configuration")
    def addresses() -> Any:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return jsonify({"issuer": one.url, **{name: f"{one.url}/{name}" for name in names}})

    @app.get("/jwks_uri")
    def keys() -> Any:
        one.asked += 1
        return jsonify(KeySet([one.key]).as_dict(private=False))

    @app.post("/token_endpoint")
    def token() -> Any:
        assert request.form["code_verifier"] == "v"
        return jsonify({"id_token": one.token, "access_token": "x", "token_type": "Bearer"})

    server = make_server("127.0.0.1", 0, app)
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield one
    server.shutdown()
    thread.join()
    server.server_close()


def came_back(world: World, browser: FlaskClient, *, late: int = 0) -> Any:
    until = int(LiveClock().now().timestamp()) + 600 - late
    flow = Flow(state="s", nonce="n", verifier="v", next="/now", until=until)
    browser.set_cookie("__Host-attune-flow", packed(world, flow), domain="localhost")
    return browser.get("/sign-in/provider/back?code=c&state=s", base_url="https://localhost")


def test_what_holds_is_let_in(world: World, liar: Liar, opened: Opened) -> None:
    liar.says()
    assert came_back(world, opened(liar.url)).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 500},
        {"groups": None},
        {"groups": []},
        {"groups": {"crisis": 1}, "sub": None},
        {"iat": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_opens_nothing(
    world: World, liar: Liar, opened: Opened, claims: dict[str, Any]
) -> None:
    liar.says(**claims)
    many = len(world.keys_now().keys())
    assert came_back(world, opened(liar.url)).status_code == 401
    assert len(world.keys_now().keys()) == many


def test_a_token_signed_by_another_key_or_by_none_opens_nothing(
    world: World, liar: Liar, opened: Opened
) -> None:
    browser = opened(liar.url)
    liar.says(key=ECKey.generate_key("P-256", {"kid": "own"}))
    assert came_back(world, browser).status_code == 401
    liar.says(key=OctKey.import_key("attune-attune-attune-attune-1234"), alg="HS256")
    assert came_back(world, browser).status_code == 401
    head, body, _ = liar.token.split(".")
    liar.token = f"eyJhbGciOiJub25lIn0.{body}."
    assert came_back(world, browser).status_code == 401
    for garbage in ("", "a.b.c", "ключ", "x" * 10_000):
        liar.token = garbage
        assert came_back(world, browser).status_code == 401
    assert liar.asked == 1, "forged tokens make nobody ask for keys again and again"
    assert head


def test_whoever_takes_too_long_begins_again(world: World, liar: Liar, opened: Opened) -> None:
    liar.says()
    answer = came_back(world, opened(liar.url), late=700)
    assert (answer.status_code, "longer than ten minutes" in answer.text) == (401, True)


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "e30=.", "é.é"])
def test_a_cookie_that_was_made_up_opens_nothing(liar: Liar, opened: Opened, cookie: str) -> None:
    browser = opened(liar.url)
    browser.set_cookie("__Host-attune-flow", cookie, domain="localhost")
    answer = browser.get("/sign-in/provider/back?code=c&state=s", base_url="https://localhost")
    assert answer.status_code == 401
    assert COOKIE not in str(answer.headers)


def test_the_secret_is_shown_nowhere(world: World, opened: Opened, liar: Liar) -> None:
    browser = opened(liar.url)
    assert HELD not in repr(world.settings)
    assert HELD not in browser.get("/sign-in").text
