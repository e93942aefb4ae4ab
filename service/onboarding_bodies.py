"""What callers send to see which onboarding material is outdated."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.bodies import Model


class OnboardingIn(Model):
    """Whose documents, for whom; all that are in force by default."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"owner": "team/customer-care", "audience": "employees"}},
    )

    owner: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    audience: Annotated[str, Field(min_length=1, max_length=40)] | None = None
