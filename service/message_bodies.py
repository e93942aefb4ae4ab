"""What authors send of messages: the text, where it goes, what it claims and promises."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ontology.lifecycle_data import duration
from service.bodies import Model, Moment, Name, Reference, Text

MOST_CLAIMS = 50
MOST_PROMISES = 20

_Id = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}/.{1,120}$")]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")]
Kind = Literal[
    "reply", "statement", "alert", "correction", "campaign", "advertisement", "internal-message"
]
Audience = Literal["customer", "public", "press", "employees", "regulator", "board"]
Channel = Literal[
    "phone",
    "chat",
    "mail",
    "letter",
    "social",
    "app",
    "website",
    "store",
    "press",
    "intranet",
    "advertising",
]
Strategy = Literal["instruct", "adjust", "deny", "diminish", "rebuild", "bolster"]
Admission = Literal["not-judged", "none", "harm", "fault"]


def _length(value: object) -> timedelta:
    return duration(value if isinstance(value, str) else repr(value))


Within = Annotated[
    timedelta,
    BeforeValidator(_length),
    WithJsonSchema({"type": "string", "format": "duration", "example": "PT15M"}),
]
"""A length of time like PT15M or 15 minutes, at most 366 days."""


class ClaimIn(Model):
    """One thing that the text says is so, is not so, or amounts to so much."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "topic": "claim-topic/injured",
                "value": 63,
                "measured_in": "people",
                "core": True,
            }
        },
    )

    topic: _Id
    polarity: Literal["affirmed", "denied"] | None = None
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    measured_in: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    sentence: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    core: bool = False

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        """A polarity or a figure, not both and not neither."""
        if (self.polarity is None) is (self.value is None):
            raise ValueError('a claim has a polarity or a value, like "polarity": "denied"')
        return self


class PromiseIn(Model):
    """Something that the text says will be done, and by when."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sentence": "We will say more by six in the evening.",
                "due": "2026-11-23T18:00:00-05:00",
                "team": "team/communications",
            }
        },
    )

    sentence: Annotated[str, Field(min_length=1, max_length=1_000)]
    due: Moment
    team: _Id | None = None


class MessageIn(Model):
    """One version of what is to be said."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "incident": "incident/2013-ny-train",
                "kind": "statement",
                "audience": "public",
                "channel": "website",
                "language": "en",
                "text": "A train left the rails near Spuyten Duyvil this morning. People were"
                " hurt, and our thoughts are with them. We will say more by noon.",
                "strategies": ["adjust"],
                "acknowledges_harm": True,
                "admission": "harm",
            }
        },
    )

    work: _Id | None = None
    title: Name | None = None
    incident: _Id | None = None
    kind: Kind
    audience: Audience
    channel: Channel
    language: Language
    region: _Id | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    addressee: Reference | None = None
    subject: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    text: Text
    strategies: Annotated[list[Strategy], Field(max_length=6)] = Field(default_factory=list)
    template: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    guideline: Annotated[str, Field(pattern="^guideline-version/.{1,120}$")] | None = None
    localises: _Id | None = None
    revises: _Id | None = None
    answers: Annotated[list[_Id], Field(max_length=100)] = Field(default_factory=list)
    outlets: Annotated[list[_Id], Field(max_length=100)] = Field(default_factory=list)
    duty: Annotated[str, Field(pattern="^duty/.{1,120}$")] | None = None
    admission: Admission | None = None
    acknowledges_harm: bool | None = None
    claims: Annotated[list[ClaimIn], Field(max_length=MOST_CLAIMS)] = Field(default_factory=list)
    promises: Annotated[list[PromiseIn], Field(max_length=MOST_PROMISES)] = Field(
        default_factory=list
    )


class PublicationIn(Model):
    """The messages that go out together or not at all, and what if a channel does not confirm."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "messages": ["message/statement-en", "message/statement-fr"],
                "rule": "compensate",
                "within": "PT10M",
            }
        },
    )

    messages: Annotated[list[_Id], Field(min_length=1, max_length=50)]
    rule: Literal["complete", "compensate"] = "complete"
    within: Within | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None


class HoldIn(Model):
    """Why everything that could go out is held, and of which incident."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "reason": "A second train has stopped.",
                "incident": "incident/2013-ny-train",
            }
        },
    )

    reason: Annotated[str, Field(min_length=1, max_length=400)]
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
