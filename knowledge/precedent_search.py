"""Searching a view of the precedents: all rows compared where they are few, else the nearest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language.embedding import Vectors
from knowledge.neighbours import WIDTH
from knowledge.postings import Scores, shared
from knowledge.precedent_view import Mask, Rows, View
from knowledge.ranking import FEEDBACK, best, blended, moved

CANDIDATES: Final = 40
"""Rows nearest in meaning, and as many that share most words, among which the best are found."""
MOST_COMPARED: Final = 20_000
"""As many rows are compared one by one in a few milliseconds."""
_DEEPEST: Final = 480
"""To ask the graph for more takes longer than to compare all."""
_GATHERED: Final = 10
"""To pick one row in so many takes as long as to compare them all."""
_FAR: Final = np.float32(-np.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A row and how well it fits, as `knowledge.precedents.Hit` says."""

    row: int
    score: float
    meaning: float
    words: float


def nearest(view: View, vector: Vectors, mask: Mask, top: int) -> list[Found]:
    """The rows of the mask nearest to a vector, ties by id."""
    rows = _near(view, vector, mask, top)
    scores = view.vectors(rows) @ vector
    return _first(view, rows, (scores, scores, np.zeros_like(scores)), top)


def ranked(view: View, query: tuple[str, Vectors], mask: Mask, top: int) -> list[Found]:
    """The rows of the mask that fit a text and its vector best, ties by id.

    Where not every row is compared, the candidates are those nearest in meaning before and after
    the feedback, and those that share the most words.
    """
    text, vector = query
    held = shared([*zip((p.postings for p in view.parts), view.runs(mask), strict=True)], text)
    several = max(CANDIDATES, top)
    rows = np.union1d(_near(view, vector, mask, several), _sharing(held, several))
    vectors = view.vectors(rows)
    meaning = vectors @ vector
    first = vectors[best(blended(meaning, held[rows]), FEEDBACK)]
    after = moved(vector, first)
    more = np.setdiff1d(_near(view, after, mask, several), rows, assume_unique=True)
    rows, vectors = np.append(rows, more), np.concatenate([vectors, view.vectors(more)])
    scores = blended(vectors @ after, held[rows])
    return _first(view, rows, (scores, vectors @ vector, held[rows]), top)


def _near(view: View, vector: Vectors, mask: Mask, several: int) -> Rows:
    """At least the rows of the mask nearest to a vector, as many as asked and there are."""
    wanted = int(mask.sum())
    several = min(several, wanted)
    if several <= 0:
        return np.zeros(0, dtype=np.int64)
    depth = max(WIDTH, int(1.5 * several * len(view.alive) / wanted))
    if view.graph is None or wanted <= MOST_COMPARED or depth > _DEEPEST:
        return _compared(view, vector, mask, several)
    return _by_graph(view, view.graph.near(vector, depth), (vector, mask), several)


def _by_graph(view: View, near: Rows, wanted: tuple[Vectors, Mask], several: int) -> Rows:
    """Of what a graph gave, and of the rows that it does not cover; else all are compared.

    INVARIANT: where enough of the nearest of all rows pass a mask, they are the nearest that do.
    """
    vector, mask = wanted
    found = near[mask[near]]
    covered = view.graph.rows if view.graph else 0
    tail = np.flatnonzero(mask[covered:]) + covered
    if len(found) < several:
        return _compared(view, vector, mask, several)
    if not len(tail):
        return found[:several]
    last = tail[best(np.round(view.vectors(tail) @ vector, 4), several)]
    return np.concatenate([found[:several], last])


def _compared(view: View, vector: Vectors, mask: Mask, several: int) -> Rows:
    """Every row of the mask compared; of equal ones at the edge all are given."""
    if int(mask.sum()) * _GATHERED < len(mask):
        rows = np.flatnonzero(mask)
        scores = view.vectors(rows) @ vector
    else:
        rows = np.arange(len(mask))
        scores = np.concatenate([part.vectors @ vector for part in view.parts])
        scores = np.where(mask, scores, _FAR)
    scores = np.round(scores, 4)
    edge = np.partition(scores, -several)[-several]
    found: Rows = rows[scores >= edge]
    return found


def _sharing(held: Scores, several: int) -> Rows:
    """The rows that share most words, if they share any."""
    rows = np.flatnonzero(held)
    found: Rows = rows[best(held[rows], several)]
    return found


def _first(
    view: View, rows: Rows, figures: tuple[Scores, Scores, npt.NDArray[np.float32]], top: int
) -> list[Found]:
    """The best of the rows by the first figures, rounded; equal ones by id."""
    scores, meaning, held = (np.round(one, 4).astype(np.float64) for one in figures)
    if top <= 0 or not len(rows):
        return []
    edge = np.partition(scores, -min(top, len(rows)))[-min(top, len(rows))]
    near = np.flatnonzero(scores >= edge)

    def order(at: int) -> tuple[float, str]:
        part, row = view.place(int(rows[at]))
        return -float(scores[at]), part.ids[row]

    return [
        Found(
            row=int(rows[at]),
            score=round(float(scores[at]), 4),
            meaning=round(float(meaning[at]), 4),
            words=round(float(held[at]), 4),
        )
        for at in sorted((int(one) for one in near), key=order)[:top]
    ]
