"""What callers ask of surveys: which answers, about which incident, by which groups."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment

Dimension = Literal["touchpoint", "team", "channel", "language", "region", "incident", "segment"]
_ALL: Final[tuple[Dimension, ...]] = (
    *("touchpoint", "team", "channel", "language", "region", "incident", "segment"),
)
EXAMPLE: Final = "2013-12-20T12:00:00-05:00"


class EffortIn(Model):
    """Which answers, about which incident, by which groups; all of them where nothing is said.

    `onset` and `resolved` are taken from the incident where they are not given.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "incident": "incident/2013-ny-train",
                "resolved": EXAMPLE,
                "by": ["touchpoint", "team"],
            }
        },
    )

    since: Moment | None = None
    until: Moment | None = None
    incident: str | None = None
    onset: Moment | None = None
    resolved: Moment | None = None
    by: tuple[Dimension, ...] = _ALL


Source = Literal["survey", "case", "post"]
_SOURCES: Final[tuple[Source, ...]] = ("survey", "case", "post")


class VerbatimsIn(Model):
    """Which texts: from where, of which time, about which incident; whether quotes are wanted.

    `days_before` is how long before the first answer to a message counts as before it,
    `days_after` how long after a message a post or a case may answer it.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train", "quotes": True}},
    )

    since: Moment | None = None
    until: Moment | None = None
    incident: str | None = None
    days_before: Annotated[int, Field(ge=1, le=365)] = 14
    days_after: Annotated[int, Field(ge=1, le=90)] = 7
    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = _SOURCES
    quotes: bool = False
