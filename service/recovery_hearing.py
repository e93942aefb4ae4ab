"""What is heard of an incident over time: its posts as columns, those about else, and silences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.binned import Array, Gap
from knowledge.measures.estimates import Unsuited
from knowledge.spread.assignment import assign
from knowledge.spread.feeds import FeedInfo
from ontology.identity import ThingId
from ontology.signals import Signal
from service.finding_buckets import Silence
from service.finding_silences import Hearing
from service.recorded_history import Progress
from service.world import World

_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Posts, a row each; times in seconds since 1970, NaN where the models did not judge."""

    times: Array
    sentiment: Array
    frustration: Array
    weights: Array
    """How many posts each stands for: its feed delivers only a share of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Posts about an incident, also those before its onset, and posts of the same feeds beside."""

    about: Columns
    beside: Columns
    feeds: Mapping[ThingId, int]
    """The feeds that had posts about it, and how many."""
    silences: Sequence[Silence]
    end: float

    @property
    def gaps(self) -> list[Gap]:
        """The silences of feeds that tell of it, in seconds."""
        return [
            Gap(since=one.since.timestamp(), until=one.until.timestamp()) for one in self.silences
        ]


def heard(
    world: World, incident: ThingId, since: datetime, until: datetime, progress: Progress
) -> Heard:
    """Read all posts of a time once; whether one is about the incident its scope says.

    Raises:
        Unsuited: the incident has no scope, or nothing was heard at all.
    """
    scopes = [replace(one, since=None, until=None) for one in world.scopes() if one.id == incident]
    if not scopes:
        raise Unsuited(f"{incident} has no scope, so no post is about it; record its topics first")
    infos = {one.id: one for one in world.roster().feed_infos()}
    about, beside, hearing = _Rows(infos), _Rows(infos), _Listening()
    for done, signal in enumerate(world.segments.scan(since, until), start=1):
        (about if assign(signal, scopes) else beside).take(signal)
        hearing.take(signal)
        if done % _BATCH == 0:
            progress(done, done + _BATCH)
    if not hearing.times:
        raise Unsuited("no posts were heard in that time; let a feed in, or look at another time")
    first, last = hearing.times[0], hearing.times[-1]
    silences = hearing.silences(infos, set(about.feeds), first, min(until, last))
    return Heard(
        about=about.columns(),
        beside=beside.columns(),
        feeds=dict(sorted(about.feeds.items())),
        silences=silences,
        end=last.timestamp(),
    )


class _Rows:
    """Posts while they are read."""

    def __init__(self, infos: Mapping[ThingId, FeedInfo]) -> None:
        self.feeds: Counter[ThingId] = Counter()
        self._infos = infos
        self._rows: list[tuple[float, float, float, float]] = []

    def take(self, signal: Signal) -> None:
        """Note one post."""
        self.feeds[signal.feed] += 1
        scores, info = signal.scores, self._infos.get(signal.feed)
        self._rows.append(
            (
                min(signal.posted_at, signal.received_at).timestamp(),
                _judged(None if scores is None else scores.sentiment),
                _judged(None if scores is None else scores.frustration),
                1.0 / info.sampling_rate if info is not None else 1.0,
            )
        )

    def columns(self) -> Columns:
        """What was taken, in order of time."""
        rows = np.array(self._rows, dtype=np.float64).reshape(-1, 4)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return Columns(
            times=rows[:, 0], sentiment=rows[:, 1], frustration=rows[:, 2], weights=rows[:, 3]
        )


class _Listening:
    """When each feed was heard."""

    def __init__(self) -> None:
        self.times: list[datetime] = []
        self._feeds: list[str] = []

    def take(self, signal: Signal) -> None:
        """Note one post."""
        self.times.append(signal.posted_at)
        self._feeds.append(str(signal.feed))

    def silences(
        self,
        infos: Mapping[ThingId, FeedInfo],
        telling: set[ThingId],
        first: datetime,
        last: datetime,
    ) -> list[Silence]:
        """When a feed that tells of the incident was silent for longer than it may be."""
        hearing = Hearing()
        kind = pa.timestamp("us", tz="UTC")
        hearing.hear(pa.table({"at": pa.array(self.times, kind), "feed": self._feeds}))
        declared = {one: info for one, info in infos.items() if one in telling}
        found = hearing.silences(declared, first, last)
        return [one for one in found if one.feed in telling]


def _judged(value: float | None) -> float:
    return float("nan") if value is None else value


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)
