"""When a term is said so much more than usual that a new candidate begins with it."""

import math
from collections.abc import Sequence
from typing import Final

from knowledge.spread.clusters import Clusters, Tuning
from knowledge.spread.recent import SPANS, Post, Recent
from knowledge.spread.terms import Loudness, of_any_harm

_FEWEST_EXPECTED: Final = 0.25


def seed(post: Post, recent: Recent, clusters: Clusters, tuning: Tuning) -> Sequence[Post]:
    """The posts that a candidate begins with now that `post` is one of the recent ones, or none.

    Different people have to say the same term surprisingly often, and another term with it.
    """
    kinds, best = of_any_harm(), (tuning.surprise, "", list[Post]())
    for term, loud in zip(post.said.terms, post.said.loud, strict=True):
        many = recent.many(term)
        if many < tuning.voices or term in kinds:
            continue
        share, weight = clusters.share(term), _weight(loud, tuning)
        for span in SPANS:
            expected = max(_FEWEST_EXPECTED, recent.heard(span) * share)
            if _surprise(many, expected) * weight <= best[0]:  # people are no more than posts
                continue
            found = recent.saying(term, post.at - span)
            people = len({one.voice for one in found})
            surprise = _surprise(people, expected) * weight
            if people >= tuning.voices and surprise > best[0]:
                best = (surprise, term, found)
    _, term, posts = best
    return posts if posts and _hold_together(term, posts, clusters, tuning) else ()


def _surprise(seen: int, expected: float) -> float:
    """How surprising a Poisson count is, in nats: its log likelihood ratio."""
    if seen <= expected:
        return 0.0
    return seen * math.log(seen / expected) - (seen - expected)


def _weight(loud: Loudness, tuning: Tuning) -> float:
    return (tuning.plain_surprise, 1.0, tuning.tag_surprise)[loud]


def _hold_together(term: str, posts: Sequence[Post], clusters: Clusters, tuning: Tuning) -> bool:
    """Whether a second term is in many of the posts, and much oftener than usual."""
    counted: dict[str, int] = {}
    for post in posts:
        for other in post.said.terms:
            counted[other] = counted.get(other, 0) + 1
    return any(
        many >= tuning.together * len(posts)
        and many >= tuning.lift * len(posts) * clusters.share(other)
        for other, many in counted.items()
        if other != term
    )
