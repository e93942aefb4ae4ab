"""The alert budget: what each threshold costs in pages a shift and gives in minutes of warning."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from ontology.identity import ThingId
from rules.thresholds import Threshold
from service.alert_choice import slot
from service.paging_trial import Heights, Look, Told

At = tuple[float, ...]
"""Where the thresholds stand, one value each."""

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was looked at: every look that says something, and when incidents had their moment.

    `references` are the moments before which a warning is one; `without` are incidents that have
    none. `looks` counts all of them, those that said nothing among them, `blind` those at which
    a feed was silent; `unheard` are feeds that never delivered anything.
    """

    since: datetime
    until: datetime
    every: timedelta
    said: tuple[Look, ...]
    looks: int
    blind: int
    unheard: tuple[str, ...]
    references: Mapping[ThingId, datetime]
    without: tuple[ThingId, ...]
    others: frozenset[ThingId]
    """Incidents of which other rules told somebody by their moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How pages are counted: one cause once a window, as alerts are; by shifts of a length."""

    window: timedelta
    shift: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What became of one incident: minutes of warning, None where it was missed.

    `perhaps`: it was missed, and nobody can tell, because the figures were not known.
    """

    incident: ThingId
    minutes: float | None
    perhaps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One place for the thresholds, what it costs and what it gives.

    `at_most` are the pages if every look of which nobody can tell had paged. `busiest` is the
    most that one team had in one shift.
    """

    at: At
    pages: int
    at_most: int
    unsure: int
    teams: Mapping[str, int]
    busiest: int
    warned: tuple[Warned, ...]
    missed: int
    """Incidents of which nobody was told before their moment."""
    minutes: tuple[float, float]
    """Median and worst warning; who was not warned had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Every point that was tried, the present one among them."""

    thresholds: tuple[Threshold, ...]
    history: History
    terms: Terms
    points: tuple[Point, ...]

    @property
    def shifts(self) -> float:
        """How many shifts the history is long."""
        return (self.history.until - self.history.since) / self.terms.shift

    @property
    def present(self) -> Point:
        """Where the rule stands now."""
        return self.of(tuple(one.value for one in self.thresholds))

    def of(self, at: At) -> Point:
        """One point.

        Raises:
            KeyError: none was tried there.
        """
        for point in self.points:
            if point.at == at:
                return point
        raise KeyError(at)

    def rate(self, pages: int) -> float:
        """Pages a shift."""
        return pages / self.shifts

    def load(self, point: Point) -> float:
        """Pages a shift of the team that has the most."""
        return self.rate(max(point.teams.values(), default=0))

    def front(self) -> tuple[Point, ...]:
        """The points that no other beats: fewer pages, fewer missed and more warning at once."""
        return tuple(
            one for one in self.points if not any(_beats(other, one) for other in self.points)
        )

    def best(self, budget: float) -> Point | None:
        """The point that keeps to a number of pages a shift and team, and gives most for it.

        Fewest missed, then the longest median, then fewest pages, then nearest to the present.
        """
        fitting = [one for one in self.points if self.load(one) <= budget]
        return min(fitting, key=self._worth, default=None)

    def _worth(self, one: Point) -> tuple[float, ...]:
        away = sum(abs(v - t.value) for v, t in zip(one.at, self.thresholds, strict=True))
        return one.missed, -one.minutes[0], one.pages, away


def curve(
    thresholds: Sequence[Threshold], history: History, terms: Terms, grid: Iterable[At]
) -> Curve:
    """The budget over a grid, to which the present place is added."""
    present = tuple(one.value for one in thresholds)
    places = sorted({present, *grid})
    told = [one for one in history.said if one.tells]
    return Curve(
        thresholds=tuple(thresholds),
        history=history,
        terms=terms,
        points=tuple(_point(thresholds, told, history, terms, at) for at in places),
    )


def _point(
    thresholds: Sequence[Threshold],
    told: Sequence[Look],
    history: History,
    terms: Terms,
    at: At,
) -> Point:
    fired = [one for one in told if _meets(thresholds, one.sure, at)]
    unsure = [
        one
        for one in told
        if not _meets(thresholds, one.sure, at) and _meets(thresholds, one.unsure, at)
    ]
    pages = [*_pages(fired, terms.window)]
    shifts = Counter((each.team, (when - history.since) // terms.shift) for each, when in pages)
    warned = tuple(_warned(history, _first(fired), _first(unsure)))
    minutes = [one.minutes or 0.0 for one in warned]
    return Point(
        at=at,
        pages=len(pages),
        at_most=sum(1 for _ in _pages([*fired, *unsure], terms.window)),
        unsure=len(unsure),
        teams=Counter(each.team for each, _ in pages),
        busiest=max(shifts.values(), default=0),
        warned=warned,
        missed=sum(one.minutes is None for one in warned),
        minutes=(median(minutes), min(minutes)) if minutes else (0.0, 0.0),
    )


def _warned(
    history: History, first: Mapping[ThingId, datetime], perhaps: Mapping[ThingId, datetime]
) -> Iterator[Warned]:
    for incident, moment in sorted(history.references.items()):
        yield Warned(
            incident=incident,
            minutes=_minutes(first.get(incident), moment),
            perhaps=_minutes(perhaps.get(incident), moment) is not None,
        )


def _meets(thresholds: Sequence[Threshold], reached: Iterable[Heights], at: At) -> bool:
    return any(
        all(
            one.met(height, value)
            for one, height, value in zip(thresholds, heights, at, strict=True)
        )
        for heights in reached
    )


def _pages(fired: Iterable[Look], window: timedelta) -> Iterator[tuple[Told, datetime]]:
    """Each page once: one incident, tier and team within a window is one, as alerts are."""
    seen: set[tuple[str, int]] = set()
    for look in fired:
        for told in sorted(look.tells, key=lambda one: (one.team, one.tier)):
            cause = f"{look.incident}|{told.tier}|{told.team}"
            page = cause, slot(cause, look.at, window)
            if page not in seen:
                seen.add(page)
                yield told, look.at


def _first(fired: Iterable[Look]) -> dict[ThingId, datetime]:
    found: dict[ThingId, datetime] = {}
    for look in fired:
        found[look.incident] = min(look.at, found.get(look.incident, look.at))
    return found


def _minutes(warned: datetime | None, moment: datetime) -> float | None:
    if warned is None or warned > moment:
        return None
    return (moment - warned) / _MINUTE


def _beats(one: Point, other: Point) -> bool:
    mine = (one.pages, one.missed, -one.minutes[0])
    theirs = (other.pages, other.missed, -other.minutes[0])
    return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))
