"""What callers send to have a policy tried on what was recorded."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment

RECORDED: Final = "recorded"
_Name = Annotated[str, Field(min_length=1, max_length=140)]


class BacktestIn(Model):
    """Which policy, held against what: `recorded` decisions, or another policy by its name.

    Without times all that is recorded counts. Incidents are looked at every so many minutes, too,
    though nobody asked; with 0 not at all.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"policy": "active", "against": RECORDED}},
    )

    policy: _Name
    against: _Name = RECORDED
    since: Moment | None = None
    until: Moment | None = None
    every_minutes: Annotated[int, Field(ge=0, le=1_440)] = 15
