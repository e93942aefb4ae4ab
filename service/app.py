"""The app factory: one Flask application over one world, with its doors, limits and error pages."""

import re
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import orjson
from apiflask import APIFlask, HTTPError
from flask import Response, g, request
from flask.json.provider import JSONProvider
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from service.api import (
    clock,
    decisions,
    incidents,
    ledger,
    models,
    precedents,
    probes,
    records,
    reference,
    signals,
    webhooks,
)
from service.clock import elapsed_ms, monotonic_ms, new_id
from service.problems import ProblemError, bad_request, invalid
from service.security import Denied, authorise
from service.settings import Settings
from service.world import World

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,80}", re.ASCII)
_BLUEPRINTS: Final = (
    probes.bp,
    reference.bp,
    decisions.bp,
    signals.bp,
    records.bp,
    incidents.bp,
    precedents.bp,
    ledger.bp,
    webhooks.bp,
    clock.bp,
)
_MODELS: Final = {
    name: model
    for name, model in vars(models).items()
    if isinstance(model, type) and issubclass(model, BaseModel)
}


class _Orjson(JSONProvider):
    """JSON by orjson: NaN and duplicates of the standard library's habits stay out."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 - Flask's interface
        """Text of a value."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - Flask's interface
        """Value of a text."""
        return orjson.loads(s)


def create(settings: Settings | None = None, *, world: World | None = None) -> APIFlask:
    """Build the application; without a world it opens the one that the settings name.

    Raises:
        HomeMissing: the home was never initialised.
    """
    settings = settings or Settings()
    app = APIFlask(
        __name__,
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
    )
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    _install_doors(app)
    _install_errors(app)
    reference.describe(app)
    return app


def _install_doors(app: APIFlask) -> None:
    """Request ids, authorisation before every view, and the headers of every answer."""

    @app.before_request
    def enter() -> None:
        g.started = monotonic_ms()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = (
            given if _REQUEST_ID.fullmatch(given) else new_id("request").partition("/")[2]
        )
        if request.endpoint is not None:
            world: World = app.config["WORLD"]
            g.principal = authorise(
                world.keyring(),
                request.headers.get("Authorization"),
                request.endpoint,
                world.clock.now(),
            )

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        probes.observe(
            request.endpoint, response.status_code, elapsed_ms(g.get("started", monotonic_ms()))
        )
        return response


def _install_errors(app: APIFlask) -> None:
    """Every error as a problem document; what is unforeseen is logged and says only its request id."""

    @app.errorhandler(ProblemError)
    def problem(error: ProblemError) -> Response:
        return _rendered(error)

    @app.errorhandler(Denied)
    def denied(error: Denied) -> Response:
        status = HTTPStatus.UNAUTHORIZED if error.unknown else HTTPStatus.FORBIDDEN
        headers = {"WWW-Authenticate": 'Bearer realm="attune"'} if error.unknown else {}
        return _rendered(ProblemError(status, status.phrase.lower(), str(error), headers=headers))

    @app.error_processor
    def apiflask(error: HTTPError) -> Any:  # noqa: ANN401 - a Flask return value
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            model = _MODELS.get(cause.title)
            extra = model.model_config.get("json_schema_extra") if model else None
            example = extra.get("example", {}) if isinstance(extra, dict) else {}
            return _rendered(invalid(cause, example if isinstance(example, dict) else {}))
        return _rendered(_from_status(error.status_code, error.message))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return _rendered(_from_status(error.code or 500, error.description or error.name))

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        app.config["WORLD"].log.exception(
            "unforeseen", request_id=g.get("request_id"), error=repr(error)
        )
        return _rendered(
            _from_status(500, "attune failed here; the request id finds the log line.")
        )


def _from_status(code: int, detail: str) -> ProblemError:
    """A problem for an HTTP status that Flask raised."""
    status = HTTPStatus(code)
    if status is HTTPStatus.BAD_REQUEST:
        return bad_request("The body is no JSON. " + detail)
    return ProblemError(status, re.sub(r"[^a-z]+", "-", status.phrase.lower()), detail)


def _rendered(error: ProblemError) -> Response:
    """A problem document as a response."""
    return Response(
        orjson.dumps(error.json(g.get("request_id", "-"))),
        status=int(error.status),
        headers=error.headers,
        content_type="application/problem+json",
    )
