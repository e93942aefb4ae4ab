"""Findings: recorded signals, windows and decisions that fit a filter, counted and listed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
from numpy.typing import NDArray

from ontology.events import Json
from ontology.lifecycle import Role
from rules.sfeel import holds
from service.bodies import instant as written
from service.clock import elapsed_ms, monotonic_ms
from service.finding_answer import Bar, Facet, Found
from service.finding_buckets import Silence, instant, moment
from service.finding_engine import Engine, bounded
from service.finding_fields import Column, column
from service.finding_query import Plan, Query, cursor_of, plan
from service.finding_silences import Hearing
from service.finding_sources import ID, SEALED, TIME, Batch, Wanted, decisions, signals, windows
from service.permissions import SEE_PEOPLE
from service.recorded_history import Progress
from service.world import World

SHOWN_VALUES: Final = 50
PATIENCE_MS: Final = 120_000
MOST_OPENED: Final = 200_000
"""Posts whose words one question may open: each costs some microseconds and stays in memory."""


_APART: Final = 60_000_000
"""Microseconds by which rows may stand in another order in a source than in time."""


class TooMuch(RuntimeError):
    """A question took too long, or would read too many texts; the message says what to do."""


def find(
    world: World,
    query: Query,
    roles: frozenset[Role],
    progress: Progress,
    *,
    patience_ms: float = PATIENCE_MS,
) -> Found:
    """Look through what is recorded; it holds two batches in memory at most.

    Raises:
        QueryInvalid: a part of the query can't be, or is for other roles.
        HistoryInvalid: there is nothing to look at, or too much.
        TooMuch: it took too long, or would read too many texts.
        PolicyUnknown: windows are asked, and no policy is active.
    """
    made = plan(query, roles, world.clock.now())
    search = _Search(world, made, patience_ms)
    with Engine(made.asked) as engine:
        for batch in search.batches(progress):
            search.take(engine, batch)
            if search.done:
                break
    return search.found()


@dataclass(slots=True)
class _Search:
    """One look through a source, as far as it has come."""

    world: World
    plan: Plan
    patience_ms: float
    matched: int = 0
    of: int = 0
    withheld: int = 0
    opened: int = 0
    reached: int = 2**62
    lost: list[str] = field(default_factory=list)
    rows: list[tuple[int, str, Mapping[str, Any]]] = field(default_factory=list)
    counts: list[Counter[str | None]] = field(init=False)
    others: list[int] = field(init=False)
    bars: NDArray[np.int64] = field(init=False)
    hearing: Hearing = field(init=False)
    started: float = field(default_factory=monotonic_ms)

    def __post_init__(self) -> None:
        """Start with nothing."""
        self.counts = [Counter() for _ in self.plan.facets]
        self.others = [0 for _ in self.plan.facets]
        self.bars = np.zeros(len(self.plan.buckets.edges) - 1, dtype=np.int64)
        self.hearing = Hearing()

    @property
    def done(self) -> bool:
        """Whether a page that goes on with a list is full; counts need all of the time."""
        made, limit = self.plan, self.plan.query.limit
        if made.after is None or made.query.source == "windows" or len(self.rows) <= limit:
            return False
        return self.reached < self.rows[limit][0] - _APART

    def batches(self, progress: Progress) -> Iterator[Batch]:
        """The source, newest first where it can be."""
        made, query = self.plan, self.plan.query
        named = {one.name: one for one in [*(a.column for a in made.asked), *made.facets]}
        wanted = Wanted(
            columns=tuple(named.values()),
            listed=tuple(one for one in _listed(query.source) if one.name not in named),
            listing=lambda: len(self.rows) <= query.limit,
            since=made.since,
            until=made.until if made.after is None else min(made.until, _next(made.after[0])),
            opens=bool(made.sealed),
            words=made.shows_words,
            people=bool(made.roles & SEE_PEOPLE),
        )
        match query.source:
            case "signals":
                return signals(self.world, wanted, progress)
            case "windows":
                return windows(self.world, wanted, query.every, progress)
            case "decisions":
                return decisions(self.world, wanted, progress)

    def take(self, engine: Engine, batch: Batch) -> None:
        """Count and list what of a batch fits."""
        if elapsed_ms(self.started) > self.patience_ms:
            raise TooMuch(
                f"it took longer than {self.patience_ms / 1000:.0f} s; name a shorter time (since,"
                ' until), or ask for it as a job: POST /v1/jobs {"kind": "find", …}'
            )
        self.lost += batch.lost
        self.withheld += batch.withheld
        within = _within(batch.table, self.plan.since, self.plan.until)
        self.of += len(within)
        self.reached = min(self.reached, int(_micros(within).min(initial=self.reached)))
        if self.plan.query.source == "signals":
            self.hearing.hear(within)
        hits = self._opened(engine.fitting(within)) if self.plan.asked else within
        self.matched += len(hits)
        self.bars += self.plan.buckets.count(_micros(hits))
        for place, one in enumerate(self.plan.facets):
            self.others[place] += bounded(self.counts[place], engine.counted(hits, one))
        if ID in hits.column_names:
            self._list(hits)

    def _opened(self, hits: pa.Table) -> pa.Table:
        """The rows whose words, or authors, fit as well."""
        tests = self.plan.sealed
        if not tests or not len(hits):
            return hits
        self.opened += len(hits)
        if self.opened > MOST_OPENED:
            raise TooMuch(
                f"more than {MOST_OPENED} posts would have to be opened to read their words; ask"
                " more of them besides: a shorter time, a language, a topic"
            )
        private = self.world.segments.words(hits[ID].to_pylist(), hits[SEALED].to_pylist())
        place = {"text": 0, "author": 1}
        mask = [
            all(holds(one.test, row[place[one.column.name]], one.column.field) for one in tests)
            for row in private
        ]
        return hits.filter(pa.array(mask, pa.bool_()))

    def _list(self, hits: pa.Table) -> None:
        """Keep the newest; what lies behind the cursor is not shown again."""
        limit, times = self.plan.query.limit + 1, _micros(hits)
        after = self.plan.after
        if after is not None:
            early = np.flatnonzero(times <= after[0])
        elif len(self.rows) >= limit:
            early = np.flatnonzero(times >= self.rows[-1][0])
        else:
            early = np.arange(len(times))
        chosen = early[np.argsort(-times[early], kind="stable")]
        # All of the cursor's moment and of the last one, so that ids settle the order.
        most = limit + (0 if after is None else int((times == after[0]).sum()))
        if len(chosen) > most:
            chosen = chosen[times[chosen] >= times[chosen[most - 1]]]
        for row in hits.take(pa.array(chosen, pa.int64())).to_pylist():
            key = (moment(row[TIME]), str(row[ID]))
            if after is None or (-key[0], key[1]) > (-after[0], after[1]):
                self.rows.append((*key, row))
        self.rows.sort(key=lambda one: (-one[0], one[1]))
        del self.rows[limit:]

    def found(self) -> Found:
        """The answer."""
        made, limit = self.plan, self.plan.query.limit
        more = len(self.rows) > limit
        shown = self.rows[:limit]
        last = shown[-1] if more and shown else None
        names = {one.column.name for one in made.asked if one.column.personal}
        if made.shows_words and shown:
            names.add("text")
        return Found(
            query=made.query,
            since=made.since,
            until=made.until,
            matched=self.matched if made.after is None else None,
            of=self.of if made.after is None else None,
            facets=tuple(self._facets()),
            bucket=made.buckets.name,
            chart=() if made.after is not None else tuple(self._chart()),
            items=tuple(self._items([row for _, _, row in shown])),
            cursor=None if last is None else cursor_of(last[0], last[1]),
            withheld=self.withheld,
            lost=tuple(self.lost),
            sensitive=tuple(sorted(names)),
        )

    def _facets(self) -> Iterator[Facet]:
        if self.plan.after is not None:
            return
        for one, counts, others in zip(self.plan.facets, self.counts, self.others, strict=True):
            ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0] or ""))
            rest = sum(many for _, many in ordered[SHOWN_VALUES:])
            yield Facet(
                field=one.name,
                values=tuple(ordered[:SHOWN_VALUES]),
                others=rest + others,
                many=len(counts),
            )

    def _chart(self) -> Iterator[Bar]:
        edges = self.plan.buckets.edges
        starts = [*self.plan.buckets.starts()]
        ends = [*starts[1:], edges[-1].astimezone(self.plan.buckets.zone).isoformat()]
        silences = self._silences()
        silent = self.plan.buckets.silent(silences)
        feeds = len({one.feed for one in silences} | self.hearing.feeds())
        kept = self._kept_from()
        for place, (at, until) in enumerate(zip(starts, ends, strict=True)):
            dropped = kept is not None and edges[place + 1] <= kept
            blind = dropped or (bool(silent[place]) and len(silent[place]) == feeds)
            count = int(self.bars[place])
            yield Bar(
                at=at,
                until=until,
                count=None if blind and not count else count,
                silent=() if dropped else silent[place],
                dropped=dropped,
            )

    def _silences(self) -> Sequence[Silence]:
        if self.plan.query.source != "signals":
            return ()
        infos = {one.id: one for one in self.world.roster().feed_infos()}
        return self.hearing.silences(infos, self.plan.since, self.plan.until)

    def _kept_from(self) -> datetime | None:
        """Since when signals are kept; what lies before was dropped with its retention."""
        if self.plan.query.source != "signals":
            return None
        first = self.world.segments.retained()
        return None if first.year == 1 else instant(moment(_midnight(first.isoformat())))

    def _items(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Json]]:
        words: list[tuple[str, str | None, str | None]] = [("", None, None)] * len(rows)
        if self.plan.shows_words and rows:
            ids, sealed = [row[ID] for row in rows], [row[SEALED] for row in rows]
            words = self.world.segments.words(ids, sealed)
        for row, (text, _, _) in zip(rows, words, strict=True):
            shown = _present({n: v for n, v in row.items() if n not in {SEALED, TIME, ID}})
            item: dict[str, Json] = {"at": written(row[TIME])}
            if self.plan.query.source != "signals" or self.plan.shows_words:
                item["id"] = row[ID]
            if self.plan.shows_words:
                item["text"] = text
            yield item | orjson.loads(orjson.dumps(shown, default=str))


def _listed(source: str) -> tuple[Column, ...]:
    """What the list shows of a row besides what was asked."""
    names = {
        "signals": ("platform", "feed", "language", "region", "sentiment", "frustration"),
        "windows": ("incident", "window", "volume", "excess", "confidence", "blind"),
        "decisions": ("tier", "team", "incident", "rules"),
    }
    return tuple(column(source, one, "/source") for one in names[source])


def _within(table: pa.Table, since: datetime, until: datetime) -> pa.Table:
    times = _micros(table)
    inside = (times >= moment(since)) & (times < moment(until))
    return table if bool(inside.all()) else table.filter(pa.array(inside))


def _micros(table: pa.Table) -> NDArray[np.int64]:
    found = table[TIME].cast(pa.timestamp("us")).to_numpy()
    return np.asarray(found.astype("datetime64[us]").astype(np.int64), dtype=np.int64)


def _next(micros: int) -> datetime:
    """The moment just after one, so that a page goes on within it."""
    return instant(micros + 1)


def _present(value: object) -> Any:  # noqa: ANN401 - as it came
    """A value without what is not given anywhere in it."""
    if isinstance(value, Mapping):
        return {
            name: _present(one) for name, one in value.items() if one is not None and one != []
        }
    return [_present(one) for one in value] if isinstance(value, list) else value


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")
