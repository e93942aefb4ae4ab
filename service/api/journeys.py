"""Journeys over HTTP: which touchpoints are zones of risk, from which figures, and a picture."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app

from knowledge.journeys.logs import LogBroken
from knowledge.journeys.zones import LogUnusable
from service.api.answers import answer, conflict, world
from service.bodies import AsOf, instant
from service.journey_zones import Studies, Zones
from service.problems import Fault, ProblemError, unprocessable

bp = APIBlueprint("journeys", __name__, url_prefix="/v1/journeys", tag="Journeys")

_STUDIES: Final = "attune-journeys"
_EXAMPLE: Final = "2026-11-23T08:00:00Z"


@bp.get("/zones")
@bp.input(AsOf, location="query")
@bp.doc(
    summary="Every touchpoint with reach, harm and what lies downstream; which are zones of risk.",
    responses={
        200: "Figures with 95 % intervals, verdicts and explanations; riskiest first.",
        409: "The log has more different moves than can be studied.",
        422: "The moment lies ahead.",
        500: "A file of the log is damaged.",
    },
)
def zones(query_data: AsOf) -> Response:
    """What the loaded journeys say now, or would have said at a moment."""
    return answer(zones_at(query_data.at).json())


@bp.get("/picture.svg")
@bp.input(AsOf, location="query")
@bp.doc(
    summary="The journey graph as a picture: flows, ends, zones of risk.",
    responses={200: "An SVG.", 409: "The log can't be studied.", 422: "The moment lies ahead."},
)
def picture(query_data: AsOf) -> Response:
    """Touchpoints by stage, as wide as journeys flow."""
    from service.journey_picture import draw  # noqa: PLC0415 - matplotlib comes with it

    return Response(draw(zones_at(query_data.at).study), mimetype="image/svg+xml")


def zones_at(at: datetime | None) -> Zones:
    """The zones as of a moment; studies are kept by the application.

    Raises:
        ProblemError: the moment lies ahead (422), or the log can't be studied (409, 500).
    """
    here = world()
    now = here.clock.now()
    if at is not None and at > now:
        words = f"lies ahead of this world's clock, {instant(now)}"
        fault = Fault(pointer="/at", detail=words, value=instant(at), example=_EXAMPLE)
        raise unprocessable([fault])
    studies: Studies = current_app.extensions.setdefault(_STUDIES, Studies())
    try:
        return studies.zones(here, at)
    except LogUnusable as error:
        raise conflict(str(error)) from error
    except LogBroken as error:
        raise ProblemError(
            HTTPStatus.INTERNAL_SERVER_ERROR, "journeys-damaged", str(error)
        ) from error
