"""Clusters of posts by the terms they share, and how much a post is like each of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.spread.cluster import Cluster
from knowledge.spread.recent import Post
from knowledge.spread.terms import Said, of_any_harm

MOST_CLUSTERS: Final = 200
MOST_TERMS: Final = 400
"""Terms of a cluster; beyond them only the commoner half is kept."""
MOST_COUNTED: Final = 100_000
"""Terms of all posts together; beyond them only the commoner half is kept."""
HALF_LIFE: Final = 2 * 86_400.0
"""Seconds after which a post counts half."""

_FAR: Final = 60
_PRIOR_POSTS: Final = 300.0
_PRIOR_SHARE: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the figures depend on; chosen on one half of the labelled feeds, then left alone.

    `mixed` is how much of a post its cluster's words are taken to make up; `likeness` (nats) what
    a post needs to be one of a cluster's, `shared` to count for two of them, `seed` to be a vote
    for one that stands already. `kind`, `plain`, `name` and `tag` weigh terms by what they are.
    `surprise` (nats) is what a term needs to begin a cluster.
    """

    mixed: float = 0.2
    likeness: float = 4.0
    shared: float = 6.0
    seed: float = 3.0
    votes: float = 0.5
    smoothing: float = 2.0
    least: float = 1.5
    most_ratio: float = 1000.0
    kind: float = 0.3
    plain: float = 0.7
    name: float = 1.3
    tag: float = 2.5
    same: float = 0.5
    overlap: float = 0.4
    surprise: float = 11.0
    plain_surprise: float = 0.6
    tag_surprise: float = 1.0
    voices: int = 4
    together: float = 0.3
    lift: float = 12.0


