"""Attune beside today's process: who was called earlier, later, for nothing or not at all."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Final

from knowledge.agreement import Kappa, kappa
from knowledge.proportions import wilson
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.alerts import TIERS
from service.bodies import instant
from service.outcomes import TOLD, Outcome, read
from service.silence import HOME, touchpoint_of
from service.world import World

SAME: Final = timedelta(minutes=1)
"""Two calls that lie closer together are at the same time."""

WAYS: Final = ("earlier", "same", "later", "needless", "missed", "neither")
"""Attune called before, with or after today's process; it alone did; only the process; nobody."""

_BATCH: Final = 1_000
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A decision beside what was really done; `lead` is how much earlier attune called."""

    touchpoint: ThingId | None
    team: str
    tier: str
    done_tier: str | None
    teams: frozenset[str]
    way: str
    lead: timedelta | None


@dataclass(slots=True)
class _Rows:
    """Pairs and how many decisions nobody told an outcome of, by touchpoint."""

    pairs: list[Pair] = field(default_factory=list)
    decisions: int = 0


def report(world: World, since: datetime | None, until: datetime | None) -> dict[str, Json]:
    """The comparison over the decisions of a time, all of it and by touchpoint and team.

    Nothing is recommended. Decisions of whose outcome nothing was told are counted and compared
    with nothing.
    """
    end = until or world.clock.now()
    begin = since or _began(world) or end - timedelta(days=28)
    rows: defaultdict[ThingId | None, _Rows] = defaultdict(_Rows)
    told = _told(world, begin)
    for event in _decisions(world, begin, end):
        pair = _pair(event, told.get(event.id, ()))
        row = rows[_touchpoint(event)]
        row.decisions += 1
        if pair is not None:
            row.pairs.append(pair)
    everything = [pair for row in rows.values() for pair in row.pairs]
    return {
        "since": instant(begin),
        "until": instant(end),
        "days": round((end - begin) / timedelta(days=1), 2),
        "decisions": sum(row.decisions for row in rows.values()),
        **figures(everything),
        "teams": _by_team(everything),
        "touchpoints": [
            {
                "touchpoint": touchpoint,
                "live": world.silence.live(touchpoint),
                "decisions": row.decisions,
                **figures(row.pairs),
            }
            for touchpoint, row in sorted(rows.items(), key=lambda one: str(one[0]))
        ],
    }


def figures(pairs: Sequence[Pair]) -> dict[str, Json]:
    """Counts and shares with 95 % intervals, minutes of lead, agreement beyond chance."""
    many = Counter(pair.way for pair in pairs)
    called = sum(many[way] for way in ("earlier", "same", "later"))
    return {
        "compared": len(pairs),
        "ways": {way: share(many[way], len(pairs)) for way in WAYS},
        "lead_minutes": spread([pair.lead for pair in pairs if pair.lead is not None]),
        "same_team": share(
            sum(pair.team in pair.teams for pair in pairs if pair.lead is not None), called
        ),
        "kappa_called": _kappa(pairs_called(pairs)),
        "kappa_tier": _kappa(_tiers(pairs), graded=True),
    }


def share(hits: int, of: int) -> dict[str, Json]:
    """A count, its share, and the 95 % interval of the share."""
    low, high = wilson(hits, of)
    told = round(hits / of, 4) if of else None
    return {"count": hits, "of": of, "share": told, "interval": [round(low, 4), round(high, 4)]}


def spread(leads: Sequence[timedelta]) -> Json:
    """The quartiles of times in minutes; one time is all three of them."""
    minutes = sorted(one / timedelta(minutes=1) for one in leads)
    if not minutes:
        return None
    three = quantiles(minutes, n=4, method="inclusive") if len(minutes) >= _FEWEST else minutes * 3
    names = ("lower_quartile", "median", "upper_quartile")
    return {name: round(value, 1) for name, value in zip(names, three, strict=True)}


def pairs_called(pairs: Iterable[Pair]) -> list[list[int]]:
    """How often attune (rows) and the process (columns) called: first no, then yes."""
    table = [[0, 0], [0, 0]]
    for pair in pairs:
        attune = pair.way in {"earlier", "same", "later", "needless"}
        table[attune][pair.way in {"earlier", "same", "later", "missed"}] += 1
    return table


def _tiers(pairs: Iterable[Pair]) -> list[list[int]]:
    table = [[0] * len(TIERS) for _ in TIERS]
    for pair in pairs:
        if pair.done_tier is not None:
            table[TIERS.index(pair.tier)][TIERS.index(pair.done_tier)] += 1
    return table


def _kappa(table: Sequence[Sequence[int]], *, graded: bool = False) -> Json:
    found: Kappa | None = kappa(table, graded=graded)
    if found is None:
        return None
    return {
        "value": round(found.value, 3),
        "interval": [round(found.low, 3), round(found.high, 3)],
        "of": sum(map(sum, table)),
    }


def _by_team(pairs: Iterable[Pair]) -> list[Json]:
    """Whom attune would have called, and whom the process called and attune not."""
    calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if pair.way not in {"missed", "neither"}:
            calls[pair.team][pair.way] += 1
        elif pair.way == "missed":
            for team in pair.teams or {""}:
                calls[team]["missed"] += 1
    return [
        {"team": team or None, **{way: many[way] for way in WAYS if way != "neither"}}
        for team, many in sorted(calls.items())
    ]


def _began(world: World) -> datetime | None:
    """When the first place fell silent."""
    turns = [world.silence.turns(place)[0].at for place in world.silence.places()]
    return min(turns, default=None)


def _told(world: World, begin: datetime) -> Mapping[str, Sequence[Outcome]]:
    """What was told since a moment, by decision."""
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    after = _before(world, begin)
    while events := world.ledger.outlines(after, types=(TOLD,), limit=_BATCH):
        for event in events:
            found[event.subject].append(read(event))
        after = events[-1].sequence
    return found


def _before(world: World, moment: datetime) -> int:
    """The last sequence recorded before a time."""
    return world.ledger.sequence_at(moment - timedelta.resolution)


def _decisions(world: World, begin: datetime, end: datetime) -> Iterator[Event]:
    after, last = _before(world, begin), world.ledger.sequence_at(end)
    while events := world.ledger.outlines(after, types=("decision.made",), limit=_BATCH):
        yield from (one for one in events if one.sequence <= last)
        after = events[-1].sequence
        if after > last:
            return


def _pair(event: Event, outcomes: Sequence[Outcome]) -> Pair | None:
    """A decision beside its outcomes; None where none was told."""
    if not outcomes:
        return None
    tier, calls = str(event.data["tier"]), [one for one in outcomes if one.paged]
    called = tier != TIERS[0]
    lead = min(one.at for one in calls) - event.occurred_at if called and calls else None
    tiers = [TIERS.index(one.tier) for one in outcomes if one.tier is not None]
    return Pair(
        touchpoint=_touchpoint(event),
        team=str(event.data["team"]),
        tier=tier,
        done_tier=TIERS[max(tiers)] if tiers else None,
        teams=frozenset(one.team for one in calls if one.team is not None),
        way=_way(called=called, calls=bool(calls), lead=lead),
        lead=lead,
    )


def _way(*, called: bool, calls: bool, lead: timedelta | None) -> str:
    if lead is not None:
        return "same" if abs(lead) < SAME else "earlier" if lead > timedelta() else "later"
    return "needless" if called else "missed" if calls else "neither"


def _touchpoint(event: Event) -> ThingId | None:
    named = event.data["request"]
    given = named.get("touchpoint") if isinstance(named, Mapping) else None
    return ThingId(str(given)) if given is not None else None


def places(world: World) -> list[dict[str, Json]]:
    """Every place that was ever silent: how it stands, since when, who did it."""
    found: list[dict[str, Json]] = []
    for place in world.silence.places():
        last = world.silence.turns(place)[-1]
        found.append(
            {
                "id": place,
                "touchpoint": touchpoint_of(place),
                "whole_home": place == HOME,
                "live": last.live,
                "since": instant(last.at),
                "by": last.by,
            }
        )
    return found
