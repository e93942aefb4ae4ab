"""Customer advisory panels over HTTP: seats by lot, answers, questions, secret ballots."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service import panel_votes, panels
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.panel_bodies import AnswerIn, BallotIn, PanelIn, QuestionIn
from service.problems import not_found
from service.showing import shown
from service.world import World

bp = APIBlueprint("panels", __name__, url_prefix="/v1", tag="Panels")

_EXAMPLE: Final = "panel/01jd3v5k8xq2m4n6p8r0t2w4y6"
_VOTE: Final = "panel-vote/01jd3v5k8xq2m4n6p8r0t2w4y6"


class VotesIn(Model):
    """Which votes are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"on": "guideline-version/warm-words-2"}},
    )

    panel: Annotated[str, Field(pattern="^panel/.{1,120}$")] | None = None
    on: Annotated[str, Field(max_length=160)] | None = None


@bp.post("/panels")
@bp.input(PanelIn)
@bp.doc(
    summary="Lay down a panel: seats, quotas, term; then draw by its acts.",
    responses={201: "The panel.", 422: "It does not fit, or names what does not stand."},
)
def create(json_data: PanelIn) -> Response:
    """Lay it down."""
    here = world()
    here.catch_up()
    actor = principal().actor(None)
    event = panels.plan(here, json_data, actor, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/panels/{event.subject.partition('/')[2]}"}
    return answer(_told(here, event.subject), HTTPStatus.CREATED, headers)


@bp.get("/panels")
@bp.doc(summary="Every panel.", responses={200: "All of them."})
def index() -> Response:
    """All of them."""
    here = world()
    here.catch_up()
    found = sorted(here.graph.of_type("Panel"))
    return answer({"items": [_told(here, one) for one in found], "cursor": None})


@bp.get("/panels/<string:local>")
@bp.doc(
    summary="One panel: its draws with seed and gaps, how many sit; nobody by name.",
    responses={200: "The panel.", 404: "There is none."},
)
def one(local: str) -> Response:
    """One of them."""
    return answer(_told(world(), _panel(local)))


@bp.get("/panels/<string:local>/seats")
@bp.doc(
    summary="Whom to invite: the customer of each seat, for those who write to them.",
    responses={200: "The seats.", 404: "There is no such panel."},
)
def seats(local: str) -> Response:
    """Its seats."""
    found = panels.seats(world(), _panel(local))
    items = [{"seat": one.number, "customer": one.member, "state": one.state} for one in found]
    return answer({"items": items, "cursor": None})


@bp.post("/panels/<string:local>/seats/<int:number>/answers")
@bp.input(AnswerIn)
@bp.doc(
    summary="Record what somebody who was drawn said; where they accept, the code they vote by.",
    responses={
        201: "Recorded; the code is told this once.",
        404: "There is no such panel.",
        409: "There is no such seat, or it was answered.",
    },
)
def reply(local: str, number: int, json_data: AnswerIn) -> Response:
    """Record it."""
    here, panel = world(), _panel(local)
    code = panels.answer(here, panel, number, json_data.answer, principal().actor(None))
    body = {"panel": panel, "seat": number, "answer": json_data.answer, "code": code}
    return answer(body, HTTPStatus.CREATED)


@bp.post("/panels/<string:local>/votes")
@bp.input(QuestionIn)
@bp.doc(
    summary="Put a question to the seats: on a guideline, a proposed policy or a template.",
    responses={
        201: "The vote.",
        409: "The panel is not seated, or too few sit for the quorum.",
        422: "It is about nothing that stands.",
    },
)
def ask(local: str, json_data: QuestionIn) -> Response:
    """Put it."""
    here = world()
    actor = principal().actor(None)
    event = panel_votes.open_vote(here, _panel(local), json_data, actor, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/panel-votes/{event.subject.partition('/')[2]}"}
    return answer(panel_votes.told(here, event.subject), HTTPStatus.CREATED, headers)


@bp.get("/panel-votes")
@bp.input(VotesIn, location="query")
@bp.doc(summary="Votes, of a panel or about one thing.", responses={200: "All of them."})
def votes(query_data: VotesIn) -> Response:
    """Those that were asked for."""
    here = world()
    here.catch_up()
    panel = ThingId(query_data.panel) if query_data.panel is not None else None
    found = panel_votes.votes(here, panel, query_data.on)
    return answer({"items": [panel_votes.told(here, each) for each in found], "cursor": None})


@bp.get("/panel-votes/<string:local>")
@bp.doc(
    summary="One vote; once it is closed its shares with intervals, and the dissent.",
    responses={200: "The vote.", 404: "There is none."},
)
def vote(local: str) -> Response:
    """One of them."""
    return answer(panel_votes.told(world(), _vote(local)))


@bp.post("/panel-votes/<string:local>/ballots")
@bp.input(BallotIn)
@bp.doc(
    summary="Cast a seat's ballot, or change it; nobody can read it before the vote is closed.",
    responses={
        201: "Recorded, sealed.",
        404: "There is no such vote.",
        409: "It is over, or the code is not that of the seat.",
        422: "No such option.",
    },
)
def cast(local: str, json_data: BallotIn) -> Response:
    """Cast it."""
    thing = _vote(local)
    event = panel_votes.cast(world(), thing, json_data, principal().actor(None))
    body = {"vote": thing, "seat": json_data.seat, "sequence": event.sequence}
    return answer(body, HTTPStatus.CREATED)


def _panel(local: str) -> ThingId:
    return _standing(panels.KIND, local, _EXAMPLE)


def _vote(local: str) -> ThingId:
    return _standing(panel_votes.KIND, local, _VOTE)


def _standing(kind: str, local: str, example: str) -> ThingId:
    here, thing = world(), ThingId(f"{kind}/{local[:120]}")
    here.catch_up()
    if here.graph.state(thing) is None:
        raise not_found(kind, local[:140], example)
    return thing


def _told(here: World, panel: ThingId) -> dict[str, Any]:
    found = panels.seats(here, panel)
    states = [one.state for one in found]
    held = [{"at": one.occurred_at.isoformat(), **one.data} for one in panels.draws(here, panel)]
    return {
        **shown(here, panel, principal().roles),
        "says": panels.read(here, panel).model_dump(mode="json"),
        "seats": {state: states.count(state) for state in sorted({*states})},
        "draws": held,
        "votes": [*panel_votes.votes(here, panel)],
    }
