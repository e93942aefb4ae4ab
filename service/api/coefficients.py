"""Coefficients over HTTP: the fitted heads that policies name by their digest."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response, request

from knowledge.language.coefficient_files import CoefficientsMissing, digest, named, packaged
from knowledge.language.heads import CoefficientsInvalid
from service.api.answers import answer, world
from service.problems import Fault, bad_request, not_found, unprocessable

bp = APIBlueprint("coefficients", __name__, url_prefix="/v1/coefficients", tag="Policy")

_BYTES = "application/octet-stream"


@bp.get("/<string:name>")
@bp.doc(
    summary="One file of fitted heads, as `attune language train` writes it.",
    responses={200: "The file.", 404: "Nobody put it here."},
)
def one(name: str) -> Response:
    """The bytes of a coefficient file."""
    try:
        content = world().perception.coefficients.content(name)
    except CoefficientsMissing as error:
        raise not_found("coefficients", name, named(packaged())) from error
    return Response(content, mimetype=_BYTES)


@bp.put("/<string:name>")
@bp.doc(
    summary="Put one file of fitted heads under its SHA-256, so that a policy can name it.",
    responses={
        201: "Kept; a second time changes nothing.",
        400: "The bytes have another SHA-256.",
        422: "No coefficient file of this version.",
    },
)
def put(name: str) -> Response:
    """Check and keep a coefficient file."""
    content = request.get_data()
    if digest(content) != name:
        raise bad_request(f"The SHA-256 of the bytes is {digest(content)}, not {name[:64]!r}.")
    try:
        kept = world().perception.coefficients.put(content)
    except CoefficientsInvalid as error:
        raise unprocessable([Fault(pointer="", detail=str(error))]) from error
    headers = {"Location": f"/v1/coefficients/{kept}"}
    return answer({"sha256": kept, "bytes": len(content)}, HTTPStatus.CREATED, headers)
