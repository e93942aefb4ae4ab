"""What is asked of the reports on outcomes: the time, and what is declared beforehand."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment

Share = Annotated[float, Field(gt=0, le=1)]
Days = Annotated[int, Field(ge=7, le=1825)]


class Confounder(Model):
    """Something known before the answer that may go with both it and what became of people."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {"column": "segment", "why": "Season-ticket holders get more attention."}
        },
    )

    column: Annotated[str, Field(min_length=1, max_length=40)]
    why: Annotated[str, Field(min_length=10, max_length=500)]


class RetentionIn(Model):
    """Whose answers are looked at, and what is declared of who got personal ones."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "since": "2026-01-01T00:00:00Z",
                "confounders": [
                    {"column": "segment", "why": "Season-ticket holders get more attention."},
                    {"column": "tenure", "why": "Those who stayed long are known, and stay."},
                ],
            }
        },
    )

    since: Moment | None = None
    until: Moment | None = None
    incident: Annotated[str, Field(max_length=140)] | None = None
    confounders: Annotated[tuple[Confounder, ...], Field(max_length=12)] | None = None
    randomised: Annotated[str, Field(min_length=10, max_length=500)] | None = None
    """How chance decided who got personal answers, if it did."""
    personalised_from: Share = 0.5
    horizon_days: Days = 90
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class Held(StrEnum):
    """What of a case can be held equal: settled before it is answered."""

    TOUCHPOINT = "touchpoint"
    CHANNEL = "channel"
    INCIDENT = "incident"
    REGION = "region"
    TEAM = "team"
    MONTH = "month"


class Unit(StrEnum):
    """What is compared on the frontier."""

    TEAM = "team"
    CHANNEL = "channel"
    TOUCHPOINT = "touchpoint"
    REGION = "region"
    TEMPLATE = "template"


class SpeedIn(Model):
    """Which cases are looked at, what of them is held equal, and what is compared."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"by": "team"}}
    )

    since: Moment | None = None
    until: Moment | None = None
    by: Unit = Unit.TEAM
    held_equal: Annotated[tuple[Held, ...], Field(max_length=6)] = (
        Held.TOUCHPOINT,
        Held.CHANNEL,
        Held.INCIDENT,
    )


class CohortIn(Model):
    """Which incident, from when on, and by what people are matched who were not affected."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "incident": "incident/2013-ny-train",
                "onset": "2026-03-01T06:00:00Z",
                "months": 12,
                "exact": ["segment", "region"],
                "nearest": ["tenure", "revenue"],
            }
        },
    )

    incident: Annotated[str, Field(min_length=10, max_length=140, pattern="^incident/.+$")]
    onset: Moment
    months: Annotated[int, Field(ge=1, le=60)] = 12
    exact: Annotated[tuple[Literal["segment", "region"], ...], Field(max_length=2)] = (
        "segment",
        "region",
    )
    nearest: Annotated[
        tuple[Literal["tenure", "revenue", "cases", "trust", "satisfaction"], ...],
        Field(max_length=5),
    ] = ("tenure", "revenue")
    caliper: Annotated[float, Field(gt=0, le=2)] = 0.25
    """How far apart a match may lie in each of these, in standard deviations."""
    matches: Annotated[int, Field(ge=1, le=5)] = 1
    discount: Annotated[float, Field(ge=0, le=0.5)] = 0.08
    """By how much money is worth less a year later; an assumption that people declare."""
    margin: Annotated[float, Field(gt=0, le=3)] = 0.3
    """By how many points (of 7) trust may stay behind and still count as restored."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
