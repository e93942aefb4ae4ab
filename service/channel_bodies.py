"""What callers send to ask how channels did: of which incident, over which time."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment


class ChannelsIn(Model):
    """Of which incident; `late_minutes` is from when on a channel heard late."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train"}},
    )

    incident: Annotated[str, Field(max_length=140)]
    since: Moment | None = None
    until: Moment | None = None
    late_minutes: Annotated[int, Field(ge=1, le=43_200)] = 60
