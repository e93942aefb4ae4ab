"""The door of the pages: a session instead of a key, forms from our pages only, errors to read."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Response, g, redirect, request

from service.browser_sessions import is_form_token
from service.page_permits import PREFIX
from service.pages.frame import page
from service.permissions import OPEN, PERMISSIONS
from service.problems import ProblemError
from service.security import NOBODY, Denied, permitted
from service.world import World

COOKIE: Final = "__Host-attune"
"""The prefix makes browsers refuse it unless it is Secure, of this host and of every path."""

MICROSITE: Final = "page_microsite.now"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_page(endpoint: str | None) -> bool:
    """Whether an endpoint is a page, so that people read its errors."""
    return endpoint is not None and endpoint.startswith(PREFIX)


def enter(world: World, endpoint: str) -> Response | None:
    """Find who is signed in; a redirect where nobody is and somebody has to be.

    Raises:
        Denied: they may not see this page.
        ProblemError: a form did not come from a page of theirs (403).
    """
    key = world.keys_now().find(request.cookies.get(COOKIE, ""), world.clock.now())
    g.session = key if key is not None and key.session else None
    g.principal = NOBODY
    if PERMISSIONS.get(endpoint) is OPEN or _let_in(world, endpoint):
        if g.session is not None:
            g.principal = permitted(g.session, "page_home.home")
        return None
    if g.session is None:
        return _to_sign_in()
    g.principal = permitted(g.session, endpoint)
    if request.method not in _SAFE:
        _check_form(world)
    return None


def _let_in(world: World, endpoint: str) -> bool:
    """Whether this home shows a page to everybody who reaches it."""
    return endpoint == MICROSITE and world.settings.microsite_open


def problem_page(error: ProblemError) -> Response:
    """A problem as a page: what is wrong, where, and what would be right."""
    shown = error.json(g.get("request_id", "-"))
    answer = page("problem.html", HTTPStatus(error.status), problem=shown)
    answer.headers.update(error.headers)
    return answer


def _to_sign_in() -> Response:
    """Where one signs in, and from there back."""
    back = request.full_path.rstrip("?") if request.method in _SAFE else "/"
    where = f"/sign-in?next={quote(back, safe='/')}"
    if request.headers.get("HX-Request") == "true":
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": where})
    if request.accept_mimetypes.best == "text/event-stream":
        raise Denied("Sign in first, at /sign-in.", unknown=True)
    return redirect(where, HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # a Response of Flask


def _check_form(world: World) -> None:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not is_form_token(world, g.session.id, given):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "form-not-ours",
            "This form did not come from a page of this session; load the page again and send it"
            " from there. Nothing was done.",
        )
