"""Where findings look: signals in segments, looks at windows, decisions; batch by batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, cast

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.refusals import SegmentBroken
from ontology.events import Event, Json
from ontology.facts import Fact, catalogue
from ontology.identity import ThingId
from ontology.values import parse_duration
from service.finding_fields import ARROW, Column
from service.finding_tests import stored
from service.recorded_history import HistoryInvalid, Progress, Span, seen
from service.world import World

TIME: Final = "at"
ID: Final = "id"
SEALED: Final = "sealed"
_STAMP: Final = pa.timestamp("us", tz="UTC")
_LAYOUT: Final = {"is_share": "share", "judged": "scored", TIME: "posted_at"}
"""What columns of segments are called where fields have other names."""

_LISTS: Final[Mapping[str, str]] = {
    "requirements": "name",
    "notifications": "team",
    "responses": "strategy",
    "cautions": "name",
    "set_aside": "rule",
}
"""Parts of a decision of which one member is asked."""

_BATCH: Final = 1_000
_MOST_LOOKS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is read: fields that are asked, and more while rows are still `listing`.

    `opens` where words or authors are asked, `words` where they are listed; `people` where
    decisions about people may be read whole.
    """

    columns: tuple[Column, ...]
    listed: tuple[Column, ...]
    listing: Callable[[], bool]
    since: datetime
    until: datetime
    opens: bool = False
    words: bool = False
    people: bool = False

    @property
    def every(self) -> tuple[Column, ...]:
        """All fields, of a source that is read whole."""
        return (*self.columns, *self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of which each has `at`, newest batch first; `withheld` are rows about people."""

    table: pa.Table
    withheld: int = 0
    lost: tuple[str, ...] = ()


def signals(world: World, wanted: Wanted, progress: Progress) -> Iterator[Batch]:
    """The signals of a time, day by day, the last day first."""
    days = sorted(_days(world, wanted).items(), reverse=True)
    # The next day is read while this one is counted; of two days at most anything is in memory.
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = [ahead.submit(_day, world, days[0][1], _names(wanted))] if days else []
        for done in range(1, len(days) + 1):
            batch = coming.pop().result()
            if done < len(days):
                coming.append(ahead.submit(_day, world, days[done][1], _names(wanted)))
            yield batch
            progress(done, len(days))


def _day(world: World, events: Sequence[Event], names: Sequence[str]) -> Batch:
    """The signals of one day; a file that can't be read is named."""
    tables, lost = list[pa.Table](), list[str]()
    for event in events:
        try:
            read = world.segments.columns(event, [_LAYOUT.get(n, n) for n in names])
        except SegmentBroken as error:
            lost.append(str(error))
            continue
        if read is not None:
            tables.append(read.rename_columns(names))
    table = pa.concat_tables(tables).unify_dictionaries() if tables else _empty(names)
    return Batch(table=table, lost=tuple(lost))


def _names(wanted: Wanted) -> list[str]:
    """The columns of segments that are needed now."""
    listing = wanted.listing()
    found = [one.name for one in wanted.columns if not one.sealed]
    found += [one.name for one in wanted.listed] if listing else []
    found += [TIME, "feed", *([ID] if listing or wanted.opens else [])]
    found += [SEALED] if wanted.opens or (wanted.words and listing) else []
    return [*dict.fromkeys(found)]


def _days(world: World, wanted: Wanted) -> Mapping[str, list[Event]]:
    low, high = wanted.since.isoformat()[:19], wanted.until.isoformat()[:19]
    kept_from = world.segments.retained().isoformat()
    days: defaultdict[str, list[Event]] = defaultdict(list)
    for event in world.segments.committed():
        first, last, day = (str(event.data[name]) for name in ("first", "last", "day"))
        if last[:19] >= low and first[:19] <= high and day >= kept_from:
            days[day].append(event)
    return days


def _empty(names: Sequence[str]) -> pa.Table:
    kinds = {TIME: _STAMP}
    return pa.table({n: pa.array([], kinds.get(n, pa.string())) for n in names})


def windows(world: World, wanted: Wanted, every: timedelta, progress: Progress) -> Iterator[Batch]:
    """What listening told of every incident under way, look by look.

    Raises:
        HistoryInvalid: there is nothing to look at, or there would be too many looks.
    """
    when = Span(since=max(wanted.since, _begin(world)), until=wanted.until, every=every)
    if when.steps > _MOST_LOOKS:
        raise HistoryInvalid(
            f"{when.steps} looks are more than {_MOST_LOOKS}; look less often (`every`), or at a"
            " shorter time"
        )
    policy = world.policies.current()
    rows: list[dict[str, Any]] = []
    names = [one.name for one in wanted.every]
    looks = seen(world, policy, when, progress)
    while part := [*islice(looks, _BATCH)]:
        for look in part:
            rows += _spreads(look.incident, look.at, look.facts, names, blind=look.blind)
        yield Batch(table=_table(rows, wanted.every))
        rows = []


def _begin(world: World) -> datetime:
    first = next(islice(world.segments.committed(), 1), None)
    if first is None:
        raise HistoryInvalid(
            "no posts are recorded here; let a feed in, or play one into a replay world:"
            " attune replay feed FILE"
        )
    return first.recorded_at


def _spreads(
    incident: ThingId, at: datetime, facts: Iterable[Fact], names: Sequence[str], *, blind: bool
) -> Iterator[dict[str, Any]]:
    for fact in facts:
        if fact.kind == "spread":
            told = {**fact.values, "incident": incident, "blind": blind}
            row = {name: stored(told[name]) for name in names if name in told}
            row[ID] = f"{incident} {fact.values['window']}"
            yield {**row, TIME: at}


def decisions(world: World, wanted: Wanted, progress: Progress) -> Iterator[Batch]:
    """Recorded decisions, the newest first; of those about people what roles may see."""
    before: int | None = world.ledger.sequence_at(wanted.until) + 1
    lowest = world.ledger.sequence_at(wanted.since)
    begun = before or 1
    while events := world.ledger.newest(types=("decision.made",), before=before, limit=_BATCH):
        within = [e for e in events if e.sequence > lowest and e.occurred_at < wanted.until]
        rows = [_decision(event, wanted) for event in within]
        hidden = sum(bool(event.personal) and not wanted.people for event in within)
        yield Batch(table=_table([row for row in rows if row], wanted.every), withheld=hidden)
        before = events[-1].sequence
        progress(begun - max(before, lowest), max(1, begun - lowest))
        if before <= lowest:
            return


def _decision(event: Event, wanted: Wanted) -> dict[str, Any]:
    """A row; of an erased person nothing but when."""
    row: dict[str, Any] = {TIME: event.occurred_at, ID: event.id}
    if event.occurred_at < wanted.since:
        return {}
    if event.erased:
        kept = {n: event.data[n] for n in ("tier", "team", "policy") if n in event.data}
        return row | kept
    named = event.data.get("request")
    row |= _outcome(cast("Mapping[str, Any]", event.data["decision"]))
    if isinstance(named, dict):
        row |= {k: v for k, v in named.items() if wanted.people or k != "customer"}
    if event.personal and not wanted.people:
        return {
            n: v
            for n, v in row.items()
            if n not in {"rules", "outranked", "cautions", "set_aside"}
        }
    kinds = {one.kind for one in wanted.every if one.kind is not None}
    return row | (_facts(event, kinds) if kinds else {})


def _outcome(made: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision says, from its JSON form: reading its facts back would cost most."""
    named = {name: sorted({row[of] for row in made.get(name, ())}) for name, of in _LISTS.items()}
    routes, within = made["routes"], made.get("within")
    return {
        **{name: made.get(name) for name in ("tier", "cluster", "threat", "verdict", "policy")},
        **{name: made.get(name, []) for name in ("outranked", "detections", "prohibitions")},
        **named,
        "rules": [one["rule"] for one in made["firings"]],
        "within": None if within is None else stored(parse_duration(within)),
        "team": routes[0]["team"] if routes else None,
    }


def _facts(event: Event, kinds: set[str]) -> dict[str, Any]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    kept, known = cast("Sequence[Mapping[str, Json]]", event.data["facts"]), catalogue()
    for one in kept:
        if one["kind"] in kinds:
            values = known.read(dict(one)).values
            found[str(one["kind"])].append({name: stored(v) for name, v in values.items()})
    return dict(found)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """Rows as columns: fields, and for each kind of fact a list of its facts."""
    fields = {TIME: _STAMP, ID: pa.string()}
    for one in columns:
        if one.kind is None:
            kind = ARROW[one.field.datatype]
            fields[one.name] = pa.list_(kind) if one.many else kind
        else:
            fields[one.kind] = facts_of_kind(one.kind)
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], kind) for name, kind in fields.items()}
    )


def facts_of_kind(kind: str) -> pa.DataType:
    """How the facts of a kind lie in a column."""
    shape = catalogue().kinds[kind].fields
    members = [pa.field(name, ARROW[field.datatype]) for name, field in shape.items()]
    return pa.list_(pa.struct(members))
