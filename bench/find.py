"""Findings: a filter with counts and a chart over ten million signals of half a year.

The segments are real files of the layout that is kept, made from a few that were sealed here and
moved in time; only what opening words costs is measured on signals that were sealed one by one.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs

from bench.measuring import Figure, resident_mb
from knowledge.segment_files import encode
from ontology.events import Draft
from ontology.identity import ThingId
from ontology.lifecycle import Role
from ontology.signals import Scores, Signal
from service.finding_query import Query
from service.findings import find
from service.settings import Settings
from service.world import World

DAYS = 180
PLATFORMS = 4
ROWS = 13_900
"""Signals of a file: 180 days of four platforms are ten million."""

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_EVERY = frozenset(Role)


def measure() -> Iterator[Figure]:
    """How long a question takes, how much memory it holds, and what opening words costs."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    world = World.open(Settings(home=folder / "home", language=False), create=True)
    try:
        _written(world)
        yield from _asked(world)
        yield _opened(world)
    finally:
        world.close()
        shutil.rmtree(folder)


def _asked(world: World) -> Iterator[Figure]:
    query = Query(source="signals", since=_FIRST, until=_FIRST + timedelta(days=DAYS))
    where = (("frustration", "at least 0.95"), ("language", "en, de"), ("topics", "not(train)"))
    facets = ("platform", "language", "topics", "region")
    for name, one in (
        ("everything, charted", query),
        ("three tests, four facets", replace(query, where=where, facets=facets, bucket="day")),
        ("every post in four facets", replace(query, facets=facets)),
    ):
        before, begun = resident_mb(), time.perf_counter()
        found = find(world, one, _EVERY, lambda *_: None)
        took = time.perf_counter() - begun
        yield Figure(
            name=f"10 M signals: {name}",
            value=took,
            unit="s",
            aim="< 20",
            note=f"{found.matched} of {found.of}; {resident_mb() - before:+.0f} MB",
        )


def _opened(world: World) -> Figure:
    """A day in 2025 whose posts were sealed one by one, and a word looked for in all of them."""
    day = datetime(2025, 12, 1, 12, tzinfo=UTC)
    world.segments.commit(
        [*_signals(ROWS, "platform/w", day)], actor=ThingId("person/b"), id=world.ids, at=day
    )
    query = Query(
        source="signals",
        since=day - timedelta(days=1),
        until=day + timedelta(days=1),
        where=(("text", "matches refund"),),
    )
    begun = time.perf_counter()
    found = find(world, query, _EVERY, lambda *_: None)
    took = time.perf_counter() - begun
    return Figure(
        name="a post opened for its words", value=took / (found.of or 1) * 1e6, unit="µs"
    )


def _written(world: World) -> None:
    """Half a year of segments: the same day on each platform, moved."""
    drafts = []
    for number in range(PLATFORMS):
        platform = f"platform/p{number}"
        content = encode([*_signals(ROWS, platform, _FIRST)], world.keys.secret("segments"))
        table = pq.read_table(pa.BufferReader(content))
        drafts += [_moved(world, table, platform, day) for day in range(DAYS)]
    for start in range(0, len(drafts), 100):
        world.ledger.append(drafts[start : start + 100])


def _moved(world: World, table: pa.Table, platform: str, days: int) -> Draft:
    by, day = pa.scalar(timedelta(days=days)), _FIRST + timedelta(days=days)
    for name in ("posted_at", "received_at"):
        place = table.schema.get_field_index(name)
        later = pc.add(table[name], by).cast(table.schema.field(name).type)
        table = table.set_column(place, table.schema.field(name), later)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content = bytes(sink.getvalue())
    name = f"{platform.partition('/')[2]}-{days}"
    file = Path(f"{day:%F}") / name / f"{name}.parquet"
    (world.settings.segments_path / file).parent.mkdir(parents=True)
    (world.settings.segments_path / file).write_bytes(content)
    return Draft(
        id=f"event/{name}",
        type="segment.committed",
        subject=ThingId(f"segment/{name}"),
        actor=ThingId("person/b"),
        occurred_at=day,
        data={
            "partition": platform,
            "day": f"{day:%F}",
            "file": str(file),
            "count": len(table),
            "digest": sha256(content).hexdigest(),
            "first": f"{day:%F}T00:00:00Z",
            "last": f"{day:%F}T23:59:59Z",
            "bytes": len(content),
        },
        governed=False,
    )


def _signals(many: int, platform: str, day: datetime) -> Iterator[Signal]:
    """Posts of a day, with scores, topics and words of a usual length."""
    chance = Random(platform)  # noqa: S311 - nothing is secret
    step = timedelta(hours=24 if day.hour == 0 else 2) / many
    languages, regions = ["en", "de", "fr", "es", None], ["region/us-ny", "region/de", None]
    topics = ["train", "brakes", "refund", "delay", "strike"]
    for number in range(many):
        at = day + number * step
        yield Signal(
            id=ThingId(f"signal/{platform[9:]}-{number}"),
            platform=ThingId(platform),
            feed=ThingId(f"feed/{platform[9:]}"),
            posted_at=at,
            received_at=at,
            text="We waited for two hours and nobody says when our refund will come. " * 2,
            author=ThingId(f"author/{chance.getrandbits(40):x}"),
            language=chance.choice(languages),
            region=chance.choice(regions),  # type: ignore[arg-type] # an id or none
            topics=tuple(chance.sample(topics, chance.randrange(4))),
            reach=chance.randrange(10_000),
            scores=Scores(
                sentiment=chance.uniform(-1, 1),
                negative=chance.random(),
                frustration=chance.random(),
                urgency=chance.random(),
                betrayal=chance.random(),
                irony=chance.random(),
            ),
        )
