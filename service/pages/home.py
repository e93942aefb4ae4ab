"""Where everybody begins: what of attune is for them."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response, redirect

from service.pages.frame import may, page

bp = APIBlueprint("page_home", __name__, enable_openapi=False)


@bp.get("/")
def home() -> Response:
    """The start."""
    if not may("page_live.stream"):  # an employee: there is one page for them
        return redirect("/now", HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # of Flask
    return page("home.html")
