"""Ranking of texts for queries: meaning and words together, with feedback from a first pass."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import bm25s  # type: ignore[import-untyped] # ships no types
import numpy as np
import numpy.typing as npt

from knowledge.language.embedding import Vectors

WORDS_WEIGHT: Final = 0.3
FEEDBACK: Final = 3
FEEDBACK_WEIGHT: Final = 0.5
_K1: Final = 1.2
_B: Final = 0.75

_TOKEN: Final = re.compile(r"[^\W_]+")
_COMMON: Final = """
    a an and any are as at be been but by can do does for from had has have how i if
    in into is it me my no not of on or such that the their then there these they
    this to was were what when which will with
"""
_STOP: Final = frozenset(_COMMON.split())
_ENDINGS: Final = ("ingly", "edly", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s")
_SHORTEST_STEM: Final = 3

Scores = npt.NDArray[np.float32]


class Ranking:
    """A fixed collection of texts that queries are ranked against.

    The score of a text is the cosine of its vector to the query's, moved half way towards the
    mean of the three best texts of a first pass (Rocchio 1971), plus 0.3 times the share of the
    query's words, weighed by rarity, that it holds (BM25 over its upper bound). The first pass is
    the same sum without the move. The weights were chosen once for Cranfield and banking77.
    """

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Index the texts; `vectors` are theirs, unit length, shape (n, 384)."""
        self._vectors = vectors
        tokens = [words(text) for text in texts]
        self._found_in = Counter(token for row in tokens for token in set(row))
        self._count = len(tokens)
        self._bm25 = bm25s.BM25(k1=_K1, b=_B, method="lucene") if self._found_in else None
        if self._bm25 is not None:
            self._bm25.index(tokens, show_progress=False)

    def rank(self, query: str, vector: Vectors, top: int) -> list[tuple[int, float]]:
        """The best texts as (place in the collection, score), best first, equal ones in order.

        `vector` is the query's unit vector, shape (384,).
        """
        shared = WORDS_WEIGHT * self._shared_words(query)
        first = _best(self._vectors @ vector + shared, FEEDBACK)
        moved = vector + FEEDBACK_WEIGHT * self._vectors[first].mean(axis=0)
        scores = self._vectors @ (moved / np.linalg.norm(moved)) + shared
        return [(int(place), round(float(scores[place]), 6)) for place in _best(scores, top)]

    def _shared_words(self, query: str) -> Scores:
        """For each text the share of the query's words that it holds, 0 to 1."""
        known = [token for token in words(query) if token in self._found_in]
        if self._bm25 is None or not known:
            return np.zeros(self._count, dtype=np.float32)
        scores: Scores = self._bm25.get_scores(known)
        return scores / np.float32(sum(self._rarity(token) for token in known))

    def _rarity(self, token: str) -> float:
        """The weight of a word: what one text that holds it endlessly often would score."""
        found = self._found_in[token]
        return math.log(1 + (self._count - found + 0.5) / (found + 0.5))


def words(text: str) -> list[str]:
    """The words of a text that count, lower case, common English ones out, endings cut.

    >>> words("The refunds are delayed again")
    ['refund', 'delay', 'again']
    """
    return [_stem(word) for word in _TOKEN.findall(text.lower()) if word not in _STOP]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending) + ("y" if ending in {"ies", "ied"} else "")
    return word


def _best(scores: Scores, top: int) -> npt.NDArray[np.intp]:
    """The places of the highest scores, best first, equal ones in order."""
    count = min(top, len(scores))
    edge = np.partition(scores, -count)[-count]
    near = np.flatnonzero(scores >= edge)
    return near[np.argsort(-scores[near], kind="stable")][:count]
