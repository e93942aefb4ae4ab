"""The interface described: OpenAPI 3.1 and a page that reads it, both served from here."""

from typing import Any, Final

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app
from jinja2 import Environment, PackageLoader

from service.api.answers import answer

bp = APIBlueprint("reference", __name__, tag="Reference")

_PAGES: Final = Environment(loader=PackageLoader("service", "pages"), autoescape=True)
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
    operations = [
        {"path": path, "method": method, **operation}
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    ]
    page = _PAGES.get_template("reference.html").render(spec=spec, operations=operations)
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
        for path, item in spec["paths"].items():
            for method in _METHODS:
                if method in item:
                    _share(item[method], guarded=path not in _OPEN)
        return spec


def _share(operation: dict[str, Any], *, guarded: bool) -> None:
    """The security and the problem answers of one operation."""
    codes = [400, 413, 500]
    if guarded:
        operation["security"] = [{"key": []}]
        codes += [401, 403]
    if "requestBody" in operation or operation.get("parameters"):
        codes.append(422)
    for code, shown in operation["responses"].items():
        if int(code) >= 400:  # noqa: PLR2004 - client and server errors
            shown["content"] = _problem_content()
    for code in codes:
        operation["responses"].setdefault(
            str(code), {"description": "A problem.", "content": _problem_content()}
        )
        operation["responses"][str(code)]["content"] = _problem_content()


def _problem_content() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
