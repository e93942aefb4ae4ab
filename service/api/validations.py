"""Validations over HTTP: what people are asked, what was said, and the post that is in doubt."""

from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from knowledge.refusals import SegmentBroken
from ontology.events import Json
from ontology.identity import ThingId
from service.api.answers import answer, world
from service.bodies import Model, instant
from service.problems import not_found
from service.validations import DOUBTS, Validation
from service.world import World

bp = APIBlueprint("validations", __name__, url_prefix="/v1/validations", tag="Validations")

_EXAMPLE: Final = "validation/5f1c9a3e7b2d4860a1c2e3f405162738"


class ValidationsIn(Model):
    """Which validations are asked for."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "open": True}},
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    open: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@bp.get("")
@bp.input(ValidationsIn, location="query")
@bp.doc(
    summary="Questions to people, the newest first, and how many doubts were only counted.",
    responses={200: "Validations; the words of posts are left to the single one."},
)
def index(query_data: ValidationsIn) -> Response:
    """The newest of them."""
    now = world().validations_now()
    incident = ThingId(query_data.incident) if query_data.incident else None
    known = [*reversed(now.of(incident))] if incident is not None else [*now.newest()]
    found = [one for one in known if query_data.open in {None, one.open}]
    items: list[Json] = [_shown(one) for one in found[: query_data.limit]]
    counted: dict[str, Json] = {doubt: now.counted(incident, doubt) for doubt in DOUBTS}
    return answer({"items": items, "counted": counted if incident is not None else None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One question, with the words of the post, if it is about one that is still kept.",
    responses={200: "The validation.", 404: "There is no such validation."},
)
def one(local: str) -> Response:
    """One validation, as the person who judges it needs it."""
    here = world()
    found = here.validations_now().get(ThingId(f"validation/{local}"))
    if found is None:
        raise not_found("validation", f"validation/{local[:140]}", _EXAMPLE)
    return answer(_shown(found) | {"text": _text(here, found)})


def _shown(one: Validation) -> dict[str, Json]:
    judged = one.judged_at
    verdicts: list[Json] = [
        {"by": each.by, "verdict": each.verdict, "at": instant(each.at)} for each in one.verdicts
    ]
    return {
        "id": one.id,
        "state": one.state,
        "asked_at": instant(one.asked_at),
        "doubt": one.doubt,
        "reason": one.reason,
        "incident": one.incident,
        "signal": one.signal,
        "decision": one.decision,
        "score": one.score,
        "team": one.team,
        "persons": one.persons,
        "verdicts": verdicts if not one.open else [{"by": each.by} for each in one.verdicts],
        "verdict": one.verdict,
        "judged_at": instant(judged) if judged else None,
    }


def _text(here: World, one: Validation) -> str | None:
    """The words of the post in doubt; None where there is none, or they are no longer kept."""
    if one.signal is None or one.segment is None:
        return None
    for event in here.ledger.read(one.segment - 1, types=("segment.committed",), limit=1):
        try:
            signals = here.segments.read(event)
        except SegmentBroken:
            return None
        return next((signal.text for signal in signals if signal.id == one.signal), None)
    return None
