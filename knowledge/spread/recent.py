"""Posts of the last day that no candidate holds, found by their terms; bounded."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.spread.terms import Said
from ontology.identity import ThingId

SPANS: Final = (2 * 3600.0, 86_400.0)
"""Seconds in which a term may be said too often; a post is remembered for the last of them."""
MOST_POSTS: Final = 3_000
"""Posts that are remembered, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as the candidates see it: `number` counts posts as they come, `at` is in seconds.

    `voice` is its author, or its words where nobody knows who wrote it. `source` says where the
    words can be read again; they are not kept here.
    """

    number: int
    id: ThingId
    at: float
    said: Said
    voice: str
    platform: ThingId
    region: ThingId | None = None
    source: int | None = None


class Recent:
    """The newest posts, in the order in which they came."""

    def __init__(self) -> None:
        """Begin without posts."""
        self._posts: dict[int, Post] = {}
        self._saying: dict[str, dict[int, Post]] = {}
        self._newest = float("-inf")
        self._came: dict[float, deque[float]] = {span: deque() for span in SPANS}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._posts)

    def add(self, post: Post) -> None:
        """Remember one; what is too old, or too much, is forgotten."""
        self._newest = max(self._newest, post.at)
        self._posts[post.number] = post
        for span, came in self._came.items():
            came.append(post.at)
            while came[0] < self._newest - span or len(came) > MOST_POSTS:
                came.popleft()
        for term in post.said.terms:
            self._saying.setdefault(term, {})[post.number] = post
        while self._posts:
            oldest = next(iter(self._posts.values()))
            if len(self._posts) <= MOST_POSTS and oldest.at >= self._newest - SPANS[-1]:
                break
            self.drop([oldest])

    def drop(self, posts: Sequence[Post]) -> None:
        """Forget some."""
        for post in posts:
            del self._posts[post.number]
            for term in post.said.terms:
                saying = self._saying[term]
                del saying[post.number]
                if not saying:
                    del self._saying[term]

    def heard(self, span: float) -> int:
        """How many came within a span, those that were dropped since among them."""
        return len(self._came[span])

    def many(self, term: str) -> int:
        """How many say a term."""
        return len(self._saying.get(term, ()))

    def saying(self, term: str, since: float = float("-inf")) -> list[Post]:
        """Those that say a term and were posted at a second or later, in their order."""
        return [post for post in self._saying.get(term, {}).values() if post.at >= since]
