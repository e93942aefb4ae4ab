"""The scripts of others that pages load: htmx, as its package on the index has it."""

from functools import cache
from importlib.metadata import files

from apiflask import APIBlueprint
from flask import Response

bp = APIBlueprint("page_assets", __name__, enable_openapi=False)


@bp.get("/assets/htmx.js")
def script() -> Response:
    """Htmx 2; it changes only with the installation."""
    answer = Response(_htmx(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@cache
def _htmx() -> str:
    """The script that django-htmx brings; Django itself is never imported."""
    found = [one for one in files("django-htmx") or () if one.name == "htmx-2.min.js"]
    if not found:
        raise FileNotFoundError("htmx-2.min.js of django-htmx; install the pinned requirements")
    return found[0].read_text(encoding="utf-8")
