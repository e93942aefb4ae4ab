"""What callers send about leadership assessments: of whom, by whom, of when, in which words."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.bodies import Model, Moment

Person = Annotated[str, Field(pattern="^person/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")]
Words = Annotated[str, Field(min_length=1, max_length=8_000, pattern=r"\S")]


def _ordered(since: datetime, until: datetime) -> None:
    if since >= until:
        raise ValueError(f"since {since.isoformat()} is not before until {until.isoformat()}")


class CompetencyIn(Model):
    """Of which person, from when to when."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person": "person/ada",
                "since": "2026-01-01T00:00:00Z",
                "until": "2026-07-01T00:00:00Z",
            }
        },
    )

    person: Person
    since: Moment
    until: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.since, self.until)
        return self


class AssessmentIn(CompetencyIn):
    """A new assessment: who writes it, who looks at it once contested, how long for a reply."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person": "person/ada",
                "since": "2026-01-01T00:00:00Z",
                "until": "2026-07-01T00:00:00Z",
                "assessor": "person/grace",
                "second": "person/lin",
                "reply_days": 14,
            }
        },
    )

    assessor: Person
    second: Person
    reply_days: Annotated[int, Field(ge=3, le=90)] = 14
    corrects: Annotated[str, Field(pattern="^assessment/.{1,120}$")] | None = None

    @model_validator(mode="after")
    def _three(self) -> Self:
        if len({self.person, self.assessor, self.second}) < len(("them", "first", "second")):
            raise ValueError("the person, the assessor and the second one are three people")
        return self


class WordsIn(Model):
    """What somebody says in an act on an assessment; sealed under the key of its person."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"text": "Two of the three late answers fell in the storm."}
        },
    )

    text: Words


class SecondIn(WordsIn):
    """What the second assessor found."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"verdict": "partly", "text": "The lapse at night was not theirs."}
        },
    )

    verdict: Literal["stands", "partly", "does-not-stand"]


class NothingIn(Model):
    """An act without words."""

    model_config = ConfigDict(json_schema_extra={"example": {}})
