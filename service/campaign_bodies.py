"""What people send to draft a recovery campaign: whom it reaches, offers, limits, the control."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.bodies import Model, Moment, Name

_Thing = Annotated[str, Field(max_length=160)]
_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]
_Segment = Annotated[str, Field(pattern="^segment/.{1,120}$")]
_Touchpoint = Annotated[str, Field(pattern="^touchpoint/.{1,120}$")]
_Fence = Annotated[str, Field(pattern="^geofence/.{1,120}$")]
_Incident = Annotated[str, Field(pattern="^incident/.{1,120}$")]
_Test = Annotated[str, Field(min_length=1, max_length=2_000)]
_Many = Annotated[int, Field(ge=0, le=10_000_000)]
_Share = Annotated[float, Field(ge=0, le=1)]
LONGEST: Final = timedelta(days=366)
MOST_OFFERS: Final = 50

FEATURES: Final = {
    "segment": "the segment of the customer",
    "region": "where the customer lives",
    "language": "in which language they want to be spoken to",
    "years": "for how many years they have been a customer",
    "cases": "how many of their cases count as affected",
    "days_waiting": "for how many days the oldest of these cases that is open has been so",
}
"""What offers may ask of a customer, and reckon with."""


class AffectedIn(Model):
    """Who counts as affected: any of what is named; then only those whom the rest lets through."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"incident": "incident/2013-ny-train", "regions": ["region/us-ny"]}
        },
    )

    incident: _Incident | None = None
    touchpoints: Annotated[tuple[_Touchpoint, ...], Field(max_length=200)] = ()
    living_in: Annotated[tuple[_Region, ...], Field(max_length=200)] = ()
    posted: bool = False
    posted_in: Annotated[tuple[_Fence, ...], Field(max_length=200)] = ()
    measured: bool = False
    since: Moment | None = None
    until: Moment | None = None
    segments: Annotated[tuple[_Segment, ...], Field(max_length=200)] = ()
    regions: Annotated[tuple[_Region, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.incident or self.touchpoints or self.living_in or self.posted_in):
            words = "name an incident, touchpoints, living_in or posted_in: who is affected"
            raise ValueError(words)
        if self.posted and self.incident is None:
            raise ValueError("posted asks who posted about an incident; name the incident")
        if self.measured and self.incident is None and not self.touchpoints:
            raise ValueError("measured asks for contacts; name an incident or touchpoints")
        return self


class OfferIn(Model):
    """One offer: what it costs, what it is worth to whom, and for whom it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "month-free",
                "name": "A month without fare",
                "cost": 40.0,
                "worth": "30 + 2 * years",
                "when": {"segment": "segment/commuters", "years": ">= 1"},
            }
        },
    )

    id: Name
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["offer", "invitation"] = "offer"
    cost: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    worth: Annotated[str, Field(min_length=1, max_length=500)] = "1"
    when: Annotated[dict[str, _Test | list[_Test]], Field(max_length=len(FEATURES))] = Field(
        default_factory=dict
    )
    consent: Literal["contact", "marketing", "personalisation"] | None = None
    at_most: _Many | None = None
    at_least: _Many = 0

    @property
    def purpose(self) -> str:
        """The consent without which it is made to nobody."""
        return self.consent or ("marketing" if self.kind == "offer" else "contact")


class ControlIn(Model):
    """Who is left alone for now to compare with: a share, or as many as show a difference."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"base": 0.7, "detect": 0.05, "power": 0.8}},
    )

    share: Annotated[float, Field(gt=0, le=0.5)] | None = None
    base: Annotated[float, Field(gt=0, lt=1)] | None = None
    detect: Annotated[float, Field(gt=0, lt=1)] | None = None
    power: Annotated[float, Field(ge=0.5, lt=1)] = 0.8
    none_because: Annotated[str, Field(min_length=1, max_length=500)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        sized = self.base is not None and self.detect is not None
        if sum((self.share is not None, sized, self.none_because is not None)) != 1:
            words = "name share, or base and detect, or say none_because why nobody is compared"
            raise ValueError(words)
        return self


class ExemptIn(Model):
    """Whom nobody leaves alone for the sake of comparing, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "touchpoints": ["touchpoint/injury-desk"],
                "because": "They were hurt; nobody lets them wait.",
            }
        },
    )

    because: Annotated[str, Field(min_length=1, max_length=500)]
    touchpoints: Annotated[tuple[_Touchpoint, ...], Field(max_length=200)] = ()
    customers: Annotated[
        tuple[Annotated[str, Field(pattern="^customer/.{1,120}$")], ...],
        Field(max_length=10_000),
    ] = ()


class FairnessIn(Model):
    """Between which groups the share of those who get something may not differ by more."""

    model_config = ConfigDict(json_schema_extra={"example": {"by": "region", "within": 0.1}})

    by: Literal["segment", "region", "language"] = "segment"
    within: _Share


class CampaignIn(Model):
    """A campaign: whom it reaches, what it offers, and within which limits."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "After the derailment",
                "team": "team/customer-service",
                "affected": {"incident": "incident/2013-ny-train"},
                "offers": [
                    {"id": "month-free", "name": "A month without fare", "cost": 40.0},
                    {"id": "listening", "name": "A call to listen", "kind": "invitation"},
                ],
                "starts_at": "2026-12-01T09:00:00-05:00",
                "ends_at": "2026-12-15T09:00:00-05:00",
                "budget": 4000.0,
                "currency": "USD",
                "per_day": 50,
                "control": {"share": 0.2},
            }
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    team: Annotated[str, Field(pattern="^team/.{1,120}$")]
    affected: AffectedIn
    offers: Annotated[list[OfferIn], Field(min_length=1, max_length=MOST_OFFERS)]
    starts_at: Moment
    ends_at: Moment
    control: ControlIn
    exempt: Annotated[tuple[ExemptIn, ...], Field(max_length=20)] = ()
    budget: Annotated[float, Field(ge=0, le=1e12)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    per_day: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    cover: _Share | None = None
    fairness: FairnessIn | None = None
    at_most: Annotated[int, Field(ge=1, le=50)] = 2
    within: Annotated[int, Field(ge=1, le=366)] = 30
    measured_after: Annotated[int, Field(ge=1, le=1_100)] = 60

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.starts_at < self.ends_at <= self.starts_at + LONGEST:
            raise ValueError("ends_at comes after starts_at, within a year of it")
        ids = [one.id for one in self.offers]
        if len(set(ids)) < len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise ValueError(f"offer {twice!r} comes twice")
        if self.budget is not None and self.currency is None:
            raise ValueError("a budget has a currency, like USD")
        return self

    @property
    def days(self) -> int:
        """How many days it lasts, a part of one counting whole."""
        whole, rest = divmod(self.ends_at - self.starts_at, timedelta(days=1))
        return whole + bool(rest)


class CampaignReportIn(Model):
    """Which campaign, and by which groups its people are looked at besides."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"campaign": "campaign/01jd3v5k8xq2m4n6p8r0t2w4y6"}},
    )

    campaign: Annotated[str, Field(pattern="^campaign/.{1,120}$")]
    by: Annotated[tuple[Literal["segment", "region"], ...], Field(max_length=2)] = (
        "segment",
        "region",
    )
