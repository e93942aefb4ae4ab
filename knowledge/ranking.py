"""Ranking of texts for queries: meaning and words together, with feedback from a first pass."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language.embedding import Vectors
from knowledge.postings import Scores, build, shared, words

__all__ = ["Ranking", "best", "blended", "moved", "words"]

WORDS_WEIGHT: Final = 0.2
FEEDBACK: Final = 2
FEEDBACK_WEIGHT: Final = 0.5


class Ranking:
    """A fixed collection of texts that queries are ranked against.

    The score of a text is the cosine of its vector to the query's, moved half way towards the
    mean of the two best texts of a first pass (Rocchio 1971), plus 0.2 times the share of the
    query's words, weighed by rarity, that it holds (BM25 over its upper bound); all of it over
    1.2. The first pass is the same without the move. docs/training.md says how the weights were
    chosen, and what they give on questions that did not choose them.
    """

    def __init__(
        self,
        texts: Sequence[str],
        vectors: Vectors,
        *,
        words_weight: float = WORDS_WEIGHT,
        feedback: int = FEEDBACK,
        feedback_weight: float = FEEDBACK_WEIGHT,
    ) -> None:
        """Index the texts; `vectors` are theirs, unit length, shape (n, 384)."""
        self._vectors = vectors
        self._run = build(texts), np.ones(len(texts), dtype=np.bool_)
        self._weight, self._feedback, self._pull = words_weight, feedback, feedback_weight

    def rank(self, query: str, vector: Vectors, top: int) -> list[tuple[int, float]]:
        """The best texts as (place in the collection, score), best first, equal ones in order.

        `vector` is the query's unit vector, shape (384,).
        """
        held = shared([self._run], query)
        first = best(blended(self._vectors @ vector, held, self._weight), self._feedback)
        after = moved(vector, self._vectors[first], self._pull)
        scores = blended(self._vectors @ after, held, self._weight)
        return [(int(place), round(float(scores[place]), 6)) for place in best(scores, top)]


def blended(meaning: Scores, held: Scores, weight: float = WORDS_WEIGHT) -> Scores:
    """Cosines and shares of words as one score, -1 to 1."""
    return np.asarray((meaning + weight * held) / (1 + weight), dtype=np.float32)


def moved(vector: Vectors, nearest: Vectors, weight: float = FEEDBACK_WEIGHT) -> Vectors:
    """A query's vector moved towards the mean of the texts that answered it first."""
    if not len(nearest):
        return vector
    mean: Vectors = np.asarray(nearest.mean(axis=0), dtype=np.float32)
    after: Vectors = np.asarray(vector + weight * mean, dtype=np.float32)
    length = float(np.linalg.norm(after))
    return np.asarray(after / length, dtype=np.float32) if length else vector


def best(scores: Scores, top: int) -> npt.NDArray[np.intp]:
    """The places of the highest scores, best first, equal ones in order."""
    count = min(top, len(scores))
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    edge = np.partition(scores, -count)[-count]
    near = np.flatnonzero(scores >= edge)
    return near[np.argsort(-scores[near], kind="stable")][:count]
