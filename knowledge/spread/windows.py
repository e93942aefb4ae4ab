"""Windows of 15 minutes, an hour and a day: who speaks about an incident, how, how fast."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from knowledge.spread.assignment import IncidentScope, assign
from knowledge.spread.baselines import DAY, Mood, Prior, heard, mood, usual
from knowledge.spread.columns import Columns, second
from knowledge.spread.counters import (
    DERIVED,
    JUDGED,
    POSTS,
    UNDERSTOOD,
    UNLOCATED,
    UNSCORED,
    UNSUPPORTED,
    Cell,
    Rows,
    counts,
    grain,
)
from knowledge.spread.crowd import authors_of, crowd
from knowledge.spread.feeds import FeedInfo, Hearing
from knowledge.spread.figures import confidence, feelings, people
from knowledge.spread.pace import Heard, Question, pace, question
from knowledge.spread.reaches import Reaches
from knowledge.spread.series import QUARTER, Kept, Series
from knowledge.spread.unusual import Judgements
from knowledge.spread.weighing import weighed
from ontology.identity import ThingId
from ontology.signals import Signal

WINDOWS: Final[Mapping[str, int]] = MappingProxyType({"PT15M": 900, "PT1H": 3600, "P1D": 86_400})
"""Seconds of each window, by the key that rules name."""

_HOURS_BEFORE: Final = 6 * 4
"""Quarter hours of listening from which an account that was not heard is new."""


class Windows:
    """A fold over signals. The order, grouping and repetition of signals changes nothing.

    A post counts at the second it was posted, or received where its own clock runs ahead. Two
    copies of one id are one post. Posts more than eight days older than the newest are not
    counted. `feeds` are what operators declare; `understood` the primary language subtags that
    models know; `prior` what is usual before there is history.
    """

    def __init__(
        self,
        feeds: Iterable[FeedInfo] = (),
        *,
        understood: Iterable[str] = UNDERSTOOD,
        prior: Prior | None = None,
    ) -> None:
        """Begin without signals."""
        self._hearing = Hearing(feeds)
        self.understood: Final = frozenset(understood)
        self._prior = prior or Prior()
        self._all = Series()
        self._incidents: dict[ThingId, Series] = {}
        self._since: dict[ThingId, datetime | None] = {}
        self._newest = 0
        self._known: dict[tuple[ThingId | None, int], list[Heard]] = {}
        self._judged: Final = Judgements()

    def declare(self, feeds: Iterable[FeedInfo]) -> None:
        """Take over what operators now declare of their feeds."""
        self._known.clear()
        self._judged.forget(0)
        self._hearing.declared = {feed.id: feed for feed in feeds}

    def apply(self, signals: Iterable[Signal], incidents: Sequence[IncidentScope]) -> None:
        """Count signals for everything together and for each incident in whose scope they are.

        A signal that is applied again counts for incidents that were not in scope before, so an
        incident can be opened on history.
        """
        self.scope(incidents)
        for signal in signals:
            self._hearing.hear(signal.feed, signal.received_at)
            self._count(signal, assign(signal, incidents))

    def take(
        self,
        posts: Columns,
        assigned: Mapping[ThingId, Rows],
        incidents: Sequence[IncidentScope],
    ) -> None:
        """Count posts of which none was counted before, with the rows that each incident has."""
        self.scope(incidents)
        if not len(posts):
            return
        self._hearing.hear_all(posts)
        self._judged.forget(int(posts.seconds.min()))
        self._advance(int(posts.seconds.max()))
        kept = Kept.behind(self._newest)
        self._all.take(posts, np.arange(len(posts)), kept)
        for incident, rows in assigned.items():
            self._incidents.setdefault(incident, Series()).take(posts, rows, kept)

    def scope(self, incidents: Iterable[IncidentScope]) -> None:
        """Take over since when incidents are told to be."""
        self._known.clear()
        self._since |= {scope.id: scope.since for scope in incidents}

    def take_again(self, posts: Columns, assigned: Mapping[ThingId, Rows]) -> None:
        """Count posts for some incidents only, for which none of them was counted before."""
        self._known.clear()
        kept = Kept.behind(self._newest)
        for incident, rows in assigned.items():
            self._incidents.setdefault(incident, Series()).take(posts, rows, kept)

    def forget(self, incidents: Iterable[ThingId]) -> None:
        """Count nothing for some incidents any more, until `take_again` or `apply` does."""
        self._known.clear()
        for incident in incidents:
            self._incidents.pop(incident, None)
            self._since.pop(incident, None)

    def spread(self, incident: ThingId | None, at: datetime) -> list[dict[str, object]]:
        """The values of the three `spread` facts, for an incident or (None) for all posts.

        Nothing posted after `at` counts. A figure that can't be known is missing.
        """
        return [heard.complete() for heard in self.listen(incident, at)]

    def listen(self, incident: ThingId | None, at: datetime) -> list[Heard]:
        """The same without virality, which takes long: let go of the windows, then complete it."""
        asked = (incident, int(at.timestamp()))
        if asked not in self._known:
            virality = self._virality(incident, at)
            self._known[asked] = [self._window(incident, key, at, virality) for key in WINDOWS]
        return [*self._known[asked]]

    def coverage(self, at: datetime, newest: datetime | None = None) -> dict[str, object]:
        """The values of the `coverage` fact of the hour before `at`; no posts, no shares.

        `newest` is when the newest signal known anywhere was received; these windows may lag.
        """
        last = int(at.timestamp())
        sums = self._all.between(last - WINDOWS["PT1H"] + 1, last).sums
        values: dict[str, object] = {"window_lag": self._lag(self._hearing.newest(), newest)}
        if sums[POSTS]:
            values["unjudged_share"] = 1 - sums[JUDGED] / sums[POSTS]
            values["unscored_share"] = sums[UNSCORED] / sums[POSTS]
            values["unsupported_share"] = sums[UNSUPPORTED] / sums[POSTS]
            values["unlocated_share"] = sums[UNLOCATED] / sums[POSTS]
            values["derived_share"] = sums[DERIVED] / sums[POSTS]
        return values

    def feeds(self, at: datetime) -> list[dict[str, object]]:
        """The values of a `feed` fact for each feed declared or heard."""
        return [row | self._usual(ThingId(str(row["id"])), at) for row in self._hearing.facts(at)]

    def _usual(self, feed: ThingId, at: datetime) -> dict[str, object]:
        if self._hearing.status(feed, at) != "live":
            return {}
        silence = self._hearing.info(feed).stalls_after
        return self._judged.of(feed, self._all.quarters, at, silence).values()

    def _count(self, signal: Signal, incidents: Sequence[ThingId]) -> None:
        at = second(signal)
        self._judged.forget(at)
        self._advance(at)
        kept, added = Kept.behind(self._newest), grain(signal, self.understood)
        self._all.add(at, added, kept)
        for incident in incidents:
            self._incidents.setdefault(incident, Series()).add(at, added, kept)

    def _advance(self, to: int) -> None:
        before, self._newest = self._newest, max(self._newest, to)
        if before // QUARTER == self._newest // QUARTER:
            return
        kept = Kept.behind(self._newest)
        self._hearing.prune(kept.oldest)
        for series in (self._all, *self._incidents.values()):
            series.prune(kept)

    def _series(self, incident: ThingId | None) -> Series:
        return self._all if incident is None else self._incidents.get(incident) or Series()

    def _virality(self, incident: ThingId | None, at: datetime) -> Question | None:
        """What to ask about virality: the same for every window."""
        last = int(at.timestamp())
        heard = QUARTER * min(self._all.quarters, default=last)
        since = max(heard, Kept.behind(self._newest).detail)
        silent = self._hearing.silent(at)
        return question(self._hearing, self._series(incident), since, last, silent=silent)

    def _window(
        self, incident: ThingId | None, key: str, at: datetime, virality: Question | None
    ) -> Heard:
        length, last = WINDOWS[key], int(at.timestamp())
        first = last - length + 1
        values: dict[str, object] = {"window": key}
        if incident is not None:
            values["incident"] = incident
        if first < Kept.behind(self._newest).detail:
            return Heard(values=values | {"confidence": "unknown"})
        series, silent = self._series(incident), self._hearing.silent(at)
        whole = series.between(first, last)
        posts, rate = whole.sums[POSTS], self._hearing.rate(whole.by_feed)
        ordinary = usual(
            series.quarters, self._history(incident, first), first, length, self._prior
        )
        values |= {
            "volume": posts,
            "baseline": ordinary.posts,
            "excess": posts / ordinary.posts,
            "confidence": confidence(posts, rate, ordinary, silent=silent),
        }
        if rate is not None:
            values["sampling_rate"] = rate
        values |= people(whole, ordinary) | feelings(whole, self._mood(first))
        values |= crowd(whole, self._everywhere(), self._before(first))
        # A silent feed shows no falling volume, the time before one listened no rising one.
        if not silent and first >= QUARTER * min(self._all.quarters, default=first):
            values |= pace(series, (first, last))
        return Heard(values=values, question=virality)

    def _mood(self, first: int) -> Mood:
        """What is usual for the organisation: all posts of the quarter hours before the window."""
        quarters = self._all.quarters
        return mood(
            weighed(counts(quarters[at] for at in sorted(quarters) if at < first // QUARTER)),
            self._prior,
        )

    def _everywhere(self) -> Cell:
        """The platforms and regions of every post that is remembered."""
        every = Cell()
        for cell in self._all.quarters.values():
            every.platforms |= cell.platforms
            every.regions |= cell.regions
        return every

    def _before(self, first: int) -> Reaches | None:
        """Who posted about anything in the hours before; None after too few hours of listening."""
        began = max(
            min(self._all.quarters, default=first), Kept.behind(self._newest).detail // QUARTER
        )
        end = first // QUARTER
        return authors_of(self._all.quarters, began, end) if end - began >= _HOURS_BEFORE else None

    def _history(self, incident: ThingId | None, first: int) -> list[int]:
        """Quarter hours that were listened to before the window and before the incident began.

        Where nobody said when it began, its last day is left out: a crisis is not its own usual.
        """
        since = None if incident is None else self._since.get(incident)
        end = first if incident is None else first - DAY
        if since is not None:
            end = min(first, int(since.timestamp()))
        longest = max(1, int(self._hearing.longest_silence().total_seconds()) // QUARTER)
        return heard(self._all.quarters, end // QUARTER, longest)

    @staticmethod
    def _lag(applied: datetime | None, newest: datetime | None) -> timedelta:
        if applied is None or newest is None:
            return timedelta(0)
        return max(timedelta(0), newest - applied)
