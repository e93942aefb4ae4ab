"""Figures of empathy over HTTP: who owns them, how they stand, what is missing."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import measurements, raci
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model, Moment, Name
from service.ownership import figure, figures, measured, shown
from service.ownership_gaps import gaps
from service.problems import not_found

bp = APIBlueprint("kpis", __name__, url_prefix="/v1/kpis", tag="KPIs")

_EXAMPLE: Final = "kpi/first-human-answer"
MOST_SHOWN: Final = 500
"""Measurements of one KPI that an answer shows, the newest."""


class MeasurementIn(Model):
    """A value of a KPI, or the inputs from which its formula gives one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "as_of": "2026-11-22T00:00:00Z",
                "inputs": {"answers in time": 108, "answers": 120},
                "sample": 120,
                "source": "Case system, report 12",
            }
        },
    )

    as_of: Moment | None = None
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    inputs: Annotated[dict[Name, Any], Field(max_length=40)] | None = None
    sample: Annotated[int, Field(ge=1, le=10**12)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=400)] | None = None


class MatrixIn(Model):
    """In which form the matrix is wanted."""

    model_config = ConfigDict(json_schema_extra={"example": {"format": "csv"}})

    format: Literal["json", "csv"] = "json"


@bp.get("")
@bp.doc(
    summary="Every KPI: formula, target, who owns it, its newest value and whether that is stale.",
    responses={200: "KPIs, by id."},
)
def index() -> Response:
    """All KPIs."""
    here = world()
    at = here.clock.now()
    return answer({"items": [shown(one, at) for one in figures(here)]})


@bp.get("/raci")
@bp.input(MatrixIn, location="query")
@bp.doc(
    summary="Who is responsible, accountable, consulted and informed, as JSON or CSV.",
    responses={200: "The matrix."},
)
def matrix(query_data: MatrixIn) -> Response:
    """The matrix."""
    if query_data.format == "csv":
        return Response(raci.as_csv(world()), content_type="text/csv; charset=utf-8")
    return answer(raci.as_json(world()))


@bp.get("/gaps")
@bp.doc(
    summary="What is missing: owners, targets, fresh values; functions and teams without a KPI.",
    responses={200: "Every gap, with what would mend it."},
)
def lacking() -> Response:
    """All gaps."""
    items: list[Json] = [gap.json() for gap in gaps(world())]
    return answer({"items": items})


@bp.get("/<string:local>")
@bp.doc(
    summary="One KPI with its measurements, the newest first.",
    responses={200: "The KPI.", 404: "There is no such KPI."},
)
def one(local: str) -> Response:
    """One KPI and how it stood."""
    here, kpi = world(), _kpi(local)
    known, at = here.measurements_now(), here.clock.now()
    history = [measured(each) for each in reversed(known.of(kpi))]
    body = shown(figure(here, kpi, known, at), at)
    return answer(body | {"measurements": history[:MOST_SHOWN], "measured": len(history)})


@bp.post("/<string:local>/measurements")
@bp.input(MeasurementIn)
@bp.doc(
    summary="Append a measurement; with inputs, the formula gives the value.",
    responses={
        201: "Recorded.",
        404: "There is no such KPI.",
        422: "Value, inputs, sample or moment do not fit.",
    },
)
def measure(local: str, json_data: MeasurementIn) -> Response:
    """Append one."""
    here = world()
    event = measurements.measure(
        here,
        _kpi(local),
        measurements.Said(
            as_of=json_data.as_of,
            value=json_data.value,
            inputs=json_data.inputs,
            sample=json_data.sample,
            source=json_data.source,
        ),
        actor=principal().actor(),
        idempotency=idempotency(),
    )
    body = {"kpi": event.subject, "sequence": event.sequence, **event.data}
    return answer(body, HTTPStatus.CREATED)


def _kpi(local: str) -> ThingId:
    """The id of a KPI that stands."""
    kpi = ThingId(f"kpi/{local}")
    if not world().graph.exists(kpi):
        raise not_found("KPI", f"kpi/{local[:140]}", _EXAMPLE)
    return kpi
