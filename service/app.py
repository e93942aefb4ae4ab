"""The app factory: one Flask application over one world, with its doors and limits."""

import re
from importlib.metadata import version
from typing import Any, Final

import orjson
from apiflask import APIFlask
from flask import Response, g, request
from flask.json.provider import JSONProvider
from flask.typing import ResponseReturnValue

from service import logs, refusals
from service.admission import DOORS, Admission
from service.api import drill_doors, probes, reference
from service.background import Background
from service.blueprints import BLUEPRINTS
from service.clock import elapsed_ms, monotonic_ms, new_id
from service.pages import entry
from service.security import OPEN, PERMISSIONS, authorise, borrowed
from service.settings import Settings, WorldKind
from service.world import World

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,80}", re.ASCII)
DEEPEST: Final = 32
"""Levels of lists and objects that a body may have."""


class _Orjson(JSONProvider):
    """JSON by orjson: NaN and duplicates of the standard library's habits stay out."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 - Flask's interface
        """Text of a value."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - Flask's interface
        """Value of a text.

        Raises:
            ValueError: it is no JSON, or nothing, or nested too deep for anyone to have meant it.
        """
        value = orjson.loads(s)
        if value is None:
            raise ValueError("null says nothing; send an object like {}")
        if _depth(value) > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
        return value


def _depth(value: object) -> int:
    """How many levels of lists and objects a value has, counted up to one more than allowed."""
    level, depth = [value], 0
    while depth <= DEEPEST:
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        depth += 1
        if not level:
            break
    return depth


def create(settings: Settings | None = None, *, world: World | None = None) -> APIFlask:
    """Build the application; without a world it opens the settings' one and works behind it.

    Raises:
        HomeRefused: the home was never initialised, or is no live one.
    """
    settings = settings or Settings()
    logs.install()
    app = APIFlask(
        "service.app",
        title="attune",
        version=version("attune"),
        docs_path=None,
        spec_path=None,
        static_folder="pages/static",
    )
    app.json = _Orjson(app)
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        VALIDATION_ERROR_STATUS_CODE=422,
        WORLD=world or World.open(settings),
        SETTINGS=settings,
        APPLICATION=create,  # for the doors into the worlds of drills
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _install_doors(app)
    refusals.install(app)
    reference.describe(app)
    if world is None:
        Background(app.config["WORLD"]).start()
    return app


def _identify(world: World) -> ResponseReturnValue | None:
    """Find who asks; an answer at once where somebody has to sign in first.

    Raises:
        Denied: nobody knows them, or they may not.
    """
    endpoint = request.endpoint
    if entry.is_page(endpoint):
        g.problem_page = entry.problem_page
        return entry.enter(world, str(endpoint))
    if endpoint is None or PERMISSIONS.get(endpoint) is OPEN:
        return None
    lent = request.environ.get(drill_doors.LENT)
    if lent is not None and world.kind is WorldKind.DRILL:  # opened by another world
        world.catch_up()
        g.principal = borrowed(lent, endpoint)
        return None
    header = request.headers.get("Authorization")
    keyring = world.keys_now() if endpoint in DOORS else world.keyring()
    g.principal = authorise(keyring, header, endpoint, world.clock.now())
    return None


def _install_doors(app: APIFlask) -> None:
    """Request ids, folds and authorisation before every view, and the headers of every answer."""
    admission = Admission(app.config["WORLD"])

    @app.teardown_request
    def left(_: BaseException | None) -> None:
        if g.pop("admitted", False):
            admission.leave()

    @app.before_request
    def enter() -> ResponseReturnValue | None:
        g.started = monotonic_ms()
        given = request.headers.get("X-Request-Id", "")
        fresh = new_id("request").partition("/")[2]
        g.request_id = given if _REQUEST_ID.fullmatch(given) else fresh
        if request.endpoint in DOORS:
            admission.enter()
            g.admitted = True
        return _identify(app.config["WORLD"])

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        started = g.get("started", monotonic_ms())
        probes.observe(request.endpoint, response.status_code, elapsed_ms(started))
        return response
