"""What callers send to have debriefs reported."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.bodies import Model


class DebriefsIn(Model):
    """Which debriefs: those due from a day on and before another one, in UTC."""

    model_config = ConfigDict(json_schema_extra={"example": {"since": "2026-01-01"}})

    since: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
