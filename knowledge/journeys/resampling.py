"""Resampling: the counts of a log as other logs of such journeys would have given them."""

from collections.abc import Callable
from math import exp, factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.journeys.counts import ByJourney, Counts
from knowledge.journeys.steps import Hashes, scrambled

_AT_ONCE: Final = 2_048
_DRAWS: Final = 1 << 16
_PER_WORD: Final = 4


def _poisson() -> NDArray[np.float32]:
    """How often a journey is drawn, by 16 random bits: Poisson with mean 1, to 1/65,536."""
    below = np.cumsum([exp(-1) / factorial(k) for k in range(10)])
    return np.searchsorted(below, (np.arange(_DRAWS) + 0.5) / _DRAWS).astype(np.float32)


_WEIGHTS: Final = _poisson()


def weights(journeys: Hashes, samples: int, seed: int) -> NDArray[np.float32]:
    """How often each journey (row) counts in each bootstrap sample (column).

    A weight is a hash of journey, sample and seed: the same whatever else is in the log, in which
    order, and in how many parts it is counted.
    """
    words = -(-samples // _PER_WORD)
    start = scrambled(np.arange(words, dtype=np.uint64) + (np.uint64(seed) << np.uint64(32)))
    bits = scrambled(scrambled(journeys)[:, None] ^ start[None, :]).view(np.uint16)
    return np.take(_WEIGHTS, bits[:, :samples])


def resampled(
    found: ByJourney, samples: int, seed: int, progress: Callable[[int], None]
) -> Counts:
    """The counts in each bootstrap sample over journeys (Poisson bootstrap).

    `progress` is told how many journeys a part had when it is done.
    """
    values = np.zeros((len(found.ids), samples))
    for start in range(0, len(found.journeys), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        drawn = weights(found.journeys[part], samples, seed)
        values += found.table[part].T @ drawn
        progress(len(drawn))
    return Counts(size=found.size, ids=found.ids, values=values)
