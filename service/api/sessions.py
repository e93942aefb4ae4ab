"""Alignment sessions over HTTP: dilemmas, secret votes, what was agreed, and who has signed it."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from rules.dilemmas import dilemmas
from service import session_listing
from service.api.answers import answer, idempotency, principal, world
from service.ballots import LONGEST_REASON, Ballot
from service.bodies import Model, Name, instant
from service.problems import not_found
from service.sessions import session, vote

bp = APIBlueprint("sessions", __name__, url_prefix="/v1", tag="Alignment sessions")

_SESSION: Final = "session/autumn-2026"
_AGREEMENT: Final = "agreement/no-cause"


class VoteIn(Model):
    """One person's vote on one dilemma; a later one takes its place."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "dilemma": "number-before-families",
                "choice": "families-first",
                "reason": "Nobody should learn it from the radio.",
            }
        },
    )

    dilemma: Name
    choice: Name
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)] | None = None


@bp.get("/dilemmas")
@bp.doc(
    summary="Short cases to vote on, with options, their costs and the boundaries they would set.",
    responses={200: "Dilemmas, by name."},
)
def cases() -> Response:
    """All dilemmas that ship with attune."""
    found = dilemmas()
    items: list[Json] = [session_listing.dilemma(found[name]) for name in sorted(found)]
    return answer({"items": items})


@bp.get("/sessions")
@bp.doc(
    summary="Alignment sessions; how people voted is told once the vote is closed.",
    responses={200: "Sessions, by id."},
)
def index() -> Response:
    """All sessions."""
    return answer({"items": session_listing.sessions(world())})


@bp.get("/sessions/<string:local>")
@bp.doc(
    summary="One session: who has voted, and once it is closed the tally and the dissent.",
    responses={200: "The session.", 404: "None was planned under that id."},
)
def one(local: str) -> Response:
    """One session."""
    here = world()
    found = session(here, ThingId(f"session/{local}"))
    if found is None:
        raise not_found("planned session", f"session/{local[:140]}", _SESSION)
    return answer(session_listing.shown(here, found))


@bp.post("/sessions/<string:local>/votes")
@bp.input(VoteIn)
@bp.doc(
    summary="Vote on a dilemma, or change the vote; nobody can read it before the vote is closed.",
    responses={
        201: "Recorded, sealed.",
        403: "You do not take part.",
        409: "It is not voting now.",
        422: "No such dilemma here, or no such option.",
    },
)
def cast(local: str, json_data: VoteIn) -> Response:
    """Cast a vote."""
    here = world()
    voter = principal().holder  # a system can't vote for anybody
    said = Ballot(
        by=voter, dilemma=json_data.dilemma, choice=json_data.choice, reason=json_data.reason
    )
    thing = ThingId(f"session/{local[:120]}")
    event = vote(here, thing, said, idempotency=idempotency())
    body: dict[str, Json] = {
        "session": thing,
        "by": said.by,
        "dilemma": said.dilemma,
        "sequence": event.sequence,
        "at": instant(event.occurred_at),
    }
    return answer(body, HTTPStatus.CREATED)


@bp.get("/agreements")
@bp.doc(
    summary="Agreements: in force or not, who has signed, when they end.",
    responses={200: "Agreements, by id."},
)
def agreements() -> Response:
    """All agreements."""
    return answer({"items": session_listing.agreements(world())})


@bp.get("/agreements/<string:local>")
@bp.doc(
    summary="One agreement with its signatures.",
    responses={200: "The agreement.", 404: "There is no such agreement."},
)
def agreement(local: str) -> Response:
    """One agreement."""
    here, thing = world(), ThingId(f"agreement/{local}")
    if not here.graph.exists(thing):
        raise not_found("agreement", thing[:140], _AGREEMENT)
    return answer(session_listing.agreement(here, thing))
