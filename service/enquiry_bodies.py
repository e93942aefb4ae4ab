"""What callers send of press enquiries: who asks what by when, and what was said beside it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment
from service.outlets import OutletRef
from service.zoned import TimeZone

Topics = Annotated[
    list[Annotated[str, Field(pattern="^claim-topic/.{1,120}$")]], Field(max_length=20)
]
Team = Annotated[str, Field(pattern="^team/.{1,120}$")]
_Line = Annotated[str, Field(min_length=1, max_length=200)]
_Question = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]


class JournalistIn(Model):
    """Who asks: sealed, and erased as one."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Sam Rivera", "email": "sam@bronx-times.example"}},
    )

    name: _Line
    email: _Line | None = None
    phone: _Line | None = None


class EnquiryIn(Model):
    """What an outlet asks; a deadline without an offset is a local time of the time zone."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "outlet": "Bronx Times",
                "journalist": {"name": "Sam Rivera", "email": "sam@bronx-times.example"},
                "questions": ["How many people were hurt?"],
                "topics": ["claim-topic/injured"],
                "incident": "incident/2013-ny-train",
                "deadline": "2026-11-23T18:00:00",
                "time_zone": "America/New_York",
            }
        },
    )

    outlet: OutletRef
    journalist: JournalistIn | None = None
    questions: Annotated[list[_Question], Field(min_length=1, max_length=20)]
    topics: Topics = Field(default_factory=list)
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    deadline: datetime
    time_zone: TimeZone
    received_at: Moment | None = None
    embargo_wish: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    team: Team | None = None


class RemarkIn(Model):
    """What somebody of us said to the outlet, and whether it may be used."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "attribution": "off-record",
                "text": "The driver was not from our own depot.",
                "said_by": "person/grace",
            }
        },
    )

    attribution: Literal["on-record", "background", "off-record"]
    text: Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"\S")]
    said_by: Annotated[str, Field(pattern="^person/.{1,120}$")] | None = None
    said_at: Moment | None = None
    topics: Topics = Field(default_factory=list)
