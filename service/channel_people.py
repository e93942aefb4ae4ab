"""Who speaks of an incident: people by region and language, and how they sound, from its posts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from knowledge.measures.binned import Array
from knowledge.measures.estimates import Estimate
from knowledge.proportions import poisson
from knowledge.spread.assignment import assign
from ontology.identity import ThingId
from service.recorded_history import Progress
from service.world import World

_BATCH = 5_000
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Those who posted from one region in one language, and what they posted.

    `people` are authors where feeds tell them, else posts; each stands for those that its feed
    left out.
    """

    region: str
    language: str
    people: Estimate
    posts: int
    times: Array
    sentiment: Array


def people(
    world: World, incident: ThingId, since: datetime, until: datetime, progress: Progress
) -> list[People]:
    """Who spoke of an incident, the most first; a region that only words tell of counts as one."""
    scopes = [replace(one, since=None, until=None) for one in world.scopes() if one.id == incident]
    rates = {one.id: one.sampling_rate for one in world.roster().feed_infos()}
    found: defaultdict[tuple[str, str], _Rows] = defaultdict(_Rows)
    for done, signal in enumerate(world.segments.scan(since, until), start=1):
        if scopes and assign(signal, scopes):
            region = signal.region or signal.derived_region or UNKNOWN
            language = (signal.language or UNKNOWN).partition("-")[0]
            score = None if signal.scores is None else signal.scores.sentiment
            found[str(region), language].take(
                str(signal.author or signal.id),
                signal.posted_at.timestamp(),
                float("nan") if score is None else score,
                1.0 / rates.get(signal.feed, 1.0),
            )
        if done % _BATCH == 0:
            progress(done, done + _BATCH)
    return sorted(
        (rows.told(region, language) for (region, language), rows in found.items()),
        key=lambda one: (-one.people.value, one.region, one.language),
    )


class _Rows:
    """Posts of one region and language while they are read."""

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}
        self.times: list[float] = []
        self.sentiment: list[float] = []

    def take(self, author: str, at: float, sentiment: float, weight: float) -> None:
        """Note one post."""
        self.weights[author] = max(weight, self.weights.get(author, 0.0))
        self.times.append(at)
        self.sentiment.append(sentiment)

    def told(self, region: str, language: str) -> People:
        """What was taken; the interval is that of a count of so many, each for as many others."""
        counted = len(self.weights)
        total = sum(self.weights.values())
        low, high = poisson(counted)
        each = total / counted
        return People(
            region=region,
            language=language,
            people=Estimate(value=total, low=low * each, high=high * each, n=counted),
            posts=len(self.times),
            times=np.array(self.times),
            sentiment=np.array(self.sentiment),
        )


def regions_around(parents: Mapping[ThingId, ThingId], region: str) -> set[str]:
    """A region and those in which it lies."""
    around, here = {region}, parents.get(ThingId(region))
    while here is not None and here not in around:
        around.add(here)
        here = parents.get(here)
    return around