class Clusters:
    """All clusters and the terms of all posts, older posts counting less."""

    def __init__(self, tuning: Tuning) -> None:
        """Begin with nothing said."""
        self.all: Final[dict[int, Cluster]] = {}
        self._tuning: Final = tuning
        self._loud: Final = (tuning.plain, tuning.name, tuning.tag)
        self._speakers: dict[str, dict[int, Cluster]] = {}
        self._said: dict[str, float] = {}
        self._posts = 0.0
        self._origin: float | None = None
        self._one = 1.0

    def weight(self, at: float) -> float:
        """How much a post of that second weighs; the newest weigh most."""
        if self._origin is None:
            self._origin = at
        if at - self._origin > _FAR * HALF_LIFE:
            self._rescale(0.5 ** ((at - self._origin) / HALF_LIFE))
            self._origin = at
        weight = 2.0 ** ((at - self._origin) / HALF_LIFE)
        self._one = max(self._one, weight)
        return float(weight)

    def count(self, post: Post) -> None:
        """Count what was said, by whomever it was claimed."""
        weight = self.weight(post.at)
        self._posts += weight
        for term in post.said.terms:
            self._said[term] = self._said.get(term, 0.0) + weight
        if len(self._said) > MOST_COUNTED:
            self._said = _commoner(self._said)

    def counted(self) -> int:
        """How many terms are counted."""
        return len(self._said)

    def share(self, term: str) -> float:
        """The share of posts that say a term, of late; never nothing."""
        said = self._said.get(term, 0.0) / self._one
        return (said + _PRIOR_POSTS * _PRIOR_SHARE) / (self._posts / self._one + _PRIOR_POSTS)

    def likeness(self, said: Said) -> Mapping[int, float]:
        """How much rather a post is one of each cluster's than of the rest, in nats, by number.

        The words of a cluster's post are taken to be a mixture of its own and everybody's, so a
        word that it never says tells a little against it.
        """
        tuning, gains = self._tuning, dict[int, float]()
        dull, kinds = math.log(1 - tuning.mixed), of_any_harm()
        for term, loud in zip(said.terms, said.loud, strict=True):
            for number, cluster in self._speakers.get(term, {}).items():
                gain = self._gain(term, cluster) - dull
                gain *= tuning.kind if term in kinds else 1.0
                gains[number] = gains.get(number, 0.0) + gain * self._loud[loud]
        return {number: gain + dull * len(said.terms) for number, gain in gains.items()}

    def begin(self, post: Post) -> Cluster:
        """A new cluster without posts; the one that nobody spoke of for longest may go for it."""
        if len(self.all) >= MOST_CLUSTERS:
            self.end(min(self.all.values(), key=lambda one: (one.last, one.number)))
        cluster = Cluster(number=post.number, first=post.id, begun=post.at, last=post.at)
        self.all[cluster.number] = cluster
        return cluster

    def end(self, cluster: Cluster) -> None:
        """Forget a cluster."""
        for term in cluster.terms:
            self._unspeak(term, cluster)
        del self.all[cluster.number]

    def join(self, cluster: Cluster, post: Post, likeness: float) -> None:
        """Add a post to a cluster, which learns its terms."""
        weight = self.weight(post.at)
        for term in post.said.terms:
            self._speak(term, cluster, weight)
        cluster.weight += weight
        cluster.add(post, likeness)
        if len(cluster.terms) > MOST_TERMS:
            kept = _commoner(cluster.terms)
            for term in [term for term in cluster.terms if term not in kept]:
                self._unspeak(term, cluster)
            cluster.terms = kept

    def absorb(self, into: Cluster, other: Cluster) -> None:
        """Make one cluster of two."""
        self.end(other)
        for term, weight in other.terms.items():
            self._speak(term, into, weight)
        into.weight += other.weight
        into.take_over(other)

    def telling(self, cluster: Cluster) -> list[tuple[str, float, float]]:
        """Terms with their share of the cluster's posts and the cluster's share of theirs.

        What the cluster says most and others least comes first.
        """
        kinds, found = of_any_harm(), list[tuple[str, float, float]]()
        for term, weight in cluster.terms.items():
            own = min(1.0, weight / max(weight, self._said.get(term, 0.0) + self._one))
            if term not in kinds and weight >= self._tuning.least * self._one:
                found.append((term, min(1.0, weight / cluster.weight), own))
        return sorted(found, key=lambda one: (-one[1] * one[2], one[0]))

    def vector(self, cluster: Cluster) -> Mapping[str, float]:
        """What a cluster says, of length 1: common words weigh little, rare terms are left out."""
        kinds, floor = of_any_harm(), 0.03 * cluster.weight
        found = {
            term: weight
            * -math.log(self.share(term))
            * (self._tuning.kind if term in kinds else 1)
            for term, weight in cluster.terms.items()
            if weight >= floor
        }
        length = math.sqrt(sum(value * value for value in found.values())) or 1.0
        return {term: value / length for term, value in found.items()}

    def _gain(self, term: str, cluster: Cluster) -> float:
        """The logarithm of how much likelier the cluster makes a term, words being a mixture."""
        tuning, weight = self._tuning, cluster.terms[term]
        if weight < tuning.least * self._one:
            return math.log(1 - tuning.mixed)
        own = weight / (cluster.weight + tuning.smoothing * self._one)
        rest = self._said.get(term, 0.0) - weight + 0.5 * self._one
        others = max(0.0, self._posts - cluster.weight) + _PRIOR_POSTS * self._one
        ratio = min(own * others / max(rest, 0.5 * self._one), tuning.most_ratio)
        return math.log(1 - tuning.mixed + tuning.mixed * ratio)

    def _speak(self, term: str, cluster: Cluster, weight: float) -> None:
        cluster.terms[term] = cluster.terms.get(term, 0.0) + weight
        self._speakers.setdefault(term, {})[cluster.number] = cluster

    def _unspeak(self, term: str, cluster: Cluster) -> None:
        speakers = self._speakers[term]
        del speakers[cluster.number]
        if not speakers:
            del self._speakers[term]

    def _rescale(self, factor: float) -> None:
        """Count anew from a later origin, before numbers leave what floats can hold."""
        self._said = {term: value * factor for term, value in self._said.items()}
        self._posts *= factor
        self._one *= factor
        for cluster in self.all.values():
            cluster.weight *= factor
            for term in cluster.terms:
                cluster.terms[term] *= factor


def _commoner(counts: Mapping[str, float]) -> dict[str, float]:
    """The commoner half, in the order of before."""
    ranked = sorted(counts, key=lambda term: (-counts[term], term))
    kept = set(ranked[: len(ranked) // 2])
    return {term: value for term, value in counts.items() if term in kept}
