"""Signing in with an identity provider: there, and back again."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app, redirect, request

from service.api.answers import world
from service.browser_sessions import LASTS, NoSession, begin
from service.clock import LiveClock
from service.identity_provider import FLOW_S, Provider, packed, unpacked
from service.pages.frame import page
from service.pages.sign_in import inside, with_session
from service.problems import ProblemError

bp = APIBlueprint("page_provider", __name__, enable_openapi=False)

_COOKIE: Final = "__Host-attune-flow"


@bp.get("/sign-in/provider")
def leave() -> Response:
    """To the provider."""
    here, back = world(), inside(request.args.get("next", "/"))
    try:
        address, flow = _provider().leave(_redirect(), back, _seconds())
    except NoSession as refused:
        return page("sign-in.html", HTTPStatus.SERVICE_UNAVAILABLE, next=back, why=str(refused))
    answer = redirect(address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _COOKIE,
        packed(here, flow),
        max_age=FLOW_S,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return answer  # type: ignore[return-value] # a Response of Flask


@bp.get("/sign-in/provider/back")
def back() -> Response:
    """From the provider: a session, or why there is none."""
    here = world()
    try:
        flow = unpacked(here, request.cookies.get(_COOKIE, ""))
        who = _provider().came_back(here, flow, request.args, _redirect(), _seconds())
        _, text = begin(here, who.holder, who.roles, ends=here.clock.now() + LASTS)
    except NoSession as refused:
        here.log.warning("nobody signed in", why=str(refused))
        return page("sign-in.html", HTTPStatus.UNAUTHORIZED, next="/", why=str(refused))
    answer = with_session(redirect(flow.next, HTTPStatus.SEE_OTHER), text)  # type: ignore[arg-type] # a Response of Flask
    answer.delete_cookie(_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return answer


def _provider() -> Provider:
    """The home's provider, one for the process.

    Raises:
        ProblemError: none is configured (404).
    """
    settings = world().settings
    if not settings.oidc_issuer:
        told = "No identity provider is configured here (ATTUNE_OIDC_ISSUER); sign in with a key."
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found", told)
    kept = current_app.extensions
    if "attune-provider" not in kept:
        kept["attune-provider"] = Provider(settings)
    found: Provider = kept["attune-provider"]
    return found


def _redirect() -> str:
    own = world().settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return f"{own}/sign-in/provider/back"


def _seconds() -> int:
    """The provider's time, which no replay turns back."""
    return int(LiveClock().now().timestamp())
