"""The alert budget on data that others labelled: crises interleaved, with ordinary talk."""

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

from knowledge.spread.assignment import IncidentScope
from knowledge.spread.interleaving import LONGEST, interleave, made
from knowledge.spread.nab import Labelled
from knowledge.spread.windows import Windows
from loaders.labelled_feeds import read_labelled_feeds
from loaders.labelled_series import read_labelled
from ontology.facts import Fact, FactInvalid, Origin, catalogue
from ontology.identity import ThingId
from ontology.signals import Signal
from service.alert_budget import Asked, looked, on_trial, terms
from service.alert_references import Reference
from service.paging_curve import Curve, curve
from service.paging_grid import grid
from service.recorded_history import HistoryInvalid, Progress, Seen, Span
from service.world import World

_ORIGIN: Final = Origin(source="request", ref="/labelled")
_LABEL: Final = "attune label "
_WARM: Final = timedelta(days=1)
"""How long ordinary series are heard before the first look: windows need something usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the crises lie, the ordinary series, and what is known of every incident."""

    feeds: Path
    ordinary: Path | None
    facts: Path | None
    seed: int


def labelled_budget(world: World, asked: Asked, source: Source, progress: Progress) -> Curve:
    """The budget of a rule of the active policy on labelled crises; the peak is their moment.

    Posts are counted for the crisis that people said they are about, so that nothing is said of
    scopes. Ordinary series are incidents without a moment: what pages for them pages on ordinary
    days.

    Raises:
        RuleUnknown, ThresholdInvalid, GridInvalid: as `budget` does.
        TableInvalid: a folder can't be read.
        HistoryInvalid: the facts are none, or there is no such moment or time in such data.
    """
    if asked.reference is not Reference.PEAK or asked.since or asked.until:
        raise HistoryInvalid(
            "labelled feeds know no acts of people and no dates: --reference peak"
        )
    trial = on_trial(world.policies.current(), asked)
    places = grid(trial.chosen, asked.values)
    stated = _stated(source.facts)
    stream = _Stream.of(source)
    when = stream.span(asked.every)
    found = looked(_looks(stream, stated, when, progress), trial, when)
    # Ordinary talk has a largest hour, too, but nobody had to be warned of it.
    moments = {one: at for one, at in found.peaks.items() if one in stream.crises}
    return curve(trial.chosen, found.before(moments), terms(world, asked), places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """Crises in memory, ordinary series as counts of which posts are made when they are due."""

    posts: tuple[Signal, ...]
    series: tuple[Labelled, ...]
    crises: frozenset[ThingId]

    @classmethod
    def of(cls, source: Source) -> "_Stream":
        feeds = read_labelled_feeds(source.feeds)
        series = [] if source.ordinary is None else read_labelled(source.ordinary)
        told = [one for one in interleave(feeds, [], source.seed) if one.crisis is not None]
        shift = _WARM if series else timedelta()
        posts = [_labelled(one.signal, str(one.crisis), shift) for one in told]
        return cls(
            posts=tuple(posts),
            series=tuple(series),
            crises=frozenset(_incident(str(one.crisis)) for one in told),
        )

    @property
    def incidents(self) -> Sequence[ThingId]:
        """The crises, then the ordinary series."""
        return [*sorted(self.crises), *(_incident(one.name) for one in self.series)]

    def span(self, every: timedelta) -> Span:
        """From the first post of a crisis, or a day into the ordinary, to the last of a crisis."""
        since = made("first", 0.0, "").posted_at + (_WARM if self.series else timedelta())
        return Span(since=since, until=self.posts[-1].posted_at + every, every=every)

    def signals(self) -> Iterator[Signal]:
        """All posts by time."""
        return heapq.merge(
            self.posts, *map(_spread_out, self.series), key=lambda one: one.posted_at
        )


def _looks(
    stream: _Stream, stated: Mapping[str, Mapping[str, object]], when: Span, progress: Progress
) -> Iterator[Seen]:
    windows = Windows()
    scopes = [IncidentScope(id=one, topics=(_label(one),)) for one in stream.incidents]
    steps = groupby(stream.signals(), key=lambda one: _end(one.posted_at, when.every))
    due = next(steps, None)
    for number, at in enumerate(when.moments(), start=1):
        while due is not None and due[0] <= at:
            windows.apply(due[1], scopes)
            due = next(steps, None)
        for incident in stream.incidents:
            yield Seen.of(incident, at, _facts(windows, incident, at, stated))
        progress(number, when.steps)


def _facts(
    windows: Windows, incident: ThingId, at: datetime, stated: Mapping[str, Mapping[str, object]]
) -> tuple[Fact, ...]:
    rows: list[tuple[str, Mapping[str, object]]] = [
        ("incident", {"id": incident, "phase": "open", **stated.get("incident", {})}),
        *((kind, values) for kind, values in stated.items() if kind != "incident"),
        *(("spread", values) for values in windows.spread(incident, at)),
        *(("feed", values) for values in windows.feeds(at)),
        ("coverage", windows.coverage(at)),
    ]
    return tuple(catalogue().fact(kind, values, _ORIGIN) for kind, values in rows)


def _stated(path: Path | None) -> Mapping[str, Mapping[str, object]]:
    """What is known of every incident, by kind of fact.

    Raises:
        HistoryInvalid: it is no JSON of facts.
    """
    if path is None:
        return {}
    example = '{"incident": {"cluster": "accidental", "severity": "severe"}}'
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
            raise HistoryInvalid(f"{path.name}: is no object of facts; write {example}")
        for kind, values in found.items():
            catalogue().fact(kind, values, _ORIGIN)
    except (OSError, ValueError, FactInvalid) as error:
        raise HistoryInvalid(f"{path.name}: {error}; write {example}") from error
    return found


def _incident(name: str) -> ThingId:
    return ThingId(f"incident/{name.lower().replace('_', '-')}")


def _label(incident: ThingId) -> str:
    """A topic that no text names by chance."""
    return f"{_LABEL}{incident.partition('/')[2].replace('-', '')}"


def _labelled(signal: Signal, crisis: str, shift: timedelta) -> Signal:
    at = signal.posted_at + shift
    return replace(signal, posted_at=at, received_at=at, topics=(_label(_incident(crisis)),))


def _spread_out(series: Labelled) -> Iterator[Signal]:
    """The posts of a series: as many as it counts, evenly within each interval, for two weeks."""
    topic, seconds = (_label(_incident(series.name)),), series.seconds
    step = seconds[1] - seconds[0] if len(seconds) > 1 else 300.0
    for number, (start, count) in enumerate(zip(seconds, series.counts, strict=True)):
        if start > LONGEST + _WARM.total_seconds():
            return
        for place in range(int(count)):
            name = f"{series.name}-{number}-{place}"
            signal = made(name, start + step * place / count, "ordinary talk")
            yield replace(signal, topics=topic)


def _end(at: datetime, every: timedelta) -> datetime:
    """The first moment of a look at which a post is known."""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(-(-at.timestamp() // seconds) * seconds, tz=at.tzinfo)
