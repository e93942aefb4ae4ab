"""Signing in with a key, which a session takes the place of, and signing out."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, g, redirect, request

from service.api.answers import world
from service.browser_sessions import LASTS, NoSession, sign_in, sign_out
from service.pages.entry import COOKIE
from service.pages.frame import page
from service.pages.tries import Tries

bp = APIBlueprint("page_sign_in", __name__, enable_openapi=False)

_LONGEST: Final = 400
_TRIES: Final = Tries()


@bp.get("/sign-in")
def ask() -> Response:
    """The form."""
    return page("sign-in.html", next=inside(request.args.get("next", "/")), why=None)


@bp.post("/sign-in")
def take() -> Response:
    """Exchange a key for a session."""
    back, address = inside(request.form.get("next", "/")), request.remote_addr or ""
    if wait := _TRIES.wait_s(address):
        why = f"Too many keys were tried from here; try again in {wait} seconds."
        answer = page("sign-in.html", HTTPStatus.TOO_MANY_REQUESTS, next=back, why=why)
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        _, text = sign_in(world(), request.form.get("key", "")[:_LONGEST])
    except NoSession as refused:
        _TRIES.failed(address)
        world().log.warning("nobody signed in", address=address)
        return page("sign-in.html", HTTPStatus.UNAUTHORIZED, next=back, why=str(refused))
    _TRIES.succeeded(address)
    return with_session(redirect(back, HTTPStatus.SEE_OTHER), text)  # type: ignore[arg-type] # a Response of Flask


@bp.post("/sign-out")
def leave() -> Response:
    """End the session."""
    sign_out(world(), g.session)
    answer = redirect("/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return answer  # type: ignore[return-value] # a Response of Flask


def with_session(answer: Response, text: str) -> Response:
    """An answer that hands a session to the browser, for our requests only, not for scripts."""
    answer.set_cookie(
        COOKIE,
        text,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",  # links in mails lead to pages; forms have a token of their own
    )
    return answer


def inside(path: str) -> str:
    """A path of ours, or the start: nobody is sent elsewhere by a link to us."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and path.isprintable() and len(path) <= _LONGEST else "/"
