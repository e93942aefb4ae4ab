"""The interface described: OpenAPI 3.1 and a page that reads it, both served from here."""

from typing import Any, Final

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app
from jinja2 import Environment, PackageLoader

from service.api.answers import answer
from service.observation_schemas import described

bp = APIBlueprint("reference", __name__, tag="Reference")

_PAGES: Final = Environment(loader=PackageLoader("service", "pages/templates"), autoescape=True)
_ORDER: Final = (
    "Decisions",
    "Signals",
    "Incidents",
    "Acts",
    "Records",
    "Precedents",
    "Policy",
    "Ledger",
    "Webhooks",
    "Operation",
    "Reference",
)
"""What a caller asks first stands first."""

_SHARED: Final = {
    400: "The body is no JSON, or a header or part of the path is malformed.",
    401: "No key, or one that is unknown, revoked or expired.",
    403: "The key lacks the role or the scope.",
    413: "The body is too long.",
    422: "The input has faults; each has a JSON pointer, the value and a valid one.",
    500: "attune failed; the request id finds the log line.",
}
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"})
_PROBLEM: Final = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "value": {"type": "string"},
                    "example": {},
                },
            },
        },
    },
}


@bp.get("/openapi.json")
@bp.doc(summary="This interface as OpenAPI 3.1.", responses={200: "The document."})
def openapi() -> Response:
    """The OpenAPI document."""
    return answer(_spec())


@bp.get("/docs")
@bp.doc(summary="This interface as a page; works offline.", responses={200: "The page."})
def docs() -> Response:
    """The reference page: no script, no outside resource."""
    spec = _spec()
    groups: dict[str, list[dict[str, Any]]] = {tag: [] for tag in _ORDER}
    for path, item in sorted(spec["paths"].items()):
        for method in _METHODS:
            if method in item:
                operation = {"path": path, "method": method, **item[method]}
                groups.setdefault(item[method]["tags"][0], []).append(operation)
    page = _PAGES.get_template("reference.html").render(spec=spec, groups=groups)
    return Response(
        page,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'self'"},
    )


def _spec() -> dict[str, Any]:
    """The document that APIFlask generates, as a dict."""
    spec = current_app.spec  # type: ignore[attr-defined]  # the running application is an APIFlask
    return dict(spec)


def describe(app: APIFlask) -> None:
    """Add to the document what every operation shares: the key, the problems, the licence."""

    @app.spec_processor
    def complete(made: dict[Any, Any] | str) -> dict[Any, Any] | str:
        spec: dict[str, Any] = dict(made) if isinstance(made, dict) else {}
        spec["info"]["description"] = (
            "Decisions for organisations in a public crisis, with their reasons."
        )
        spec["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        components = spec.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _PROBLEM
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described(spec)
        for path, item in spec["paths"].items():
            for method in _METHODS:
                if method in item:
                    _share(item[method], guarded=path not in _OPEN)
        return spec


def _share(operation: dict[str, Any], *, guarded: bool) -> None:
    """The security and the problem answers of one operation."""
    codes = {400, 413, 500}
    if guarded:
        operation["security"] = [{"key": []}]
        codes |= {401, 403}
    if "requestBody" in operation or operation.get("parameters"):
        codes.add(422)
    responses = operation["responses"]
    for code in sorted(codes):
        responses.setdefault(str(code), {"description": _SHARED[code]})
    for code, shown in responses.items():
        if int(code) >= 400:  # noqa: PLR2004 - client and server errors
            shown["content"] = _problem_content()
    operation["responses"] = dict(sorted(responses.items()))


def _problem_content() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
