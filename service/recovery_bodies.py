"""What callers send to ask for recovery: of which incident, when, what was usual or done."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model, Moment

MeasureName = Literal["sentiment", "frustration", "volume"]
MOST_MARKS: Final = 24
_Baseline = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class RecoveryIn(Model):
    """Of which incident, over which time, and what else was done or is known.

    `bucket` is how long a stretch is whose posts are taken together; left out, it is chosen by
    how many posts there are. A `baseline_…` is what was usual, where that is known from
    elsewhere. `mark` adds what was done outside: `2013-12-01T21:00:00Z the governor spoke`.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"incident": "incident/2013-ny-train"}},
    )

    incident: Annotated[str, Field(max_length=140)]
    since: Moment | None = None
    until: Moment | None = None
    bucket: Annotated[str, Field(max_length=40)] | None = None
    measure: Annotated[list[MeasureName], Field(max_length=3)] = Field(default_factory=list)
    baseline_sentiment: _Baseline | None = None
    baseline_frustration: _Baseline | None = None
    baseline_volume: _Baseline | None = None
    mark: Annotated[list[Annotated[str, Field(max_length=140)]], Field(max_length=MOST_MARKS)] = (
        Field(default_factory=list)
    )
