"""What people send to propose a version of a guideline."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from knowledge.language.guideline_text import EXAMPLE
from service.bodies import Model, Moment, Name, Text
from service.message_bodies import Audience, Channel, Language

GUIDELINE_ID: Final = "^guideline/[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$"
VERSION_ID: Final = "^guideline-version/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$"
USUAL_WITHIN: Final = "P14D"

_Team = Annotated[str, Field(pattern="^team/.{1,120}$")]
_Region = Annotated[str, Field(pattern="^region/.{1,120}$")]


class AcknowledgementIn(Model):
    """Which text somebody has read, by its SHA-256."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            }
        },
    )

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class GuidelineIn(Model):
    """A version of a guideline: whose it is, for what it holds, and what it says."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "guideline": "guideline/de-de",
                "name": "How we speak to people in Germany",
                "owner": "team/localisation",
                "languages": ["de"],
                "regions": ["region/de"],
                "teams": ["team/customer-care"],
                "review_by": "2027-05-01T00:00:00Z",
                "acknowledge_within": USUAL_WITHIN,
                "because": "Readers in Berlin found the first name too familiar.",
                "text": EXAMPLE,
            }
        },
    )

    guideline: Annotated[str, Field(pattern=GUIDELINE_ID)]
    name: Name
    owner: _Team
    languages: Annotated[list[Language], Field(max_length=50)] = Field(default_factory=list)
    regions: Annotated[list[_Region], Field(max_length=200)] = Field(default_factory=list)
    audiences: Annotated[list[Audience], Field(max_length=20)] = Field(default_factory=list)
    channels: Annotated[list[Channel], Field(max_length=20)] = Field(default_factory=list)
    teams: Annotated[list[_Team], Field(max_length=100)] = Field(default_factory=list)
    effective_from: Moment | None = None
    effective_until: Moment | None = None
    review_by: Moment | None = None
    acknowledge_within: Annotated[str, Field(min_length=1, max_length=40)] = USUAL_WITHIN
    because: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    revises: Annotated[str, Field(pattern=VERSION_ID)] | None = None
    text: Text
