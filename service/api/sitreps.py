"""The sitrep over HTTP: one incident as of any minute, as JSON, text, picture or one HTML file."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ConfigDict

from ontology.identity import ThingId
from service.api.answers import answer, principal, world
from service.bodies import Model, Moment
from service.permissions import SEE_PEOPLE
from service.problems import Fault, ProblemError, not_found, unprocessable
from service.sitrep import EXAMPLE, Sitrep, SitrepRefused, sitrep
from service.sitrep_page import policy
from service.sitrep_proofs import proven
from service.sitrep_text import lines

bp = APIBlueprint("sitreps", __name__, url_prefix="/v1/incidents", tag="Incidents")

_JSON: Final = "application/json"
_MEDIA: Final = (_JSON, "text/html", "text/plain", "image/svg+xml")
_EXAMPLE: Final = "2026-11-23T08:00:00Z"


class SitrepIn(Model):
    """As of when; now where it is left out."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": _EXAMPLE}})

    at: Moment | None = None


@bp.get("/<string:local>/sitrep")
@bp.input(SitrepIn, location="query")
@bp.doc(
    summary="One incident as of any minute: known, unknown, said, promised, next, who.",
    responses={
        200: "The sitrep; by `Accept` as JSON, text, SVG, or an HTML file that checks itself.",
        404: "There is no such incident.",
        406: "It is none of these.",
        422: "The moment lies ahead, before the incident, or has no zone.",
    },
)
def one(local: str, query_data: SitrepIn) -> Response:
    """What was recorded by then and nothing later; who may not read about people sees none."""
    form = request.accept_mimetypes.best_match(_MEDIA, default="" if _asked() else _JSON)
    if not form:
        words = f"A sitrep is {', '.join(_MEDIA)}; ask for one of them."
        raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, "form-missing", words)
    named = bool(SEE_PEOPLE & principal().roles) and form != "text/html"
    found = asked(ThingId(f"incident/{local}"), query_data, people=named)
    if form == _JSON:
        return answer(found.to_json())
    if form == "text/html":
        return as_file(found)
    text = found.picture if form == "image/svg+xml" else "\n".join(lines(found)) + "\n"
    return Response(text, content_type=f"{form}; charset=utf-8")


def asked(incident: ThingId, said: SitrepIn, *, people: bool) -> Sitrep:
    """The sitrep, or the problem that callers read.

    Raises:
        ProblemError: there is no such incident (404) or moment (422).
    """
    try:
        return sitrep(world(), incident, said.at, people=people)
    except SitrepRefused as refused:
        if refused.field == "incident":
            raise not_found("incident", refused.value, EXAMPLE) from refused
        fault = Fault(
            pointer="/at", detail=str(refused), value=refused.value, example=refused.example
        )
        raise unprocessable([fault]) from refused


def as_file(found: Sitrep) -> Response:
    """The one file with its proofs, under a name that says what it is."""
    local = found.incident.partition("/")[2]
    name = f"sitrep-{local}-{found.at:%Y%m%dT%H%MZ}.html"
    return Response(
        proven(world(), found),
        content_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": policy(),
            "Content-Disposition": f'inline; filename="{name}"',
        },
    )


def _asked() -> bool:
    return bool(request.headers.get("Accept"))
