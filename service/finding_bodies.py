"""What callers send to find something, to save it under a name, or to make a rule of it."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from ontology.events import Json
from service.bodies import Model, Moment
from service.finding_buckets import AUTOMATIC
from service.finding_query import MOST_FACETS, MOST_ROWS, MOST_TESTS, Query, Source

_Name = Annotated[str, Field(min_length=1, max_length=80)]
_Test = Annotated[str, Field(min_length=1, max_length=2_000)]
FINDING: Final[dict[str, Json]] = {
    "source": "signals",
    "where": {"frustration": "at least 0.7", "language": "en, de"},
    "facets": ["platform", "topics"],
    "zone": "Europe/Berlin",
}


class FindingIn(Model):
    """What is looked for: tests of fields, in the words of books; all of them hold.

    Without times the last 28 days are looked through. `every_minutes` is how often windows are
    looked at.
    """

    model_config = ConfigDict(json_schema_extra={"example": FINDING})

    source: Source
    where: Annotated[dict[_Name, _Test], Field(max_length=MOST_TESTS)] = Field(
        default_factory=dict
    )
    since: Moment | None = None
    until: Moment | None = None
    facets: Annotated[list[_Name], Field(max_length=MOST_FACETS)] = Field(default_factory=list)
    bucket: _Name = AUTOMATIC
    zone: _Name = "UTC"
    every_minutes: Annotated[int, Field(ge=1, le=1_440)] = 60
    limit: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 20
    cursor: Annotated[str, Field(max_length=400)] | None = None

    def query(self) -> Query:
        """The same as a query."""
        return Query(
            source=self.source,
            where=tuple(self.where.items()),
            since=self.since,
            until=self.until,
            facets=tuple(dict.fromkeys(self.facets)),
            bucket=self.bucket,
            zone=self.zone,
            every=timedelta(minutes=self.every_minutes),
            limit=self.limit,
            cursor=self.cursor,
        )


class SavedIn(Model):
    """A query to be saved: for its owner alone, or shared with everybody who may find."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"query": FINDING, "shared": True}},
    )

    query: FindingIn
    shared: bool = False


class FieldsIn(Model):
    """Of which source the fields are asked."""

    model_config = ConfigDict(json_schema_extra={"example": {"source": "signals"}})

    source: Source
