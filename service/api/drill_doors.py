"""The doors of a drill: every endpoint of attune, in the drill's own world."""

from dataclasses import replace
from typing import Final, cast

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, request
from werkzeug.test import run_wsgi_app

from service.api.answers import conflict, principal
from service.api.drill_access import drill_of, roles_in, there
from service.drills import HELD
from service.problems import not_found
from service.world import World

bp = APIBlueprint("drill_doors", __name__, url_prefix="/v1", tag="Drills")

LENT: Final = "attune.lent"
"""Under this name a drill's doors find who asks: nothing that a request says can set it."""

_SHUT: Final = ("v1/drills", "v1/jobs", "v1/webhooks", "v1/connectors")
"""What the world of a drill has no use for: nothing of it leaves, and nothing runs behind it."""


@bp.route(
    "/drills/<string:local>/world/<path:rest>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"]
)
@bp.doc(hide=True)
def doors(local: str, rest: str) -> Response:
    """Every door of attune, into the drill's world, with the roles that one has there."""
    drill = drill_of(local)
    roles = roles_in(drill)
    inside = there(drill)
    if request.method != "GET" and drill.state not in HELD:
        raise conflict(f"{drill.id} is {drill.state}; what was done there can only be read.")
    if rest.startswith(_SHUT):
        raise not_found("door of a drill", rest[:140], "v1/decisions")
    environ = dict(request.environ)
    prefix = f"/v1/drills/{local}/world"
    environ |= {
        "PATH_INFO": f"/{rest}",
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix,
        LENT: replace(principal(), roles=roles),
    }
    return Response(*run_wsgi_app(_app(inside).wsgi_app, environ, buffered=True))


def _app(there: World) -> Flask:
    """The application over a drill's world, one a process."""
    apps = current_app.extensions.setdefault("drills", {})
    key = there.settings.home
    kept = apps.get(key)
    if kept is None or kept[0] is not there:
        kept = apps[key] = (there, current_app.config["APPLICATION"](there.settings, world=there))
    return cast("Flask", kept[1])
