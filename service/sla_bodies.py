"""What people send to propose a service level agreement: its scope, its targets, its hours."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ontology.lifecycle_data import duration
from service.bodies import Model, Moment

Target = Literal["first-reply", "next-update", "resolution"]
SLA_NAME: Final = "^[a-z0-9][a-z0-9-]{0,79}$"
_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]
_Segment = Annotated[str, Field(pattern="^segment/.{1,120}$")]
_Touchpoint = Annotated[str, Field(pattern="^touchpoint/.{1,120}$")]
_Channel = Literal[
    "phone",
    "chat",
    "mail",
    "letter",
    "social",
    "app",
    "website",
    "store",
    "field",
    "self-service",
]
_Tier = Literal["frontline", "specialist", "crisis-team", "executive", "board"]


class ScopeIn(Model):
    """For which cases it holds; what is not named holds for all."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"channels": ["mail"], "regions": ["region/us-ny"]}},
    )

    touchpoints: Annotated[tuple[_Touchpoint, ...], Field(max_length=200)] = ()
    channels: Annotated[tuple[_Channel, ...], Field(max_length=10)] = ()
    tiers: Annotated[tuple[_Tier, ...], Field(max_length=5)] = ()
    segments: Annotated[tuple[_Segment, ...], Field(max_length=200)] = ()
    regions: Annotated[tuple[_Region, ...], Field(max_length=200)] = ()


class TargetIn(Model):
    """One target: what is done within how much time, and when its team is warned."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"what": "first-reply", "within": "PT4H", "warn_at": 0.75}},
    )

    what: Target
    within: Annotated[str, Field(min_length=3, max_length=40, pattern="^P")]
    hours: Literal["staffed", "always"] = "staffed"
    warn_at: Annotated[float, Field(gt=0, lt=1)] = 0.75

    @model_validator(mode="after")
    def _long(self) -> Self:
        duration(self.within)
        return self


class SlaIn(Model):
    """A version of a service level agreement."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sla": "support",
                "name": "What customers can count on",
                "team": "team/customer-service",
                "scope": {"channels": ["mail"]},
                "calendar": "calendar/house",
                "targets": [
                    {"what": "first-reply", "within": "PT4H"},
                    {"what": "resolution", "within": "PT40H"},
                ],
                "because": "In the crisis four hours were kept in nine cases of ten.",
            }
        },
    )

    sla: Annotated[str, Field(pattern=SLA_NAME)]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    team: Annotated[str, Field(pattern="^team/.{1,120}$")]
    scope: ScopeIn = ScopeIn()
    calendar: Annotated[str, Field(pattern="^calendar/.{1,120}$")] | None = None
    targets: Annotated[tuple[TargetIn, ...], Field(min_length=1, max_length=3)]
    effective_from: Moment | None = None
    effective_until: Moment | None = None
    because: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        named = [one.what for one in self.targets]
        if len({*named}) < len(named):
            raise ValueError("each target stands once; name first-reply, next-update, resolution")
        if self.calendar is None and any(one.hours == "staffed" for one in self.targets):
            raise ValueError("staffed hours have a calendar; name one, or say hours: always")
        begins, ends = self.effective_from, self.effective_until
        if begins is not None and ends is not None and ends <= begins:
            raise ValueError("effective_until comes after effective_from")
        return self


By = Literal["touchpoint", "channel", "tier", "segment", "region", "team", "incident", "month"]


class SlasIn(Model):
    """Which cases: opened from a moment on and before another, grouped by what."""

    model_config = ConfigDict(json_schema_extra={"example": {"by": "channel"}})

    since: Moment | None = None
    until: Moment | None = None
    by: By = "touchpoint"
