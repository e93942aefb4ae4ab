"""Candidate incidents: posts that belong together by their terms, clustered as they come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.spread.births import seed
from knowledge.spread.candidate import Candidate, named, shown
from knowledge.spread.cluster import Cluster
from knowledge.spread.clusters import Clusters, Tuning
from knowledge.spread.recent import Post, Recent
from knowledge.spread.terms import Said, said
from ontology.identity import ThingId
from ontology.signals import Signal

FEWEST_POSTS: Final = 6
"""Posts from which on a candidate is told."""
IDLE: Final = 7 * 86_400.0
"""Seconds after which a candidate of which nobody spoke is forgotten."""

ALL_A_SECOND: Final = 200
"""Posts of one second that are all looked at."""
ONE_OF: Final = 20
"""Beyond them one of so many is looked at, so that a flood costs little."""

_MOST_IDS: Final = 20_000
_MOST_MERGED: Final = 1_000
_TIDY_EVERY: Final = 100
_JOINABLE: Final = 2 * 86_400.0
_LOOK_BACK: Final = (20, 60, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A post that a candidate took: one that has come, or one of before."""

    signal: ThingId
    candidate: ThingId


class Candidates:
    """A fold over signals: what it holds is a function of their order, and bounded.

    The same signals in the same order give the same candidates; in another order, others. A
    signal that comes twice counts once (as long as it is among the last 20,000). Where more than
    200 posts of one second come together, one of 20 of the rest is looked at. Ids decide nothing.
    A candidate needs several people: posts without an author are as many people as there are
    wordings.
    """

    def __init__(self, tuning: Tuning | None = None) -> None:
        """Begin without signals."""
        self._tuning: Final = tuning or Tuning()
        self._clusters: Final = Clusters(self._tuning)
        self._recent: Final = Recent()
        self._both: dict[tuple[int, int], float] = {}
        self._absorbed: dict[int, list[ThingId]] = {}
        self._ids: dict[ThingId, None] = {}
        self._came = self._in_second = 0
        self._second: int | None = None

    def apply(self, signals: Iterable[Signal], source: int | None = None) -> list[Claim]:
        """Take signals in their order; `source` tells where their words can be read again."""
        fresh = [signal for signal in signals if self._is_new(signal.id)]
        wanted = self.chosen([int(signal.posted_at.timestamp()) for signal in fresh])
        return self.take([fresh[row] for row in wanted], source)

    def chosen(self, seconds: Iterable[int]) -> list[int]:
        """Which posts are looked at, of posts that were posted in these seconds, none before."""
        return [row for row, second in enumerate(seconds) if self._looks_at(second)]

    def take(self, signals: Iterable[Signal], source: int | None = None) -> list[Claim]:
        """Take signals that were chosen, in their order."""
        return [claim for signal in signals for claim in self._add(signal, source)]

    def standing(self) -> tuple[Candidate, ...]:
        """The candidates that are told, in the order in which they began."""
        return tuple(
            shown(cluster, self._clusters.telling(cluster), self._absorbed.get(cluster.number, ()))
            for cluster in self._clusters.all.values()
            if cluster.noticed is not None
        )

    def _add(self, signal: Signal, source: int | None) -> Sequence[Claim]:
        self._came += 1
        post = _post(signal, self._came, source)
        self._clusters.weight(post.at)
        cluster, taken = self._given(post)
        self._clusters.count(post)
        if cluster is not None:
            self._notice(cluster, post.at)
            if len(taken) == 1 and cluster.posts in _LOOK_BACK:
                taken = [*taken, *self._look_back(cluster)]
        if self._came % _TIDY_EVERY == 0:
            self._tidy(post.at)
        return [Claim(signal=one.id, candidate=named(cluster)) for one in taken if cluster]

    def _is_new(self, signal: ThingId) -> bool:
        if signal in self._ids:
            return False
        self._ids[signal] = None
        if len(self._ids) > _MOST_IDS:
            del self._ids[next(iter(self._ids))]
        return True

    def _looks_at(self, second: int) -> bool:
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second <= ALL_A_SECOND or self._in_second % ONE_OF == 0

    def _given(self, post: Post) -> tuple[Cluster | None, Sequence[Post]]:
        """The cluster that takes a post, and all posts that it takes now."""
        likeness = self._clusters.likeness(post.said)
        ranked = sorted(likeness.items(), key=lambda one: (-one[1], one[0]))
        if ranked and ranked[0][1] >= self._tuning.likeness:
            best = self._clusters.all[ranked[0][0]]
            self._overlap(best, ranked[1:4], self._clusters.weight(post.at))
            self._clusters.join(best, post, ranked[0][1])
            return best, [post]
        self._recent.add(post)
        posts = seed(post, self._recent, self._clusters, self._tuning)
        if not posts:
            return None, ()
        cluster = self._voted(posts) or self._clusters.begin(posts[0])
        self._recent.drop(posts)
        for one in posts:
            self._clusters.join(cluster, one, 0.0)
        return cluster, posts

    def _voted(self, posts: Sequence[Post]) -> Cluster | None:
        """The cluster that many of some posts are like, though none of them enough alone."""
        votes: dict[int, int] = {}
        for post in posts:
            for number, likeness in self._clusters.likeness(post.said).items():
                votes[number] = votes.get(number, 0) + (likeness >= self._tuning.seed)
        best = max(votes, key=lambda number: (votes[number], number), default=None)
        if best is None or votes[best] < max(1.0, self._tuning.votes * len(posts)):
            return None
        return self._clusters.all[best]

    def _overlap(self, best: Cluster, others: Sequence[tuple[int, float]], weight: float) -> None:
        """Remember that a post would also be one of other clusters."""
        for number, likeness in others:
            if likeness >= self._tuning.shared:
                pair = _pair(best.number, number)
                self._both[pair] = self._both.get(pair, 0.0) + weight

    def _notice(self, cluster: Cluster, at: float) -> None:
        people = len(cluster.voices) >= self._tuning.voices
        if cluster.noticed is None and cluster.posts >= FEWEST_POSTS and people:
            cluster.noticed = at

    def _look_back(self, cluster: Cluster) -> Sequence[Post]:
        """Take the recent posts that a cluster, now that more is known of it, would have taken."""
        found: dict[int, Post] = {}
        for term, _, own in self._clusters.telling(cluster):
            if own >= self._tuning.together:
                found |= {post.number: post for post in self._recent.saying(term)}
        taken = list[Post]()
        for _, post in sorted(found.items()):
            likeness = self._clusters.likeness(post.said)
            best = max(likeness, key=lambda number: (likeness[number], -number), default=None)
            if best == cluster.number and likeness[best] >= self._tuning.likeness:
                taken.append(post)
                self._recent.drop([post])
                self._clusters.join(cluster, post, likeness[best])
        return taken

    def _tidy(self, at: float) -> None:
        """Forget what is idle and make one of clusters that are the same."""
        for cluster in [one for one in self._clusters.all.values() if one.last < at - IDLE]:
            self._clusters.end(cluster)
            self._absorbed.pop(cluster.number, None)
        alive = self._clusters.all
        self._both = {pair: w for pair, w in self._both.items() if set(pair) <= alive.keys()}
        live = [one for one in alive.values() if one.last >= at - _JOINABLE]
        vectors = {one.number: self._clusters.vector(one) for one in live}
        for place, one in enumerate(live):
            for other in live[place + 1 :]:
                if (
                    one.number in alive
                    and other.number in alive
                    and self._same(one, other, vectors)
                ):
                    self._merge(one, other)

    def _same(
        self, one: Cluster, other: Cluster, vectors: Mapping[int, Mapping[str, float]]
    ) -> bool:
        both = self._both.get(_pair(one.number, other.number), 0.0)
        if both >= self._tuning.overlap * min(one.weight, other.weight):
            return True
        return _cosine(vectors[one.number], vectors[other.number]) >= self._tuning.same

    def _merge(self, into: Cluster, other: Cluster) -> None:
        self._clusters.absorb(into, other)
        theirs = [named(other), *self._absorbed.pop(other.number, ())]
        mine = self._absorbed.get(into.number, [])
        self._absorbed[into.number] = [*mine, *theirs][-_MOST_MERGED:]
        for pair in [pair for pair in self._both if other.number in pair]:
            weight = self._both.pop(pair)
            third = pair[0] if pair[1] == other.number else pair[1]
            if third != into.number:
                new = _pair(into.number, third)
                self._both[new] = self._both.get(new, 0.0) + weight


def _post(signal: Signal, number: int, source: int | None) -> Post:
    heard = said(signal)
    return Post(
        number=number,
        id=signal.id,
        at=min(signal.posted_at, signal.received_at).timestamp(),
        said=heard,
        voice=_voice(signal, heard),
        platform=signal.platform,
        region=signal.region or signal.derived_region,
        source=source,
    )


def _voice(signal: Signal, heard: Said) -> str:
    return signal.author if signal.author is not None else "\n".join(heard.terms)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(value * other.get(term, 0.0) for term, value in one.items())
