"""Silence over HTTP: where attune keeps still, what was really done, and how both compare."""

from http import HTTPStatus
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from service import outcomes
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model, Moment
from service.decision_view import find
from service.outcomes import OutcomeIn
from service.permissions import SEE_PEOPLE
from service.silence_report import places, report

bp = APIBlueprint("silences", __name__, url_prefix="/v1", tag="Shadows")


class SpanIn(Model):
    """From when to when; by default from the first silence on until now."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"since": "2026-11-01T00:00:00Z"}},
    )

    since: Moment | None = None
    until: Moment | None = None


class OutcomesIn(Model):
    """Which page."""

    model_config = ConfigDict(json_schema_extra={"example": {"limit": 50}})

    limit: Annotated[int, Field(ge=1, le=outcomes.MOST)] = outcomes.MOST


@bp.get("/silences")
@bp.doc(
    summary="Where attune only decides and keeps still, or did so once.",
    responses={200: "Every place with its state; what is not listed follows the home."},
)
def index() -> Response:
    """Every place that was ever silent."""
    here = world()
    return answer({"live": here.silence.live(None), "items": places(here)})


@bp.get("/silences/report")
@bp.input(SpanIn, location="query")
@bp.doc(
    summary="Attune beside today's process: called earlier, later, needlessly, missed.",
    responses={200: "Counts, shares with intervals, agreement beyond chance; by touchpoint."},
)
def compared(query_data: SpanIn) -> Response:
    """The figures; nothing is recommended."""
    return answer(report(world(), query_data.since, query_data.until))


@bp.post("/decisions/<string:local>/outcomes")
@bp.input(OutcomeIn)
@bp.doc(
    summary="Tell what was really done: by whom, which team, at which tier, when.",
    responses={
        201: "It is recorded.",
        404: "There is no such decision.",
        409: "The idempotency key told something else.",
        422: "It lies ahead, or names a team that is not here.",
    },
)
def tell(local: str, json_data: OutcomeIn) -> Response:
    """Record an outcome."""
    here = world()
    event = outcomes.tell(
        here, find(here, local), json_data, principal().holder, idempotency=idempotency()
    )
    return answer(outcomes.shown(event, words=_sees()), HTTPStatus.CREATED)


@bp.get("/decisions/<string:local>/outcomes")
@bp.input(OutcomesIn, location="query")
@bp.doc(
    summary="What was told of one decision, the oldest first.",
    responses={200: "Its outcomes.", 404: "There is no such decision."},
)
def told(local: str, query_data: OutcomesIn) -> Response:
    """The outcomes of a decision."""
    here = world()
    found = [*outcomes.of(here, find(here, local).id)][: query_data.limit]
    return answer({"items": [outcomes.shown(e, words=_sees()) for e in found], "cursor": None})


def _sees() -> bool:
    return bool(principal().roles & SEE_PEOPLE)
