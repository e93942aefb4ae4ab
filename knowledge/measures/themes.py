"""Themes of texts: clusters by meaning, named by the words that set them apart."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from knowledge.measures.effort import LEAST, share_of
from knowledge.measures.estimates import Estimate, Figure

Vectors: TypeAlias = npt.NDArray[np.float32]
MOST: Final = 2_000
"""Texts that are compared with each other; of more an even part is taken."""

_APART: Final = 0.6
"""The cosine distance from which on two groups of texts are two themes."""
_PARTS: Final = 6
_SHARE: Final = 0.8
_TERMS: Final = 3
_SAID_BY: Final = 3
"""People who use a word before it may name a theme: a name is used by fewer."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What several people speak of.

    `rows` are the texts, the most typical first. `stable` is how much of the theme is found again
    on average in parts of the texts: 1 is all of it.
    """

    terms: tuple[str, ...]
    share: Figure
    people: int
    stable: float
    rows: tuple[int, ...]


def themes(
    vectors: Vectors,
    texts: Sequence[str],
    who: npt.NDArray[np.uint64],
    draw: np.random.Generator,
) -> tuple[Theme, ...]:
    """The themes of texts, the largest first; those of fewer than ten people are left out.

    The order of texts does not matter, but that it breaks ties.
    """
    if len(texts) > MOST:
        raise ValueError(f"{len(texts)} texts are more than {MOST}")
    meant = np.round(vectors, 4)
    labels = _clusters(meant)
    parts = [_part(meant, labels, draw) for _ in range(_PARTS)]
    words = [_words(text) for text in texts]
    found = []
    for label in np.unique(labels):
        own = labels == label
        people = len(np.unique(who[own]))
        if people >= LEAST:
            found.append(
                Theme(
                    terms=_terms(words, own, who),
                    share=share_of(own, who),
                    people=people,
                    stable=float(np.mean([_again(own, part) for part in parts])),
                    rows=tuple(_typical(meant, own)),
                )
            )
    return tuple(sorted(found, key=lambda one: (-_size(one.share), one.terms)))


def _size(share: Figure) -> float:
    return share.value if isinstance(share, Estimate) else 0.0


def _clusters(vectors: Vectors) -> npt.NDArray[np.int32]:
    """Which cluster each text is in: average linkage, cut where groups are `_APART`."""
    from scipy.cluster.hierarchy import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow
        fcluster,
        linkage,
    )
    from scipy.spatial.distance import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow
        squareform,
    )

    if len(vectors) == 1:
        return np.ones(1, np.int32)
    apart = np.clip(1.0 - vectors @ vectors.T, 0.0, 2.0).astype(np.float64)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform((apart + apart.T) / 2, checks=False), method="average")
    labels: npt.NDArray[np.int32] = fcluster(tree, _APART, criterion="distance")
    return labels


def _part(
    vectors: Vectors, labels: npt.NDArray[np.int32], draw: np.random.Generator
) -> npt.NDArray[np.int32]:
    """The clusters of a part of the texts drawn at random; 0 for what is not in it."""
    chosen = draw.random(len(labels)) < _SHARE
    found = np.zeros(len(labels), np.int32)
    if chosen.any():
        found[chosen] = _clusters(vectors[chosen])
    return found


def _again(own: npt.NDArray[np.bool_], part: npt.NDArray[np.int32]) -> float:
    """How well the best cluster of a part is this theme there (Jaccard; Hennig 2007)."""
    here = own & (part > 0)
    if not here.any():
        return 0.0
    return max(
        float((here & (part == label)).sum() / (here | (part == label)).sum())
        for label in np.unique(part[here])
    )


def _typical(vectors: Vectors, own: npt.NDArray[np.bool_]) -> Iterator[int]:
    rows = np.flatnonzero(own)
    near = np.round(vectors[rows] @ vectors[rows].mean(axis=0), 4)
    yield from (int(rows[at]) for at in np.lexsort((rows, -near)))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _terms(
    words: Sequence[frozenset[str]], own: npt.NDArray[np.bool_], who: npt.NDArray[np.uint64]
) -> tuple[str, ...]:
    """The words that are said here and not elsewhere, by log-odds; each by several people."""
    here, there = Counter[str](), Counter[str]()
    users: dict[str, set[int]] = {}
    for said, mine, person in zip(words, own, who, strict=True):
        (here if mine else there).update(said)
        if mine:
            for word in said:
                users.setdefault(word, set()).add(int(person))
    many, rest = int(own.sum()), int((~own).sum())
    scored = sorted(
        (-_odds(here[word], many, there[word], rest) * math.sqrt(here[word]), word)
        for word, said_by in users.items()
        if len(said_by) >= _SAID_BY
    )
    return tuple(word for _, word in scored[:_TERMS])


def _odds(here: int, many: int, there: int, rest: int) -> float:
    one = math.log((here + 0.5) / (many - here + 0.5))
    return one - math.log((there + 0.5) / (rest - there + 0.5))
