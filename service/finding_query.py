"""What findings are asked: a filter of a source in a time, checked before anything is read."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import orjson

from ontology.events import Json
from ontology.lifecycle import Role
from service.bodies import instant as written
from service.finding_buckets import AUTOMATIC, Buckets, buckets, zone
from service.finding_engine import countable
from service.finding_fields import SOURCES, Asked, Column, QueryInvalid, asked, column
from service.permissions import READ_POSTS, SEE_PEOPLE

Source: TypeAlias = Literal["signals", "windows", "decisions"]

MOST_TESTS: Final = 24
MOST_FACETS: Final = 8
MOST_ROWS: Final = 200
USUAL: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: tests of fields that must all hold, of a source, in a time.

    `every` is how often windows are looked at. `cursor` goes on with a list; then nothing is
    counted again.
    """

    source: Source
    where: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    facets: tuple[str, ...] = ()
    bucket: str = AUTOMATIC
    zone: str = "UTC"
    every: timedelta = timedelta(hours=1)
    limit: int = 20
    cursor: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The query, as it can be asked again."""
        found: dict[str, Json] = {
            "source": self.source,
            "where": dict(self.where),
            "since": None if self.since is None else written(self.since),
            "until": None if self.until is None else written(self.until),
            "facets": [*self.facets],
            "bucket": self.bucket,
            "zone": self.zone,
            "every_minutes": int(self.every.total_seconds()) // 60,
            "limit": self.limit,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query that was checked: its tests, facets, time and buckets."""

    query: Query
    asked: tuple[Asked, ...]
    facets: tuple[Column, ...]
    since: datetime
    until: datetime
    buckets: Buckets
    after: tuple[int, str] | None
    roles: frozenset[Role]

    @property
    def sealed(self) -> tuple[Asked, ...]:
        """The tests of what lies encrypted."""
        return tuple(one for one in self.asked if one.column.sealed)

    @property
    def shows_words(self) -> bool:
        """Whether the words of posts are listed."""
        return self.query.source == "signals" and bool(self.roles & READ_POSTS)


def plan(query: Query, roles: frozenset[Role], now: datetime) -> Plan:
    """Check a query before anything is read.

    Raises:
        QueryInvalid: a part of it can't be, or is for other roles.
    """
    if query.source not in SOURCES:
        raise QueryInvalid("/source", f"is none of {', '.join(SOURCES)}", query.source, "signals")
    if len(query.where) > MOST_TESTS or len(query.facets) > MOST_FACETS:
        words = f"more than {MOST_TESTS} tests, or {MOST_FACETS} facets"
        raise QueryInvalid("/where", words, str(len(query.where)), "frustration: at least 0.7")
    tests = asked(query.source, query.where)
    facets = tuple(column(query.source, one, "/facets") for one in query.facets)
    for one in facets:
        if not countable(one):
            words = "has too many values to count; ask it in `where`, or chart it"
            raise QueryInvalid("/facets", words, one.name, "language")
    for one in (*(test.column for test in tests), *facets):
        _allowed(one, roles)
    ends = now + timedelta(microseconds=1)  # what was recorded at this moment counts
    until = min(query.until or ends, ends)
    since = query.since or until - USUAL
    if not since < until:
        words = f"is no time before {written(until)}"
        raise QueryInvalid("/since", words, written(since), written(until - USUAL))
    return Plan(
        query=query,
        asked=tests,
        facets=facets,
        since=since,
        until=until,
        buckets=buckets(query.bucket, since, until, zone(query.zone)),
        after=None if query.cursor is None else _place(query.cursor),
        roles=roles,
    )


def _allowed(one: Column, roles: frozenset[Role]) -> None:
    needed = READ_POSTS if one.sealed else SEE_PEOPLE if one.personal else None
    if needed is not None and not roles & needed:
        names = ", ".join(sorted(needed))
        raise QueryInvalid("/where", f"is for {names} only", one.name, "language")


def cursor_of(at: int, name: str) -> str:
    """Where a list goes on: behind a moment, in microseconds, and an id."""
    return base64.urlsafe_b64encode(orjson.dumps([at, name])).decode().rstrip("=")


def _place(cursor: str) -> tuple[int, str]:
    try:
        at, name = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError) as error:
        raise QueryInvalid(
            "/cursor", "is no cursor of a list", cursor, cursor_of(0, "x")
        ) from error
    if type(at) is not int or not isinstance(name, str):
        raise QueryInvalid("/cursor", "is no cursor of a list", cursor, cursor_of(0, "x"))
    return at, name
