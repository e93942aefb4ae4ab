"""What callers ask of tone beside the audit: worst examples, one's own figures, an answer."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.assessment_bodies import Person, Words
from service.bodies import Model

Day = Annotated[str, Field(max_length=10)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class ExamplesIn(Model):
    """The worst texts of which time, how many of them, and whether their words are wanted."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"month": "2026-10"}}
    )

    month: Day | None = None
    since: Day | None = None
    until: Day | None = None
    of: Literal["replies", "messages", "both"] = "both"
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    most: Annotated[int, Field(ge=1, le=50)] = 10
    quotes: bool = False


class OwnToneIn(Model):
    """Whose figures (one's own), and of which time."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"person": "person/ada", "month": "2026-10"}},
    )

    person: Person
    month: Day | None = None
    since: Day | None = None
    until: Day | None = None


class AnswerIn(Model):
    """What somebody answers to the figures of a month that are theirs."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "month": "2026-10",
                "text": "I had the night shift alone, after the derailment.",
            }
        },
    )

    month: Month
    text: Words
