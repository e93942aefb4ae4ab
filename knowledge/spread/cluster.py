"""A cluster: what is known of posts that belong together, bounded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from knowledge.spread.recent import Post
from ontology.identity import ThingId

MOST_VOICES: Final = 1_000
MOST_EXEMPLARS: Final = 5
MOST_PLACES: Final = 50
HOURS: Final = 8 * 24
"""Hours of which the posts are kept apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """A typical post: where its words can be read, and how like its cluster it was."""

    id: ThingId
    source: int | None
    likeness: float
    terms: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Posts that belong together.

    `weight` and `terms` fade; `posts` counts all there ever were.
    """

    number: int
    first: ThingId
    begun: float
    last: float
    noticed: float | None = None
    posts: int = 0
    weight: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)
    voices: set[str] = field(default_factory=set)
    hours: dict[int, int] = field(default_factory=dict)
    regions: dict[ThingId, int] = field(default_factory=dict)
    platforms: dict[ThingId, int] = field(default_factory=dict)
    exemplars: list[Exemplar] = field(default_factory=list)

    def add(self, post: Post, likeness: float) -> None:
        """Count a post for everything but its terms, which fade with all others'."""
        self.posts += 1
        self.last, self.begun = max(self.last, post.at), min(self.begun, post.at)
        if len(self.voices) < MOST_VOICES:
            self.voices.add(post.voice)
        _tally(self, post)
        if post.said.terms:
            exemplar = Exemplar(
                id=post.id, source=post.source, likeness=likeness, terms=post.said.terms
            )
            _keep_exemplar(self, exemplar)

    def take_over(self, other: "Cluster") -> None:
        """Count what another one counted, but for its terms."""
        self.posts += other.posts
        self.begun, self.last = min(self.begun, other.begun), max(self.last, other.last)
        known = [at for at in (self.noticed, other.noticed) if at is not None]
        self.noticed = min(known, default=None)
        self.voices |= set(sorted(other.voices)[: MOST_VOICES - len(self.voices)])
        for mine, theirs in ((self.regions, other.regions), (self.platforms, other.platforms)):
            for place, many in theirs.items():
                mine[place] = mine.get(place, 0) + many
        for hour, many in other.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + many
        for exemplar in other.exemplars:
            _keep_exemplar(self, exemplar)


def _tally(cluster: Cluster, post: Post) -> None:
    hour = int(post.at // 3600)
    cluster.hours[hour] = cluster.hours.get(hour, 0) + 1
    for old in [each for each in cluster.hours if each <= cluster.last // 3600 - HOURS]:
        del cluster.hours[old]
    for places, place in ((cluster.regions, post.region), (cluster.platforms, post.platform)):
        if place is not None and (place in places or len(places) < MOST_PLACES):
            places[place] = places.get(place, 0) + 1


def _keep_exemplar(cluster: Cluster, new: Exemplar) -> None:
    """Keep the most typical posts, the same words once."""
    if any(_alike(new.terms, one.terms) for one in cluster.exemplars):
        return
    ranked = sorted([*cluster.exemplars, new], key=lambda one: -one.likeness)
    cluster.exemplars = ranked[:MOST_EXEMPLARS]


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    common = len(set(one) & set(other))
    return 2 * common > min(len(one), len(other))


def places(counted: Mapping[ThingId, int]) -> Iterator[ThingId]:
    """The places of a cluster, those that most posts come from first."""
    yield from sorted(counted, key=lambda place: (-counted[place], place))
