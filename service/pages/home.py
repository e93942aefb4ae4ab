"""Where everybody begins: what of attune is for them."""

from apiflask import APIBlueprint
from flask import Response

from service.pages.frame import page

bp = APIBlueprint("page_home", __name__, enable_openapi=False)


@bp.get("/")
def home() -> Response:
    """The start."""
    return page("home.html")
