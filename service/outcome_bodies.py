"""What is asked of the reports on outcomes: the time, and what is declared beforehand."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ontology.identity import IdentityInvalid, thing_id
from service.bodies import Model, Moment


def _incident(text: str) -> str:
    try:
        found = thing_id(text)
    except IdentityInvalid as error:
        raise ValueError(str(error)) from error
    if not found.startswith("incident/"):
        raise ValueError(f"{text[:80]!r} is no incident; write incident/2013-ny-train")
    return found


Incident = Annotated[str, Field(max_length=140), AfterValidator(_incident)]
Share = Annotated[float, Field(gt=0, le=1)]
Days = Annotated[int, Field(ge=7, le=1825)]


class Confounder(Model):
    """Something known before the answer that may go with both it and what became of people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"column": "segment", "why": "Season-ticket holders get more attention."}
        },
    )

    column: Annotated[str, Field(min_length=1, max_length=40)]
    why: Annotated[str, Field(min_length=10, max_length=500)]


class RetentionIn(Model):
    """Whose answers are looked at, and what is declared of who got personal ones."""

    model_config = ConfigDict(
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
    incident: Incident | None = None
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

    model_config = ConfigDict(json_schema_extra={"example": {"by": "team"}})

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

    incident: Incident
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


class Perspective(StrEnum):
    """The four perspectives of a balanced scorecard (Kaplan and Norton 1992)."""

    CUSTOMER = "customer"
    FINANCIAL = "financial"
    PROCESS = "internal process"
    LEARNING = "learning and growth"


class Goal(Model):
    """What a figure of the scorecard should reach, and which team answers for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"figure": "trust", "target": 5.5, "owner": "team/customer-care"}
        },
    )

    figure: Literal[
        "trust",
        "effort",
        "leaving",
        "spend",
        "resolution",
        "first-reply",
        "pulse",
        "debriefs",
        "actions",
        "drills",
        "drill-acts",
        "exercises",
        "lessons",
    ]
    target: float
    owner: Annotated[str, Field(pattern="^team/.+$", max_length=140)]


class Scenario(Model):
    """How far what customers say may fall, as people judge it, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"least": 0.5, "most": 1.5, "why": "The last two crises cost that much."}
        },
    )

    least: Annotated[float, Field(ge=0, le=10)]
    most: Annotated[float, Field(gt=0, le=10)]
    why: Annotated[str, Field(min_length=10, max_length=300)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"least {self.least:g} is more than most {self.most:g}; swap them")
        return self


class ScorecardIn(Model):
    """Which period, what the figures should reach, and which fall is to be priced."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "until": "2026-10-01T00:00:00Z",
                "days": 90,
                "goals": [{"figure": "trust", "target": 5.5, "owner": "team/customer-care"}],
                "fall": {
                    "least": 0.5,
                    "most": 1.5,
                    "why": "The last two crises cost that much.",
                },
            }
        },
    )

    until: Moment | None = None
    days: Days = 90
    goals: Annotated[tuple[Goal, ...], Field(max_length=20)] = ()
    perspectives: Annotated[dict[str, Perspective], Field(max_length=100)] = Field(
        default_factory=dict
    )
    """Under which perspective each KPI stands; under the internal process if it isn't said."""
    sentiment: Literal["trust", "csat", "nps", "ces"] = "trust"
    """The answers to which leaving is linked."""
    fall: Scenario | None = None
    horizon_days: Days = 180
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
