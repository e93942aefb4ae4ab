"""What findings answer: values counted, a chart with its gaps, and the newest rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ontology.events import Json
from ontology.identity import ThingId
from service.bodies import instant as written
from service.finding_query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """How many rows have each value; `others` are those of rarer values, `many` values in all."""

    field: str
    values: tuple[tuple[str | None, int], ...]
    others: int
    many: int

    def to_json(self) -> dict[str, Json]:
        """Values with their counts, most first; null where a row has none."""
        rows: list[Json] = [{"value": value, "count": n} for value, n in self.values]
        return {"field": self.field, "values": rows, "others": self.others, "different": self.many}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One column of the chart; `silent` feeds said nothing all through it.

    `blind` where every feed was silent: then there is no count, for nobody knows.
    """

    at: str
    until: str
    count: int | None
    silent: tuple[ThingId, ...] = ()
    dropped: bool = False

    def to_json(self) -> dict[str, Json]:
        """The column."""
        found: dict[str, Json] = {"at": self.at, "until": self.until, "count": self.count}
        if self.silent:
            found["silent"] = [*self.silent]
        return found | ({"dropped": True} if self.dropped else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer: how many of how many, by value, along time, and the newest of them.

    A page that goes on with a list counts nothing.

    `withheld` are decisions about people whose reasons the roles may not read; `lost` are files
    that could not be read; `sensitive` names what was read of people.
    """

    query: Query
    since: datetime
    until: datetime
    matched: int | None
    of: int | None
    facets: tuple[Facet, ...]
    bucket: str
    chart: tuple[Bar, ...]
    items: tuple[Mapping[str, Json], ...]
    cursor: str | None
    withheld: int = 0
    lost: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The answer as JSON."""
        return {
            "query": self.query.to_json(),
            "since": written(self.since),
            "until": written(self.until),
            "matched": self.matched,
            "of": self.of,
            "facets": [one.to_json() for one in self.facets],
            "bucket": self.bucket,
            "chart": [one.to_json() for one in self.chart],
            "items": [dict(one) for one in self.items],
            "cursor": self.cursor,
            "withheld": self.withheld,
            "lost": [*self.lost],
        }
