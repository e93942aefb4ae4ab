"""What callers send: pydantic models, each with the example that errors and docs show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from ontology.identity import ExternalKey, IdentityInvalid, ThingId, thing_id

LONGEST_TEXT: Final = 20_000
MOST_SIGNALS: Final = 1_000
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_LONGEST_SYSTEM: Final = 80
_LONGEST_KEY: Final = 200
_REFERENCE_SCHEMA: Final = {
    "oneOf": [
        {
            "type": "string",
            "pattern": "^[a-z][a-z0-9-]{0,39}/.+$",
            "example": "team/crisis-office",
        },
        {
            "type": "object",
            "properties": {
                "system": {"type": "string", "minLength": 1, "maxLength": _LONGEST_SYSTEM},
                "key": {"type": "string", "minLength": 1, "maxLength": _LONGEST_KEY},
            },
            "required": ["system", "key"],
            "additionalProperties": False,
            "example": {"system": "zendesk", "key": "123"},
        },
    ]
}


def _reference(value: object) -> ThingId | ExternalKey:
    """An own id, or what the caller's system calls the thing."""
    if isinstance(value, str):
        try:
            return thing_id(value)
        except IdentityInvalid as error:
            raise ValueError(str(error)) from error
    if isinstance(value, Mapping) and set(value) == {"system", "key"}:
        system, key = value["system"], value["key"]
        if _named(system, _LONGEST_SYSTEM) and _named(key, _LONGEST_KEY):
            return ExternalKey(system=system, key=key)
    if isinstance(value, ExternalKey):
        return value
    raise ValueError('write an id like "customer/ada" or {"system": "zendesk", "key": "123"}')


def _named(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


Reference = Annotated[Any, BeforeValidator(_reference), WithJsonSchema(_REFERENCE_SCHEMA)]
"""A thing: its own id, or the caller's key for it (arrives as ThingId or ExternalKey)."""


def _moment(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None or not EARLIEST <= moment < LATEST:
        raise ValueError(f"write a time from {EARLIEST:%Y} on and before {LATEST:%Y}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
"""A time with an offset, as UTC, in the years that anyone can mean."""

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Model(BaseModel):
    """Every model refuses unknown members and can't be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(Model):
    """A point on the earth, WGS 84; it is used to find fences and never kept."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"lat": 40.8781, "lon": -73.9123}},
    )

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


PlaceName = Annotated[str, Field(min_length=1, max_length=120)]


class ObservationsIn(Model):
    """Up to 1,000 rows of one kind of outside measurements, whose people `system` names."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "system": "zendesk",
                "rows": [
                    {
                        "subject": "1001",
                        "at": "2026-11-23T09:15:00Z",
                        "instrument": "ces",
                        "score": 6,
                        "touchpoint": "touchpoint/help-line",
                        "comment": "Solved in one call.",
                    }
                ],
            }
        },
    )

    system: Annotated[str, Field(min_length=1, max_length=80)] = "zendesk"
    rows: list[Any] = Field(min_length=1, max_length=MOST_SIGNALS)


class RecordIn(Model):
    """One record of the ontology; a second one with the same id or key replaces its properties."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "Customer",
                "key": {"system": "zendesk", "key": "1001"},
                "properties": {"inSegment": "segment/commuters", "vulnerable": True},
            }
        },
    )

    type: Name
    id: Annotated[str, Field(max_length=160)] | None = None
    key: Reference | None = None
    properties: dict[Name, Any] = Field(default_factory=dict, max_length=200)


class ActIn(Model):
    """One act on a thing: what, why, and what the act needs to know."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"act": "confirm", "data": {"reason": "Two sources agree."}}
        },
    )

    act: Name
    data: dict[Name, Any] = Field(default_factory=dict, max_length=40)


class Page(Model):
    """Where a list goes on and how many it shows."""

    model_config = ConfigDict(json_schema_extra={"example": {"limit": 50, "cursor": "417"}})

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern="^[0-9]{1,18}$")] | None = None


class Search(Model):
    """A question to the precedents, with filters."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"q": "train derailment", "top": 5}},
    )

    q: Annotated[str, Field(min_length=1, max_length=2_000)]
    top: Annotated[int, Field(ge=1, le=100)] = 10
    cluster: Literal["victim", "accidental", "preventable", "unknown"] | None = None
    type: Name | None = None
    strategy: Name | None = None
    region: Annotated[str, Field(max_length=80)] | None = None
    severity: Name | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    channel: Annotated[str, Field(max_length=80)] | None = None
    tier: Name | None = None
    result: Literal["recovered", "mixed", "worsened", "unknown"] | None = None
    source: Name | None = None
    language: Name | None = None
    all: bool = False
    cursor: Annotated[str, Field(pattern=r"^\d{1,4}~-?\d{1,2}\.\d{4}~.{1,120}$")] | None = None


class ClockIn(Model):
    """Where a replay world's clock shall stand."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2013-12-01T12:30:00Z"}})

    at: Moment


class PolicyIn(Model):
    """A bundle that is proposed: all its files, why, and on which policy it was written."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "files": {"rules/books/escalation.yaml": "book: escalation\nstratum: escalate\n"},
                "reason": "Executives were called twice for nothing last quarter.",
                "base": "0" * 64,
            }
        },
    )

    files: dict[Annotated[str, Field(max_length=120)], str] = Field(min_length=1, max_length=500)
    reason: Annotated[str, Field(min_length=1, max_length=4_000)]
    base: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class AsOf(Model):
    """A moment in the past; now where it is left out."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"at": "2026-11-23T08:00:00Z"}},
    )

    at: Moment | None = None


def instant(moment: datetime) -> str:
    """A time as the API writes it: UTC, ISO 8601, `Z`, microseconds only where there are any."""
    return moment.isoformat().replace("+00:00", "Z")
