"""Where everybody begins: what waits for them now, what is under way, and where to go."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, redirect

from service.api.answers import principal, world
from service.incident_listing import told
from service.pages.frame import may, page
from service.queue_view import Wanted, look

bp = APIBlueprint("page_home", __name__, enable_openapi=False)

_FIRST: Final = 8
_MOST_INCIDENTS: Final = 8
_UNDER_WAY: Final = frozenset({"candidate", "open"})


@bp.get("/")
def home() -> Response:
    """The start; an employee goes on to the one page for them."""
    if not may("page_console.queue"):
        return redirect("/now", HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # of Flask
    here = world()
    here.catch_up()
    shown = look(here, Wanted(rows=_FIRST), principal().holder)
    known = [one for one in here.incidents.all() if one.state in _UNDER_WAY]
    known.sort(key=lambda one: one.state != "open")
    return page(
        "home.html",
        shown=shown,
        incidents=[told(one) for one in known[:_MOST_INCIDENTS]],
        more=max(0, len(known) - _MOST_INCIDENTS),
    )
