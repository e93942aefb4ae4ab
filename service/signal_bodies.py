"""Posts, cases and feedback as callers send them."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field

from service.bodies import MOST_SIGNALS, Model, Moment, Name, PlaceName, Point, Reference, Text

MOST_REACHED: Final = 100_000_000_000

_SIGNAL: Final[dict[str, Any]] = {
    "id": "407129710162759680",
    "platform": "platform/twitter",
    "feed": "feed/listening",
    "posted_at": "2013-12-01T12:21:04Z",
    "text": "NYPD calling Level 3 mobilization for possible train derailment",
    "author": {"system": "twitter", "key": "nyscanner"},
    "reach": 1200,
}


class SignalIn(Model):
    """One post, case or piece of feedback, as it was said."""

    model_config = ConfigDict(
        json_schema_extra={"example": _SIGNAL},
    )

    id: Annotated[
        str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]*$")
    ]
    platform: Reference
    feed: Reference
    posted_at: Moment
    text: Text
    author: Reference | None = None
    share_of: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    region: Reference | None = None
    location: Point | None = None
    place: PlaceName | None = None
    topics: tuple[Name, ...] = Field(default=(), max_length=40)
    reach: Annotated[int, Field(ge=0, le=MOST_REACHED)] | None = None


class SignalBatch(Model):
    """Up to 1,000 signals; each is taken or rejected on its own, with its reason."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"signals": [_SIGNAL]}},
    )

    signals: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_SIGNALS)
