"""Deviations over HTTP: ask to say other words, and look at what became of it."""

from http import HTTPStatus
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import possible
from service import deviations
from service.api.answers import answer, principal, world
from service.api.messages import found
from service.bodies import Model
from service.committing import ThingUnknown
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.world import World

bp = APIBlueprint("deviations", __name__, url_prefix="/v1/deviations", tag="Messages")

_EXAMPLE = "deviation/apology-to-ann"


class DeviationIn(Model):
    """A draft whose words somebody asks to say, instead of what, and why."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "message": "message/apology-to-ann",
                "instead_of": "holding-statement",
                "reason": "She has lost her brother; the template thanks her for her patience.",
            }
        },
    )

    message: Annotated[str, Field(pattern="^message/.{1,120}$")]
    instead_of: Annotated[str, Field(pattern="^(message/.{1,120}|[a-z0-9][a-z0-9./-]{0,119})$")]
    reason: Annotated[str, Field(min_length=3, max_length=1_000, pattern=r"\S")]
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None


@bp.post("")
@bp.input(DeviationIn)
@bp.doc(
    summary="Ask whether a draft may be said instead of the approved text or the template.",
    responses={
        201: "The deviation, with the team that is asked.",
        404: "There is no such message.",
        409: "It is no draft, or is asked for already.",
        422: "There is no team to ask, or nothing of that name to deviate from.",
    },
)
def create(json_data: DeviationIn) -> Response:
    """Ask."""
    here = world()
    event = deviations.request(
        here,
        found(here, json_data.message.partition("/")[2]).id,
        principal().actor(None),
        reason=json_data.reason,
        instead_of=json_data.instead_of,
        team=json_data.team,
    )
    here.catch_up()
    headers = {"Location": f"/v1/deviations/{event.subject.partition('/')[2]}"}
    return answer(_told(here, event.subject), HTTPStatus.CREATED, headers)


@bp.get("/<string:local>")
@bp.doc(
    summary="One deviation: who asks, why, whom, and what was decided for which reason.",
    responses={200: "The deviation.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    here.catch_up()
    return answer(_told(here, ThingId(f"{deviations.KIND}/{local}")))


def _told(here: World, deviation: ThingId) -> dict[str, Json]:
    try:
        shown = deviations.shown(here, deviation)
    except ThingUnknown as error:
        raise not_found(deviations.KIND, deviation[:140], _EXAMPLE) from error
    roles = principal().roles
    hidden = {"askedBecause"} if "addressee" in shown and not SEE_PEOPLE & set(roles) else set()
    said: dict[str, Json] = {
        name: [*values] if name == "approver" else values[0]
        for name, values in sorted(shown.items())
        if name not in hidden
    }
    acts = possible(here.lifecycles, deviations.KIND, str(shown["state"][0]), roles)
    return {"id": deviation, **said, "possible": [*acts]}
