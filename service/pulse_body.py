"""What callers send to see how employees answer."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.bodies import Model


class PulseIn(Model):
    """Which month, by default the last one that is closed; which question."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"month": "2026-10", "instrument": "mood"}},
    )

    month: Annotated[str, Field(max_length=10)] | None = None
    instrument: Annotated[str, Field(min_length=1, max_length=80)] | None = None
