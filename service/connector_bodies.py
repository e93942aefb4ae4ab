"""What those who run channels send: a connector, and receipts of what it did."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.bodies import Model, Moment, Name
from service.message_bodies import Channel, Language

MOST_WORK = 50
_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]
_Shown = Annotated[str, Field(min_length=1, max_length=300)]


class ConnectorIn(Model):
    """Who posts on which channels; no regions or no languages mean all of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "connector/website",
                "name": "The website",
                "holder": "system/website",
                "channels": ["website"],
                "languages": ["en", "fr"],
                "url": "https://cms.rail.example/attune",
            }
        },
    )

    id: Annotated[str, Field(pattern="^connector/[A-Za-z0-9][A-Za-z0-9._~-]{0,79}$")]
    name: Name
    holder: Annotated[str, Field(pattern="^(system|person)/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")]
    channels: Annotated[list[Channel], Field(min_length=1, max_length=20)]
    regions: Annotated[list[_Region], Field(max_length=100)] = Field(default_factory=list)
    languages: Annotated[list[Language], Field(max_length=50)] = Field(default_factory=list)
    url: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None


class LeaseIn(Model):
    """How much work is asked for, and for how long it is leased."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"limit": 10, "lease_seconds": 300}},
    )

    limit: Annotated[int, Field(ge=1, le=MOST_WORK)] = 10
    lease_seconds: Annotated[int, Field(ge=5, le=3_600)] = 300


class ReceiptIn(Model):
    """What became of a placement."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "placement": "placement/6f1c0e7a9b3d5f2841c6a0e9d7",
                "outcome": "posted",
                "attempt": 1,
                "external_id": "page-4711",
                "url": "https://www.rail.example/news/4711",
                "at": "2026-11-23T09:05:00Z",
                "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            }
        },
    )

    placement: Annotated[str, Field(pattern="^placement/[A-Za-z0-9._~-]{1,120}$")]
    outcome: Literal["posted", "failed", "taken-down"]
    attempt: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    external_id: _Shown | None = None
    url: Annotated[str, Field(pattern="^https?://[!-~]{1,500}$")] | None = None
    at: Moment | None = None
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    reason: _Shown | None = None
    retryable: bool | None = None

    @model_validator(mode="after")
    def says_enough(self) -> Self:
        """Each outcome with what it needs, and nothing that belongs to another one."""
        needs = {
            "posted": ("external_id", "digest"),
            "failed": ("attempt", "reason", "retryable"),
            "taken-down": (),
        }[self.outcome]
        if lacking := [name for name in needs if getattr(self, name) is None]:
            raise ValueError(f"a receipt {self.outcome!r} needs {', '.join(lacking)}")
        posted = {"external_id", "url", "digest"}
        others = {"posted": {"reason", "retryable"}, "failed": posted, "taken-down": posted}
        alien = sorted(n for n in others[self.outcome] if getattr(self, n) is not None)
        if alien:
            raise ValueError(f"a receipt {self.outcome!r} has no {', '.join(alien)}")
        return self
