"""What people send to propose a pathway."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from service.bodies import Model, Moment, Name, Text
from service.message_bodies import Audience, Channel, Language, Strategy

LONGEST_APPROVED = 6_000

_Requirement = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,50}-(approval|approver|check)$")]
_Topic = Annotated[str, Field(pattern="^claim-topic/.{1,120}$")]
_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]


class PathwayIn(Model):
    """A text for legal to approve, what for, and how far one may depart from it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "First hour after a derailment",
                "text": "A train left the rails near {place} at {time}. {hurt:number} people were"
                " hurt, and our thoughts are with them. We will say more by {next:time}.",
                "language": "en",
                "max_distance": 0.15,
                "covers": ["legal-approval"],
                "channels": ["website", "press"],
                "audiences": ["public", "press"],
                "strategies": ["instruct", "adjust"],
                "topics": ["claim-topic/injured"],
                "regions": ["region/us-ny"],
                "valid_from": "2026-11-23T00:00:00Z",
                "valid_until": "2027-11-23T00:00:00Z",
            }
        },
    )

    name: Name
    text: Annotated[Text, Field(max_length=LONGEST_APPROVED)]
    language: Language
    max_distance: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    covers: Annotated[list[_Requirement], Field(min_length=1, max_length=20)]
    channels: Annotated[list[Channel], Field(min_length=1, max_length=20)]
    audiences: Annotated[list[Audience], Field(min_length=1, max_length=20)]
    strategies: Annotated[list[Strategy], Field(max_length=6)] = Field(default_factory=list)
    topics: Annotated[list[_Topic], Field(max_length=50)] = Field(default_factory=list)
    regions: Annotated[list[_Region], Field(max_length=200)] = Field(default_factory=list)
    valid_from: Moment
    valid_until: Moment

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        """It holds for some time."""
        if self.valid_until <= self.valid_from:
            raise ValueError("valid_until comes after valid_from")
        return self
