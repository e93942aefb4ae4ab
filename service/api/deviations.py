"""Deviations over HTTP: ask to say other words, and look at what became of it."""

from http import HTTPStatus
from typing import Annotated, Literal

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
from service.deviation_listing import Wanted, deviated_from, listed
from service.permissions import SEE_PEOPLE
from service.problems import not_found
from service.world import World

bp = APIBlueprint("deviations", __name__, url_prefix="/v1/deviations", tag="Messages")

_EXAMPLE = "deviation/apology-to-ann"


class DeviationIn(Model):
    """A draft whose words somebody asks to say, instead of what, and why."""

    model_config = ConfigDict(
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


class DeviationsIn(Model):
    """Which deviations are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"state": "requested", "team": "team/communications"}},
    )

    state: Literal["requested", "granted", "refused", "lapsed"] | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^deviation/.{1,120}$")] | None = None

    @property
    def wanted(self) -> Wanted:
        """What is asked for, without the page."""
        return Wanted(state=self.state, team=self.team, incident=self.incident)


@bp.get("")
@bp.input(DeviationsIn, location="query")
@bp.doc(
    summary="Deviations: of an incident, in a state, or asked of a team.",
    responses={200: "A page of deviations, by id."},
)
def index(query_data: DeviationsIn) -> Response:
    """A page of them."""
    here = world()
    here.catch_up()
    page = listed(here, query_data.wanted, after=query_data.cursor or "", limit=query_data.limit)
    more = page[-1] if len(page) == query_data.limit else None
    return answer({"items": [_told(here, one) for one in page], "cursor": more})


@bp.get("/templates")
@bp.input(DeviationsIn, location="query")
@bp.doc(
    summary="What people asked not to say, the most asked first, with how it ended.",
    responses={200: "Templates and messages, to be mended first to last."},
)
def templates(query_data: DeviationsIn) -> Response:
    """Counts by what was deviated from."""
    here = world()
    here.catch_up()
    items = deviated_from(here, query_data.wanted, limit=query_data.limit)
    return answer({"items": items, "cursor": None})


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
