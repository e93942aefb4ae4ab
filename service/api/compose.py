"""Composing over HTTP: the words for a decision, what was personal, what was passed over."""

from typing import Annotated, Any, Final, Self

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field, model_validator

from ontology.identity import ThingId
from service.api.answers import answer, principal, world
from service.bodies import Model, Name, Text
from service.composing import ComposeRequest, compose
from service.decision_bodies import DecisionRequest
from service.permissions import SEE_PEOPLE

bp = APIBlueprint("compose", __name__, url_prefix="/v1/compose", tag="Compose")

MOST_CHANNELS: Final = 20
MOST_SLOTS: Final = 60
_EXAMPLE: Final[dict[str, Any]] = {
    "request": {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1001"},
        "text": "My mother was on that train. Third call, and nobody tells us anything.",
    },
    "channels": ["email", "sms"],
    "slots": {"agent": "Maria", "by": "2026-11-23T18:00:00Z"},
}


class ComposeIn(Model):
    """What a text is wanted for: a decision, or the request on which one would be made."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    decision: Annotated[str, Field(pattern="^decision/.{1,140}$")] | None = None
    request: DecisionRequest | None = None
    channels: Annotated[list[Name], Field(max_length=MOST_CHANNELS)] = Field(default_factory=list)
    template: Name | None = None
    locale: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")] | None = None
    tasks: Annotated[list[Name], Field(max_length=MOST_CHANNELS)] = Field(default_factory=list)
    kind: Name | None = None
    audience: Name | None = None
    slots: Annotated[dict[Name, Any], Field(max_length=MOST_SLOTS)] = Field(default_factory=dict)
    answers: Text | None = None
    duty: Annotated[str, Field(pattern="^duty/.{1,120}$")] | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        given = (self.decision is not None) + (self.request is not None)
        if given != 1 and not (self.duty is not None and given == 0):
            raise ValueError("give either a decision or a request, or a duty")
        return self


@bp.post("")
@bp.input(ComposeIn)
@bp.doc(
    summary="The words for a decision: texts by channel, what was personal, what was passed over.",
    responses={
        200: "A preview; nothing is recorded. `refused` says why nobody may be written to.",
        410: "The decision was about a person who was erased.",
        422: "No such decision, duty, channel or template, or a value does not fit its slot.",
    },
)
def create(json_data: ComposeIn) -> Response:
    """Compose a preview."""
    asked = json_data.request
    answers = json_data.answers or (asked.text if asked is not None else None)
    wanted = ComposeRequest(
        decision=None if json_data.decision is None else ThingId(json_data.decision),
        request=asked,
        channels=tuple(dict.fromkeys(json_data.channels)),
        template=json_data.template,
        locale=json_data.locale,
        tasks=tuple(json_data.tasks),
        kind=json_data.kind,
        audience=json_data.audience,
        slots=json_data.slots,
        answers=answers,
        sees_people=bool(principal().roles & SEE_PEOPLE),
        duty=None if json_data.duty is None else ThingId(json_data.duty),
    )
    return answer(compose(world(), wanted).json())
