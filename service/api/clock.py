"""The clock of a replay or drill world, which stands where its keeper puts it."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from service.api.answers import answer, principal, world
from service.bodies import ClockIn, instant
from service.problems import Fault, ProblemError, quoted

bp = APIBlueprint("clock", __name__, url_prefix="/v1/clock", tag="Operation")


@bp.get("")
@bp.doc(
    summary="What time it is in this world.", responses={200: "The time and the kind of world."}
)
def now() -> Response:
    """The world's time."""
    here = world()
    here.catch_up()
    return answer({"at": instant(here.clock.now()), "world": here.kind.value})


@bp.post("")
@bp.input(ClockIn)
@bp.doc(
    summary="Move a replay world's clock forward.",
    responses={200: "The new time.", 409: "The world is live, or the time lies in its past."},
)
def advance(json_data: ClockIn) -> Response:
    """Advance the clock; every worker folds the event that says so."""
    here = world()
    here.catch_up()
    if not here.stopped:
        raise ProblemError(
            HTTPStatus.CONFLICT, "clock-is-live", "A live world's clock can't be moved."
        )
    if json_data.at < here.clock.now():
        fault = Fault(
            pointer="/at",
            detail="lies in this world's past",
            value=quoted(instant(json_data.at)),
            example=instant(here.clock.now()),
        )
        raise ProblemError(
            HTTPStatus.CONFLICT, "clock-runs-forward", "Time only moves forward.", faults=[fault]
        )
    here.advance(json_data.at, actor=principal().holder)
    return answer({"at": instant(here.clock.now()), "world": here.kind.value})
