"""Tone over HTTP: what somebody answers to the figures of their own month."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from service.api.answers import answer, idempotency, principal, world
from service.tone_answers import give
from service.tone_bodies import AnswerIn

bp = APIBlueprint("tone", __name__, url_prefix="/v1/tone", tag="Reports")


@bp.post("/answers")
@bp.input(AnswerIn)
@bp.doc(
    summary="Answer to your own figures of tone of a month; your words stand beside its audit.",
    responses={201: "The answer."},
)
def reply(json_data: AnswerIn) -> Response:
    """Keep it; a later answer to the same month takes its place."""
    actor = principal().actor(None)
    event = give(world(), json_data, actor, idempotency=idempotency())
    body = {"month": json_data.month, "by": actor.id, "at": event.occurred_at.isoformat()}
    return answer(body, HTTPStatus.CREATED)
