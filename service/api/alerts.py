"""Alerts over HTTP: what a team should look at now, each with its context."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service.alert_listing import Wanted, listed, shown, told
from service.api.answers import answer, principal, world
from service.bodies import Model
from service.fatigue import load
from service.problems import not_found

bp = APIBlueprint("alerts", __name__, url_prefix="/v1/alerts", tag="Alerts")

_EXAMPLE = "alert/5f1c9a3e7b2d4860a1c2e3f405162738"
_State = Literal["raised", "escalated", "snoozed", "acknowledged", "handled", "false-alarm"]
_Tier = Literal["frontline", "specialist", "crisis-team", "executive", "board"]


class AlertsIn(Model):
    """Which alerts are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"team": "team/care-desk", "state": "raised", "limit": 50}},
    )

    state: _State | None = None
    tier: _Tier | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    touchpoint: Annotated[str, Field(pattern="^touchpoint/.{1,120}$")] | None = None
    open: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^[0-9]{1,18}$")] | None = None


class TeamIn(Model):
    """Whose load is asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"team": "team/care-desk"}})

    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None


@bp.get("")
@bp.input(AlertsIn, location="query")
@bp.doc(summary="Alerts, the newest first.", responses={200: "A page of alerts."})
def index(query_data: AlertsIn) -> Response:
    """A page of alerts; none of them says anything about a person."""
    asked = query_data.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    before = int(query_data.cursor) if query_data.cursor else None
    here = world()
    items, following = listed(here, Wanted(**asked), before, query_data.limit)
    rows = [told(here, one, principal().roles) for one in items]
    return answer({"items": rows, "cursor": None if following is None else str(following)})


@bp.get("/load")
@bp.input(TeamIn, location="query")
@bp.doc(
    summary="How many alerts each team had: this shift, per person and hour, against its budget.",
    responses={200: "Teams that were ever told."},
)
def fatigue(query_data: TeamIn) -> Response:
    """The load of the teams."""
    here = world()
    at = here.clock.now()
    teams = [ThingId(query_data.team)] if query_data.team else here.alerts_now().teams()
    items: list[Json] = [load(here, team, at) for team in teams]
    return answer({"at": at.isoformat(), "items": items})


@bp.get("/<string:local>")
@bp.doc(
    summary="One alert: whom it is about, what came before, what is like it, what to do.",
    responses={
        200: "The alert; `withheld` names each field that role or agreement keeps back.",
        404: "There is no such alert.",
    },
)
def one(local: str) -> Response:
    """One alert with its context, as far as the reader may know it."""
    here = world()
    found = here.alerts_now().get(ThingId(f"alert/{local}"))
    if found is None:
        raise not_found("alert", f"alert/{local[:140]}", _EXAMPLE)
    return answer(shown(here, found, principal().roles))
