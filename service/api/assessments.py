"""Leadership assessments over HTTP: for the person, their assessor and people and culture."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ValidationError

from ontology.events import Event, Json
from ontology.identity import ThingId
from service import assessment_view, assessments
from service.api.answers import answer, idempotency, principal, world
from service.assessment_bodies import AssessmentIn
from service.assessment_joint import KIND
from service.bodies import ActIn, instant
from service.committing import ThingUnknown
from service.problems import Fault, invalid, not_found, quoted, unprocessable

bp = APIBlueprint("assessments", __name__, url_prefix="/v1", tag="Leadership assessments")

_EXAMPLE: Final = "assessment/01jd3v5k8xq2m4n6p8r0t2w4y6"
_TOLD: Final = ("kind", "act", "from", "to", "deadlines")
"""What of an event's data is nobody else's."""


@bp.post("/assessments")
@bp.input(AssessmentIn)
@bp.doc(
    summary="Work out the figures of one person and period; by people and culture.",
    responses={
        201: "The assessment, drafted.",
        404: "Nobody of that name is known.",
        409: "It is not yours to open, or the period is not over.",
    },
)
def create(json_data: AssessmentIn) -> Response:
    """Draft it."""
    here, actor = world(), principal().actor(None)
    event = assessments.draft(here, json_data, actor, _whole, idempotency=idempotency())
    here.catch_up()
    headers = {"Location": f"/v1/assessments/{event.subject.partition('/')[2]}"}
    body = assessment_view.told(here, event.subject, actor.id)
    return answer(body, HTTPStatus.CREATED, headers)


@bp.get("/assessments")
@bp.doc(
    summary="What you may see: your own, those you write, all for people and culture.",
    responses={200: "Those."},
)
def index() -> Response:
    """Those that concern who asks."""
    here, who = world(), principal().actor(None).id
    here.catch_up()
    found = [
        _short(assessment_view.told(here, one, who)) for one in assessment_view.listed(here, who)
    ]
    return answer({"items": found, "cursor": None})


@bp.get("/assessments/<string:local>")
@bp.doc(
    summary="One assessment: figures, the events they stand on, what was said, the reply.",
    responses={200: "The assessment.", 404: "There is none that you may see."},
)
def one(local: str) -> Response:
    """One of them."""
    here, who = world(), principal().actor(None).id
    here.catch_up()
    try:
        return answer(assessment_view.told(here, _id(local), who))
    except ThingUnknown as error:
        raise _unknown(local) from error


@bp.get("/assessments/<string:local>/events/<int:sequence>")
@bp.doc(
    summary="One event that an assessment stands on, without what it tells of others.",
    responses={200: "The event.", 404: "It does not stand on it, or you may not see it."},
)
def source(local: str, sequence: int) -> Response:
    """One source."""
    here, who = world(), principal().actor(None).id
    here.catch_up()
    try:
        found = assessment_view.source(here, _id(local), sequence, who)
    except ThingUnknown as error:
        raise _unknown(local) from error
    if found is None:
        raise not_found("event of this assessment", str(sequence), "1")
    return answer(_event(found))


@bp.post("/assessments/<string:local>/acts")
@bp.input(ActIn)
@bp.doc(
    summary="Write, show, reply, contest, review, finalise or withdraw one; words are sealed.",
    responses={
        201: "The assessment as it stands now.",
        404: "There is none that you may see.",
        409: "It is not yours to do, or its state does not allow it.",
        422: "The words are missing or too long.",
    },
)
def act(local: str, json_data: ActIn) -> Response:
    """Do it."""
    here, actor, thing = world(), principal().actor(None), _id(local)
    kind = assessments.BODIES.get(json_data.act)
    if kind is None:
        there = ", ".join(assessments.BODIES)
        fault = Fault(
            pointer="/act",
            detail=f"is no act of people on assessments; they are {there}",
            value=quoted(json_data.act),
            example="reply",
        )
        raise unprocessable([fault])
    try:
        said = kind.model_validate(json_data.data)
    except ValidationError as error:
        raise invalid(error, kind) from error
    try:
        assessments.do(here, thing, json_data.act, said, actor, idempotency=idempotency())
    except ThingUnknown as error:
        raise _unknown(local) from error
    here.catch_up()
    return answer(assessment_view.told(here, thing, actor.id), HTTPStatus.CREATED)


def _id(local: str) -> ThingId:
    return ThingId(f"{KIND}/{local[:120]}")


def _unknown(local: str) -> Exception:
    return not_found(KIND, local[:140], _EXAMPLE)


def _short(body: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in body.items() if name not in {"report", "words"}}


def _event(found: Event) -> dict[str, Json]:
    return {
        "sequence": found.sequence,
        "type": found.type,
        "subject": found.subject,
        "actor": found.actor,
        "occurred_at": instant(found.occurred_at),
        "recorded_at": instant(found.recorded_at),
        "leaf": found.leaf.hex(),
        "data": {name: found.data[name] for name in _TOLD if name in found.data},
    }


def _whole(_done: int, _of: int) -> None:
    """Work it out to the end."""
