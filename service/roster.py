"""What the organisation has, read once a change: teams and shifts, agreements, hours of work."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import chain
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.graph import Graph
from knowledge.spread.feeds import STALLS_AFTER, FeedInfo
from ontology.facts import Fact, catalogue
from ontology.identity import ThingId, kind_of
from ontology.values import parse_duration
from service.values import Properties, Span, Values, first, triple

_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_TEAM: Final = {
    "load": "load",
    "trained": "trained",
    "external": "external",
    "escalates_to": "escalatesTo",
}
_AGREEMENT: Final = {
    "topic": "topic",
    "kind": "agreementKind",
    "region": "inRegion",
    "forbids_strategy": "forbidsStrategy",
    "requires": "requiresStep",
    "requires_within": "requiresWithin",
    "compensation_limit": "compensationLimit",
}
_NO_FORCE: Final = frozenset({"unsigned", "lapsed"})
"""The states of an agreement in which nothing relies on it; one without acts needs none."""


MOST_MADE: Final = 64
"""Languages and times whose facts are kept made; callers must not fill the memory."""

_KINDS: Final = frozenset({"team", "shift", "region", "calendar", "agreement", "feed"})


def concerns(subject: ThingId, roster: "Roster | None") -> bool:
    """Whether an event about a thing makes a roster stale."""
    kind = kind_of(subject)
    return kind in _KINDS or (kind == "customer" and roster is not None and not roster.customers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Teams, shifts, agreements, feeds and calendar as the graph of one sequence states them.

    `made` keeps the facts that were made of them: all that changes with time is who is on call
    and what is in force, and that only at `turns`, in order.
    """

    teams: Mapping[ThingId, Properties]
    shifts: Mapping[ThingId, tuple[Span, ...]]
    agreements: Mapping[ThingId, Properties]
    feeds: Mapping[ThingId, Properties]
    calendar: tuple[ThingId, Properties] | None
    zones: Mapping[ThingId, str]
    parents: Mapping[ThingId, ThingId]
    customers: bool
    turns: Sequence[datetime]
    made: dict[tuple[int, str | None], tuple[Fact, ...]]

    @classmethod
    def read(cls, graph: Graph) -> Self:
        """Read it all; the number of customers plays no part."""
        shifts: dict[ThingId, list[Span]] = {}
        for shift in graph.of_type("OnCallShift"):
            properties = graph.properties(shift)
            team = ThingId(str(first(properties, "ofTeam")))
            shifts.setdefault(team, []).append(Span.of(properties, "startsAt", "endsAt"))
        regions = {
            one: first(graph.properties(one), "timeZone") for one in graph.of_type("Region")
        }
        # the house's own first: a calendar of a region is for service levels there
        calendars = sorted(
            graph.of_type("Calendar"), key=lambda one: graph.get(one, "inRegion") is not None
        )
        agreements = {one: graph.properties(one) for one in graph.of_type("Agreement")}
        spans = [*chain.from_iterable(shifts.values()), *map(_force, agreements.values())]
        return cls(
            teams={one: graph.properties(one) for one in graph.of_type("Team")},
            shifts={team: tuple(spans) for team, spans in shifts.items()},
            agreements=agreements,
            feeds={one: graph.properties(one) for one in graph.of_type("Feed")},
            calendar=(calendars[0], graph.properties(calendars[0])) if calendars else None,
            parents={
                region: ThingId(str(parent))
                for region in regions
                if (parent := graph.get(region, "withinRegion")) is not None
            },
            zones={region: str(zone) for region, zone in regions.items() if zone is not None},
            customers=graph.has_type("Customer"),
            turns=sorted({at for s in spans for at in (s.start, s.end) if at is not None}),
            made={},
        )

    def feed_infos(self) -> Iterator[FeedInfo]:
        """What is declared of every feed."""
        for thing, properties in self.feeds.items():
            platform, rate = first(properties, "observes"), first(properties, "samplingRate")
            stalls = first(properties, "stallsAfter")
            yield FeedInfo(
                id=thing,
                platform=ThingId(str(platform)) if platform is not None else None,
                sampling_rate=float(str(rate)) if rate is not None else 1.0,
                stalls_after=parse_duration(str(stalls)) if stalls is not None else STALLS_AFTER,
            )

    def within(self, regions: Iterable[str]) -> tuple[ThingId, ...]:
        """The regions and all that lie within them."""
        wanted = {ThingId(one) for one in regions}
        return tuple(
            sorted(wanted | {one for one in self.parents if wanted & {*self._above(one)}})
        )

    def _above(self, region: ThingId) -> Iterator[ThingId]:
        seen: set[ThingId] = set()
        while (parent := self.parents.get(region)) is not None and parent not in seen:
            seen.add(parent)
            yield parent
            region = parent

    def on_call(self, team: ThingId, at: datetime) -> bool:
        """Whether somebody of the team is on call."""
        return any(span.covers(at) for span in self.shifts.get(team, ()))

    def people(self, team: ThingId, at: datetime) -> int:
        """How many shifts of the team are under way."""
        return sum(span.covers(at) for span in self.shifts.get(team, ()))

    def since(self, team: ThingId, at: datetime) -> datetime | None:
        """When the youngest shift of the team that is under way began."""
        spans = self.shifts.get(team, ())
        starts = [s.start for s in spans if s.start is not None and s.covers(at)]
        return max(starts, default=None)

    def facts(self, at: datetime, language: str | None) -> tuple[Fact, ...]:
        """Every team and agreement as a fact at a moment; `language` is that of the request."""
        key = (bisect_right(self.turns, at), language)
        facts = self.made.get(key)
        if facts is None:
            make = catalogue().fact
            found = self.values(at, language)
            facts = tuple(make(one.kind, one.values, *one.origins) for one in found)
            if len(self.made) >= MOST_MADE:
                self.made.clear()
            self.made[key] = facts
        return facts

    def values(self, at: datetime, language: str | None) -> Iterator[Values]:
        """The same, as values that a caller's own statements can still change."""
        for team in self.teams:
            yield self._team(team, language, on=self.on_call(team, at))
        for agreement, properties in self.agreements.items():
            signed = first(properties, "state") not in _NO_FORCE
            yield self._agreement(agreement, on=signed and _force(properties).covers(at))

    def _team(self, thing: ThingId, language: str | None, *, on: bool) -> Values:
        properties = self.teams[thing]
        found = _copied("team", thing, properties, _TEAM)
        found.put("id", thing, triple(thing, "type", "Team"))
        found.put("on_call", on, triple(thing, "onCall", on))
        spoken = properties.get("speaksLanguage", ())
        if language is not None and spoken:
            speaks = triple(thing, "speaksLanguage", language)
            found.put("speaks_language", language in spoken, speaks)
        return found

    def _agreement(self, thing: ThingId, *, on: bool) -> Values:
        properties = self.agreements[thing]
        found = _copied("agreement", thing, properties, _AGREEMENT)
        found.put("in_force", on, triple(thing, "validUntil", first(properties, "validUntil")))
        return found

    def calendar_values(self, at: datetime, regions: Sequence[ThingId]) -> Values | None:
        """What time it is where the organisation sits; the incident stretches over `regions`."""
        if self.calendar is None:
            return None
        thing, properties = self.calendar
        zone = str(first(properties, "timeZone") or "UTC")
        local = at.astimezone(_zone(zone))
        holiday = local.date().isoformat() in {str(one) for one in properties.get("holiday", ())}
        weekday = _WEEKDAYS[local.weekday()]
        found = Values(kind="calendar")
        origin = triple(thing, "timeZone", zone)
        found.put("local_date", local.date(), origin)
        found.put("local_time", local.time().replace(microsecond=0), origin)
        found.put("weekday", weekday, origin)
        found.put("holiday", holiday, triple(thing, "holiday", local.date()))
        opens, closes = _time(properties, "opens"), _time(properties, "closes")
        if opens is not None and closes is not None:
            working = weekday in properties.get("workingDay", ()) and not holiday
            staffed = working and opens <= local.time() < closes
            found.put("business_hours", staffed, triple(thing, "opens", opens))
        zones = sorted({self.zones[one] for one in regions if one in self.zones})
        if zones:
            offsets = {at.astimezone(_zone(one)).utcoffset() for one in zones}
            found.put("time_zones", len(offsets), triple(thing, "timeZone", ",".join(zones)))
        return found


def _force(agreement: Properties) -> Span:
    return Span.of(agreement, "validFrom", "validUntil")


def _copied(kind: str, thing: ThingId, properties: Properties, names: Mapping[str, str]) -> Values:
    found = Values(kind=kind)
    for name, term in names.items():
        for value in properties.get(term, ())[:1]:
            found.put(name, value, triple(thing, term, value))
    return found


def _time(properties: Properties, term: str) -> time | None:
    value = first(properties, term)
    return time.fromisoformat(value) if isinstance(value, str) else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
