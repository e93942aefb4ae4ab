"""Hindsight over HTTP: what was known at a moment, and what would have been decided from it."""

from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from service.api.answers import answer, world
from service.bodies import instant
from service.decision_bodies import HindsightIn
from service.hindsight import Hindsight, look_back
from service.policies import PolicyUnknown
from service.problems import Fault, not_found, unprocessable
from service.world import World

bp = APIBlueprint("hindsight", __name__, url_prefix="/v1/as-of", tag="Decisions")

_EXAMPLE: Final = "2026-11-23T08:00:00Z"


@bp.post("")
@bp.input(HindsightIn)
@bp.doc(
    summary="What was known then, which policy applied, and what it would have decided.",
    responses={
        200: "Facts and decision as of that moment; nothing is recorded.",
        404: "No policy was active then.",
        422: "The moment lies ahead, or the request is none.",
    },
)
def look(json_data: HindsightIn) -> Response:
    """Fold the ledger up to a moment and decide there."""
    try:
        return answer(looked_back(world(), json_data))
    except PolicyUnknown as error:
        raise not_found("policy active at", instant(json_data.at), _EXAMPLE) from error


def looked_back(here: World, asked: HindsightIn) -> dict[str, Json]:
    """What was seen in hindsight, as JSON.

    Raises:
        PolicyUnknown: no policy was active then.
        ProblemError: the moment lies ahead, or the request is none (422).
    """
    now = here.clock.now()
    if asked.at > now:
        words = f"lies ahead of this world's clock, {instant(now)}"
        fault = Fault(pointer="/at", detail=words, value=instant(asked.at), example=_EXAMPLE)
        raise unprocessable([fault])
    return _told(look_back(here, asked, asked.at))


def _told(found: Hindsight) -> dict[str, Json]:
    return {
        "at": instant(found.at),
        "sequence": found.sequence,
        "policy": {
            "digest": found.policy.digest,
            "since": instant(found.policy.since),
            "by": found.policy.by,
        },
        "facts": [fact.to_json() for fact in found.situation.facts],
        "decision": found.decision.to_json(),
        "unknown": list(found.situation.unknown),
        "degraded": list(found.situation.degraded),
    }
