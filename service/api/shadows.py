"""Shadows over HTTP: let a policy run silently, list those that do, see what one showed."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model
from service.policy_sources import SourceUnknown
from service.problems import Fault, not_found, unprocessable
from service.shadow_fold import KIND
from service.shadow_report import head, report
from service.shadows import start

bp = APIBlueprint("shadows", __name__, url_prefix="/v1/shadows", tag="Shadows")

_EXAMPLE: Final = "policy-proposal/01jd3v5k8xq2m4n6p8r0t2w4y6"


class ShadowIn(Model):
    """Which policy runs silently, for how long, and what it is to show."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "policy": _EXAMPLE,
                "within": "P14D",
                "reason": "Would the stricter threshold page executives less often?",
            }
        },
    )

    policy: Annotated[str, Field(min_length=1, max_length=160)]
    within: Annotated[str, Field(pattern=r"^P[0-9DTHM]{2,12}$")]
    reason: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]


@bp.post("")
@bp.input(ShadowIn)
@bp.doc(
    summary="Let a policy decide silently beside the active one, for a time.",
    responses={
        201: "It runs; every decision is made a second time by it, after the answer.",
        409: "It is active, runs already, was never proposed, or too many run.",
        422: "No policy is meant by that name.",
    },
)
def create(json_data: ShadowIn) -> Response:
    """Start."""
    here = world()
    try:
        event = start(
            here,
            json_data.policy,
            json_data.within,
            json_data.reason,
            principal().actor(None),
            idempotency=idempotency(),
        )
    except SourceUnknown as error:
        fault = Fault(
            pointer="/policy", detail=str(error), value=json_data.policy, example=_EXAMPLE
        )
        raise unprocessable([fault]) from error
    here.catch_up()
    local = event.subject.partition("/")[2]
    found = here.shadows.get(event.subject)
    body = head(found) if found is not None else {"id": event.subject}
    return answer(body, HTTPStatus.CREATED, {"Location": f"/v1/shadows/{local}"})


@bp.get("")
@bp.doc(
    summary="All shadows, the newest first.", responses={200: "Those that run, and all ended."}
)
def index() -> Response:
    """Every one."""
    return answer({"items": [head(one) for one in reversed(world().shadows.all())]})


@bp.get("/<string:local>")
@bp.doc(
    summary="What a shadow showed: what differs, who is called earlier, later, in vain.",
    responses={200: "Figures with intervals.", 404: "There is no such shadow."},
)
def one(local: str) -> Response:
    """The report so far."""
    here = world()
    found = here.shadows.get(ThingId(f"{KIND}/{local}"))
    if found is None:
        raise not_found(KIND, f"{KIND}/{local[:140]}", "shadow/01jd3v5k8xq2m4n6p8r0t2w4y6")
    return answer(report(here, found))
