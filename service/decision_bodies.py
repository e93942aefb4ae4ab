"""What decisions are asked with, now, in hindsight, and why not otherwise."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment, Name, PlaceName, Point, Reference, Text

MOST_ROWS: Final = 50
"""Facts of one kind that a request may state."""

MOST_FIELDS: Final = 80

_Stated = Annotated[dict[Name, Any], Field(max_length=MOST_FIELDS)]
"""What a caller states of one thing."""


class DecisionRequest(Model):
    """What is asked: references, the words, and facts that only the caller knows."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "incident": "incident/2013-ny-train",
                "customer": {"system": "zendesk", "key": "1001"},
                "text": "My son was on that train. Third call, and nobody tells us anything.",
                "facts": {"request": {"kind": "reply", "audience": "customer"}},
                "max_wait_ms": 500,
            }
        },
    )

    incident: Reference | None = None
    customer: Reference | None = None
    touchpoint: Reference | None = None
    platform: Reference | None = None
    region: Reference | None = None
    geofence: Reference | None = None
    location: Point | None = None
    place: PlaceName | None = None
    text: Text | None = None
    context: Text | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    facts: dict[Name, _Stated | Annotated[list[_Stated], Field(max_length=MOST_ROWS)]] = Field(
        default_factory=dict, max_length=40
    )
    precedents: Annotated[int, Field(ge=0, le=20)] = 3
    max_wait_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    subscribe: bool = False

    def said(self) -> str:
        """The request as text; one that does not subscribe reads as it did before one could."""
        return self.model_dump_json(exclude=None if self.subscribe else {"subscribe"})


class HindsightIn(DecisionRequest):
    """A decision request as if it had been asked at a moment in the past."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"at": "2026-11-23T08:00:00Z", "incident": "incident/2013-ny-train"}
        },
    )

    at: Moment


class WhyNotIn(Model):
    """Which rule stayed quiet."""

    model_config = ConfigDict(json_schema_extra={"example": {"rule": "surge"}})

    rule: Name


class InsteadIn(Model):
    """What should be another."""

    model_config = ConfigDict(json_schema_extra={"example": {"of": "tier"}})

    of: Literal["tier", "routes"] = "tier"
