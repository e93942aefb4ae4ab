"""Recorded history: a world that grows again from its ledger, looked at step by step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Self

from knowledge.graph import Graph
from knowledge.ledger import Rising
from knowledge.spread.series import HORIZON
from ontology.facts import Fact
from ontology.identity import ThingId
from service.clock import StoppedClock
from service.decision_bodies import DecisionRequest
from service.policies import Compiled
from service.situation import build
from service.world import Parts, World

Progress = Callable[[int, int], None]
"""Called with the steps done and all there are."""

MOST_STEPS: Final = 50_000
_LONGEST: Final = timedelta(days=28)
BEFORE: Final = timedelta(seconds=HORIZON, days=1)
"""How far before the first look posts are counted: windows look back no further."""


class HistoryInvalid(ValueError):
    """There is nothing to look at, or too much; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when one looks, and how often; looks stand at whole multiples of `every`."""

    since: datetime
    until: datetime
    every: timedelta

    @property
    def steps(self) -> int:
        """How many looks there are at one incident."""
        return max(0, int((self.until - self._first()) / self.every) + 1)

    def moments(self) -> Iterator[datetime]:
        """The moments of the looks."""
        at = self._first()
        while at <= self.until:
            yield at
            at += self.every

    def _first(self) -> datetime:
        seconds = self.every.total_seconds()
        whole = -(-self.since.timestamp() // seconds) * seconds
        return datetime.fromtimestamp(whole, tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was known of one incident at one moment; `volume` are the posts of the hour.

    `blind` where a feed had fallen silent or posts are lost; `unheard` are the feeds that had
    delivered nothing yet.
    """

    incident: ThingId
    at: datetime
    facts: tuple[Fact, ...]
    blind: bool
    volume: int
    unheard: frozenset[str]

    @classmethod
    def of(
        cls, incident: ThingId, at: datetime, facts: tuple[Fact, ...], *, lost: bool = False
    ) -> Self:
        """Read what facts say of the feeds and of the posts."""
        feeds = {str(f.values["id"]): f.values.get("status") for f in facts if f.kind == "feed"}
        unheard = frozenset(feed for feed, status in feeds.items() if status == "missing")
        return cls(
            incident=incident,
            at=at,
            facts=facts,
            blind=lost or "stalled" in feeds.values() or len(unheard) == len(feeds),
            volume=_volume(facts),
            unheard=unheard,
        )


def span(world: World, since: datetime | None, until: datetime | None, every: timedelta) -> Span:
    """What to look at; by default the last four weeks in which posts were recorded.

    Raises:
        HistoryInvalid: no posts are recorded, or the time is empty, or has too many steps.
    """
    first = next(islice(world.segments.committed(), 1), None)
    if first is None:
        raise HistoryInvalid(
            "no posts are recorded here; let a feed in, or play one into a replay world:"
            " attune replay feed FILE"
        )
    end = _whole(min(until or world.clock.now(), world.clock.now()), every)
    begin = max(first.recorded_at, since or end - _LONGEST)
    found = Span(since=begin, until=end, every=every)
    if not begin < end:
        raise HistoryInvalid(
            f"from {begin.isoformat()} to {end.isoformat()} is no time that has passed;"
            f" posts are recorded from {first.recorded_at.isoformat()} on"
        )
    if found.steps > MOST_STEPS:
        raise HistoryInvalid(
            f"{found.steps} looks are more than {MOST_STEPS}; look less often, or at less time"
        )
    return found


def seen(world: World, policy: Compiled, when: Span, progress: Progress) -> Iterator[Seen]:
    """What decisions would have known of every incident under way, look by look.

    # INVARIANT: the world of a look holds what was recorded by then and nothing later, so that
    # no look can see ahead.
    """
    rising = world.ledger.rising()
    then = _world(world, rising, when)
    for number, at in enumerate(when.moments(), start=1):
        rising.rise(world.ledger.sequence_at(at))
        _follow(then, at)
        for incident in then.incidents.all():
            if incident.listened:
                yield _seen(then, incident.id, policy, at)
        progress(number, when.steps)


def _whole(at: datetime, every: timedelta) -> datetime:
    """The last moment of a look, so that the same question a minute later is the same."""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, tz=UTC)


def _world(world: World, rising: Rising, when: Span) -> World:
    """A world over a ledger that rises; it shares files, keys and models with this one."""
    parts = Parts(
        graph=Graph(rising, None, world.keys), segments=world.segments, perception=world.perception
    )
    then = World(world.settings, rising, world.keys, StoppedClock(when.since), parts)
    then.counting.mark = world.ledger.sequence_at(when.since - BEFORE)
    return then


def _follow(then: World, at: datetime) -> None:
    """Bring every fold up to a moment."""
    if isinstance(then.clock, StoppedClock):
        then.clock.advance(at)
    then.catch_up()
    while then.counting.reassign():
        pass
    then.traffic.catch_up(then.ledger, at)


def _seen(then: World, incident: ThingId, policy: Compiled, at: datetime) -> Seen:
    asked = DecisionRequest(incident=incident, precedents=0)
    facts = build(then, asked, policy, at, budget_ms=0.0).facts
    return Seen.of(incident, at, facts, lost=bool(then.counting.lost))


def _volume(facts: tuple[Fact, ...]) -> int:
    """The posts of the last hour."""
    for fact in facts:
        if fact.kind == "spread" and fact.values.get("window") == "PT1H":
            found = fact.values.get("volume", 0)
            return found if isinstance(found, int) else 0
    return 0
