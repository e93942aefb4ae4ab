"""What authors send where attune writes the text: from what it is composed, what is changed."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, RootModel, model_validator

from service.bodies import Model, Name, Text
from service.decision_bodies import DecisionRequest
from service.message_bodies import (
    MOST_CLAIMS,
    MOST_PROMISES,
    Admission,
    Audience,
    ClaimIn,
    Kind,
    MessageIn,
    PromiseIn,
)

MOST_SLOTS: Final = 60
MOST_TASKS: Final = 20
_Id = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}/.{1,120}$")]
_Decision = Annotated[str, Field(pattern="^decision/.{1,140}$")]
_Locale = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")]
_FROM: Final[dict[str, Any]] = {
    "request": {"incident": "incident/2013-ny-train"},
    "channel": "web-notice",
    "template": "holding-statement",
    "slots": {"next_update": "2026-11-23T18:00:00-05:00"},
}


class FromIn(Model):
    """What a text is composed from: as `POST /v1/compose` takes it, for one channel."""

    model_config = ConfigDict(json_schema_extra={"example": _FROM})

    decision: _Decision | None = None
    request: DecisionRequest | None = None
    channel: Name
    template: Name | None = None
    locale: _Locale | None = None
    tasks: Annotated[list[Name], Field(max_length=MOST_TASKS)] = Field(default_factory=list)
    slots: Annotated[dict[Name, Any], Field(max_length=MOST_SLOTS)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if (self.decision is None) == (self.request is None):
            raise ValueError("give either a decision or a request")
        return self


class ComposedIn(Model):
    """A message whose text attune composes; `text` and `subject` say what was changed of it.

    Kind and audience are those that the template is for, where it is for one.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"from": _FROM, "kind": "statement", "audience": "public"}},
    )

    from_: Annotated[FromIn, Field(alias="from")]
    work: _Id | None = None
    title: Name | None = None
    kind: Kind | None = None
    audience: Audience | None = None
    region: _Id | None = None
    subject: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    text: Text | None = None
    localises: _Id | None = None
    revises: _Id | None = None
    admission: Admission | None = None
    acknowledges_harm: bool | None = None
    claims: Annotated[list[ClaimIn], Field(max_length=MOST_CLAIMS)] = Field(default_factory=list)
    promises: Annotated[list[PromiseIn], Field(max_length=MOST_PROMISES)] = Field(
        default_factory=list
    )


class DraftIn(RootModel[MessageIn | ComposedIn]):
    """A message with its text, or with `from` what its text is composed from."""

    @classmethod
    def model_validate(cls, obj: object, **more: Any) -> Self:  # noqa: ANN401 - pydantic's own
        """Read it as the one that it is, so that faults are told of that one only."""
        model = ComposedIn if isinstance(obj, Mapping) and "from" in obj else MessageIn
        return cls.model_construct(model.model_validate(obj, **more))
