"""Plans over HTTP: what went out in one act, and what has become of it on each channel."""

from typing import Annotated, Final, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, principal, world
from service.bodies import Model
from service.committing import ThingUnknown
from service.placement_view import plan_shown, plans
from service.planning import KIND
from service.problems import not_found

bp = APIBlueprint("plans", __name__, url_prefix="/v1/plans", tag="Messages")

EXAMPLE: Final = "plan/01jd3v5k8xq2m4n6p8r0t2w4y6"


class PlansIn(Model):
    """Which plans are asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "incomplete"}})

    state: (
        Literal["going-out", "out", "incomplete", "taking-back", "taken-back", "accepted"] | None
    ) = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^plan/.{1,120}$")] | None = None


@bp.get("")
@bp.input(PlansIn, location="query")
@bp.doc(
    summary="Plans, without their messages, in one state or in any.",
    responses={200: "A page of plans."},
)
def index(query_data: PlansIn) -> Response:
    """A page of plans."""
    page = plans(world(), query_data.state, query_data.cursor or "", query_data.limit)
    more = page[-1]["id"] if len(page) == query_data.limit else None
    return answer({"items": page, "cursor": more})


@bp.get("/<string:local>")
@bp.doc(
    summary="One plan: its messages, what became of each on its channels, and what is missing.",
    responses={200: "The plan.", 404: "There is no such plan."},
)
def one(local: str) -> Response:
    """One plan."""
    plan = ThingId(f"{KIND}/{local}")
    try:
        return answer(plan_shown(world(), plan, principal().roles))
    except ThingUnknown as error:
        raise not_found(KIND, f"{plan[:140]}", EXAMPLE) from error
