"""What people send about panels: seats and quotas, answers of those drawn, questions, ballots."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.ballots import LONGEST_REASON
from service.bodies import Model, Name

ATTRIBUTES: Final = ("segment", "region", "language", "vulnerable", "harmed")
"""What quotas may ask of customers; harmed is by the panel's incident."""

MOST_SEATS: Final = 200
SEAT_CODE: Final = "^[0-9a-f]{20}$"


class QuotaIn(Model):
    """At least so many seats for people of whom an attribute has a value."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"by": "vulnerable", "value": "yes", "seats": 2}},
    )

    by: Literal["segment", "region", "language", "vulnerable", "harmed"]
    value: Annotated[str, Field(min_length=1, max_length=160)]
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)]


class PanelIn(Model):
    """A panel: how many seats, for whom, for how long."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Riders",
                "team": "team/customer-service",
                "incident": "incident/2013-ny-train",
                "seats": 9,
                "quotas": [
                    {"by": "harmed", "value": "yes", "seats": 3},
                    {"by": "vulnerable", "value": "yes", "seats": 2},
                ],
            }
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    team: Annotated[str, Field(pattern="^team/.{1,120}$")]
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    seats: Annotated[int, Field(ge=3, le=MOST_SEATS)]
    quotas: Annotated[tuple[QuotaIn, ...], Field(max_length=30)] = ()
    term_days: Annotated[int, Field(ge=1, le=1_100)] = 365
    rest_days: Annotated[int, Field(ge=0, le=3_700)] = 730
    not_segments: Annotated[
        tuple[Annotated[str, Field(pattern="^segment/.{1,120}$")], ...], Field(max_length=50)
    ] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        most = max((one.seats for one in self.quotas), default=0)
        if most > self.seats:
            raise ValueError(f"a quota asks for {most} of {self.seats} seats")
        if self.incident is None and any(one.by == "harmed" for one in self.quotas):
            raise ValueError("a quota of those who were harmed has an incident; name it")
        return self


class AnswerIn(Model):
    """What somebody who was drawn said."""

    model_config = ConfigDict(json_schema_extra={"example": {"answer": "accept"}})

    answer: Literal["accept", "decline"]


class QuestionIn(Model):
    """A question to the seats, on what, for how long."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "question": "Does this letter sound as if somebody had read yours?",
                "on": "guideline-version/warm-words-2",
                "options": ["yes", "no", "cannot-say"],
                "quorum": 5,
                "within": "P7D",
            }
        },
    )

    question: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    on: Annotated[str, Field(pattern="^(guideline-version|policy-proposal|template)/.{1,120}$")]
    text: Annotated[str, Field(max_length=20_000)] | None = None
    options: Annotated[tuple[Name, ...], Field(min_length=2, max_length=9)]
    quorum: Annotated[int, Field(ge=2, le=MOST_SEATS)]
    within: Annotated[str, Field(pattern="^P", max_length=40)] = "P7D"

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({*self.options}) < len(self.options):
            raise ValueError("each option stands once")
        return self


class BallotIn(Model):
    """A seat's vote; a later one takes its place."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "seat": 3,
                "code": "5f1c9a3e7b2d4860a1c2",
                "choice": "no",
                "reason": "It says sorry before it says what for.",
            }
        },
    )

    seat: Annotated[int, Field(ge=1, le=10_000)]
    code: Annotated[str, Field(pattern=SEAT_CODE)]
    choice: Name
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)] | None = None


class PanelsIn(Model):
    """Which panels: one of them, or all."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"panel": "panel/01jd3v5k8xq2m4n6p8r0t2w4y6"}},
    )

    panel: Annotated[str, Field(pattern="^panel/.{1,120}$")] | None = None
