"""The alert budget over HTTP: pages a shift against minutes of warning, and the choice."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response, current_app
from pydantic import ConfigDict, Field

from ontology.events import Json
from rules.thresholds import ThresholdInvalid
from service.alert_budget import Asked
from service.alert_references import Reference
from service.api.answers import answer, principal, world
from service.bodies import Model, Moment
from service.budget_choice import ChoiceInvalid, choose, put_forward
from service.budget_desk import Budgets
from service.budget_report import report
from service.paging_curve import Curve
from service.problems import Fault, unprocessable

bp = APIBlueprint("alert_budget", __name__, url_prefix="/v1/alert-budget", tag="Alerts")

_BUDGETS: Final = "attune-alert-budgets"
_Numbers = Annotated[str, Field(pattern=r"^-?[0-9.]+(,-?[0-9.]+)*(;-?[0-9.]+(,-?[0-9.]+)*)?$")]
_EXAMPLE: Final[dict[str, Json]] = {
    "rule": "surge",
    "fields": "spread.excess",
    "values": "2,3,4,5,7",
    "reference": "opened",
    "pages_per_shift": 2,
}


class BudgetIn(Model):
    """Which thresholds of which rule, at which values, on which time.

    `fields` are one or two with a comma between, `values` with commas, those of the second field
    behind a semicolon.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    rule: Annotated[str, Field(min_length=1, max_length=120)]
    fields: Annotated[str, Field(min_length=1, max_length=120)]
    values: Annotated[_Numbers, Field(max_length=2_000)] | None = None
    reference: Reference = Reference.ESCALATED
    since: Moment | None = None
    until: Moment | None = None
    every_minutes: Annotated[int, Field(ge=1, le=1_440)] = 15
    shift_hours: Annotated[float, Field(ge=0.25, le=168)] | None = None
    group_minutes: Annotated[int, Field(ge=1, le=1_440)] | None = None
    pages_per_shift: Annotated[float, Field(ge=0, le=10_000)] | None = None


class BudgetPageIn(BudgetIn):
    """The same, a page of it."""

    limit: Annotated[int, Field(ge=1, le=200)] = 100
    cursor: Annotated[str, Field(pattern="^[0-9]{1,6}$")] | None = None


class ChoiceIn(BudgetIn):
    """The point that is chosen, why, and the question whose answer it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {**_EXAMPLE, "at": [5.0], "reason": "Nights are called out for nothing."}
        },
    )

    at: Annotated[tuple[float, ...], Field(min_length=1, max_length=2)]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


@bp.get("")
@bp.input(BudgetPageIn, location="query")
@bp.doc(
    summary="What each threshold of a rule would have cost in pages a shift, and warned of.",
    responses={
        200: "Points with intervals, the front, the recommended one for a budget; paged.",
        404: "There is no such rule.",
        422: "It has no such threshold, or there is nothing, or too much, to look at.",
        503: "Another budget is being worked out.",
    },
)
def index(query_data: BudgetPageIn) -> Response:
    """The curve on what this home has recorded."""
    found = report(_curve(query_data), query_data.pages_per_shift)
    points = found["points"] if isinstance(found["points"], list) else []
    start = int(query_data.cursor or 0)
    end = start + query_data.limit
    cursor = str(end) if end < len(points) else None
    return answer({**found, "points": points[start:end], "cursor": cursor})


@bp.get("/picture.svg")
@bp.input(BudgetIn, location="query")
@bp.doc(
    summary="The same as a picture: pages a shift against minutes of warning.",
    responses={
        200: "An SVG whose description has every point of the front in words.",
        404: "There is no such rule.",
        422: "It has no such threshold, or there is nothing, or too much, to look at.",
        503: "Another budget is being worked out.",
    },
)
def drawn(query_data: BudgetIn) -> Response:
    """The curve as SVG."""
    from service.budget_picture import picture  # noqa: PLC0415 - matplotlib comes with it

    text = picture(_curve(query_data), query_data.pages_per_shift)
    return Response(text, mimetype="image/svg+xml")


@bp.post("/choices")
@bp.input(ChoiceIn)
@bp.doc(
    summary="Propose the rule with its threshold at a point of the curve; its cases follow.",
    responses={
        201: "The policy proposal; a second person approves and activates it.",
        404: "There is no such rule.",
        409: "Another policy was activated meanwhile.",
        422: "The point was not tried, or cases object: settle them in a working copy.",
        503: "Another budget is being worked out.",
    },
)
def create(json_data: ChoiceIn) -> Response:
    """Put the changed policy before a second person."""
    here = world()
    try:
        choice = choose(here, _curve(json_data), json_data.at, json_data.reason)
    except (ChoiceInvalid, ThresholdInvalid) as error:
        shown: list[Json] = [*json_data.at]
        fault = Fault(pointer="/at", detail=str(error), value=str(shown), example=[5.0])
        raise unprocessable([fault]) from error
    event = put_forward(here, choice, principal().actor())
    local = event.subject.partition("/")[2]
    links: dict[str, Json] = {"acts": f"/v1/policy-proposals/{local}/acts"}
    told: dict[str, object] = {
        "proposal": event.subject,
        "base": choice.base,
        "reason": choice.reason,
        "files": sorted(choice.changes),
        "cases": [*choice.cases],
        "missing": choice.missing,
        "links": links,
    }
    return answer(told, HTTPStatus.CREATED, {"Location": "/v1/policies"})


def _curve(asked: BudgetIn) -> Curve:
    """The budget that is asked for; a few are kept by the application."""
    budgets: Budgets = current_app.extensions.setdefault(_BUDGETS, Budgets())
    shift, group = asked.shift_hours, asked.group_minutes
    axes = asked.values.split(";") if asked.values is not None else []
    try:
        values = tuple(tuple(map(float, axis.split(","))) for axis in axes)
    except ValueError as error:
        fault = Fault(pointer="/values", detail=str(error), value=asked.values, example="2,3,5")
        raise unprocessable([fault]) from error
    return budgets.of(
        world(),
        Asked(
            rule=asked.rule,
            fields=tuple(name.strip() for name in asked.fields.split(",")),
            values=values,
            reference=asked.reference,
            since=asked.since,
            until=asked.until,
            every=timedelta(minutes=asked.every_minutes),
            shift=None if shift is None else timedelta(hours=shift),
            group=None if group is None else timedelta(minutes=group),
        ),
    )
