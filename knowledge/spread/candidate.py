"""A candidate incident as others see it: topics, people, growth, places, confidence."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from knowledge.spread.cluster import Cluster, Exemplar, places
from ontology.identity import ThingId

MOST_TOPICS: Final = 5

_OWN: Final = 0.6
_OFTEN: Final = 0.04

Telling = Sequence[tuple[str, float, float]]
"""Terms with their share of the candidate's posts and the candidate's share of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A candidate as it stands. `posts` and `voices` (at most 1,000) count all there ever were.

    `topics` are terms that tell it from everything else. `hours` are posts by hour since 1970,
    of the last eight days. `confidence` (0 to 1) grows with the people and with how
    much its terms are its own; it is no probability.
    `absorbed` are candidates that turned out to be the same.
    """

    id: ThingId
    topics: tuple[str, ...]
    posts: int
    voices: int
    begun: datetime
    noticed: datetime
    last: datetime
    hours: tuple[tuple[int, int], ...]
    regions: tuple[ThingId, ...]
    platforms: tuple[ThingId, ...]
    exemplars: tuple[Exemplar, ...]
    confidence: float
    absorbed: tuple[ThingId, ...] = ()


def shown(cluster: Cluster, telling: Telling, absorbed: Sequence[ThingId]) -> Candidate:
    """A cluster with what tells it from all others."""
    return Candidate(
        id=named(cluster),
        topics=_topics(telling),
        posts=cluster.posts,
        voices=len(cluster.voices),
        begun=_instant(cluster.begun),
        noticed=_instant(cluster.noticed or cluster.last),
        last=_instant(cluster.last),
        hours=tuple(sorted(cluster.hours.items())),
        regions=tuple(places(cluster.regions)),
        platforms=tuple(places(cluster.platforms)),
        exemplars=tuple(cluster.exemplars),
        confidence=_confidence(cluster, telling),
        absorbed=tuple(absorbed),
    )


def named(cluster: Cluster) -> ThingId:
    """The id of a candidate, the same for everybody who saw the same posts."""
    digest = hashlib.sha256(cluster.first.encode()).hexdigest()
    return ThingId(f"incident/candidate-{digest[:16]}")


def _topics(telling: Telling) -> tuple[str, ...]:
    """Terms that are the candidate's own and in many of its posts; its first one at least."""
    own = [term for term, often, own in telling if own >= _OWN and often >= _OFTEN]
    return tuple(own[:MOST_TOPICS]) or tuple(term for term, _, _ in telling[:1])


def _confidence(cluster: Cluster, telling: Telling) -> float:
    people = len(cluster.voices) / (len(cluster.voices) + 6)
    closeness = max((often * own for _, often, own in telling), default=0.0)
    return round(people * min(1.0, 2 * closeness), 2)


def _instant(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)
