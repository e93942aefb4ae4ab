"""The absorbing Markov chain of journeys: where from each touchpoint they end."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, identity  # type: ignore[import-untyped] # ships no types
from scipy.sparse.csgraph import breadth_first_order  # type: ignore[import-untyped] # no types
from scipy.sparse.linalg import splu  # type: ignore[import-untyped] # ships no types

from knowledge.journeys.counts import ENDS, Counts, Floats
from knowledge.journeys.steps import Ints

SMOOTHING: Final = 1.0
"""Journeys that each touchpoint is lent: they leave it at once, to the ends in their usual shares.

So every touchpoint leads out, whatever was seen, and few journeys say little.
"""
_ROWS_AT_ONCE: Final = 20_000


def absorption(counts: Counts, usual: Floats) -> Floats:
    """The probability of each end from each touchpoint: (touchpoint, end, sample).

    `usual` are the shares of the ends among all, which sum to 1. With N = (I - Q)^-1, the
    fundamental matrix of the moves Q between touchpoints, and R the moves to ends, it is N R,
    solved sparsely without making N (Kemeny and Snell, Finite Markov Chains, theorem 3.3.7).
    """
    step = max(1, _ROWS_AT_ONCE // max(1, counts.size))
    found = [
        _absorbed(counts.part(first, first + step), usual)
        for first in range(0, counts.samples, step)
    ]
    return np.concatenate(found, axis=2)


def _absorbed(counts: Counts, usual: Floats) -> Floats:
    start, to, values = counts.moves()
    left = np.zeros((counts.size, counts.samples))
    np.add.at(left, start, values)
    shares = values / (left + SMOOTHING)[start]
    lent = SMOOTHING / (left + SMOOTHING)
    out = lent[:, None, :] * usual[None, :, None]
    ending = to >= counts.size
    np.add.at(out, (start[ending], to[ending] - counts.size), shares[ending])
    return _solved((start[~ending], to[~ending]), shares[~ending], out)


def leads_out(counts: Counts) -> Ints:
    """The touchpoints from which an end was ever seen, going along the moves that were seen."""
    start, to, values = counts.moves()
    seen = values[:, 0] > 0
    reached = np.minimum(to[seen], counts.size)
    size = counts.size + 1
    back = csc_matrix((np.ones(len(reached)), (reached, start[seen])), shape=(size, size))
    order = breadth_first_order(back.tocsr(), counts.size, return_predecessors=False)
    return np.sort(order[order < counts.size]).astype(np.int64)


def _solved(inner: tuple[Ints, Ints], shares: Floats, out: Floats) -> Floats:
    """Solve some samples together, as blocks of one sparse system."""
    size, ends, samples = out.shape
    offsets = size * np.arange(samples)
    rows, columns = ((side[:, None] + offsets).ravel() for side in inner)
    all_rows = size * samples
    moves = csc_matrix((shares.ravel(), (rows, columns)), shape=(all_rows, all_rows))
    right = out.transpose(2, 0, 1).reshape(all_rows, ends)
    solved = splu(identity(all_rows, format="csc") - moves).solve(np.ascontiguousarray(right))
    return np.asarray(solved).reshape(samples, size, ends).transpose(1, 2, 0)


def usual_ends(counts: Counts) -> Floats | None:
    """The shares of the ends among all that were seen; None where none was."""
    _, to, values = counts.moves()
    many = np.array([values[to == counts.size + end, 0].sum() for end in range(len(ENDS))])
    return many / many.sum() if many.sum() else None
