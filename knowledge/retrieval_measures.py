"""How good a ranking is, query by query, and how sure a mean or a difference is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

import numpy as np
import numpy.typing as npt

_SAMPLES: Final = 4_000

Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over queries, and its 95 % interval by the bootstrap."""

    value: float
    low: float
    high: float
    queries: int


def recall(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    """The share of what is relevant that was found.

    >>> recall(["a", "c"], {"a": 2, "b": 1})
    0.5
    """
    return len({*found} & {*relevant}) / len(relevant)


def ndcg(found: Sequence[str], relevant: Mapping[str, int], top: int = 10) -> float:
    """Discounted gain over the best there could be (Järvelin and Kekäläinen 2002), gain 2^g - 1.

    >>> ndcg(["b", "a"], {"a": 1})
    0.6309297535714575
    """
    best = sorted(relevant.values(), reverse=True)[:top]
    return _gain([relevant.get(one, 0) for one in found[:top]]) / _gain(best)


def mean(figures: Figures, seed: int = 1) -> Mean:
    """The mean of a figure over queries; given differences, the queries are paired."""
    draw = np.random.default_rng(seed)
    means = figures[draw.integers(0, len(figures), (_SAMPLES, len(figures)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Mean(
        value=float(figures.mean()), low=float(low), high=float(high), queries=len(figures)
    )


def held_out(
    corpora: Sequence[Sequence[Figures]], folds: int = 5, seed: int = 1
) -> tuple[Figures, ...]:
    """For each corpus the figures of the one setting that was best on the other folds of all.

    A corpus has one row of figures a setting. Best is the largest sum of the corpora's means.
    """
    tables = [np.asarray(figures) for figures in corpora]
    draw = np.random.default_rng(seed)
    parted = [draw.permutation(table.shape[1]) % folds for table in tables]
    chosen = tuple(np.zeros(table.shape[1]) for table in tables)
    for one in range(folds):
        pairs = [*zip(tables, parted, chosen, strict=True)]
        means = [table[:, part != one].mean(axis=1) for table, part, _ in pairs]
        best = int(np.sum(means, axis=0).argmax())
        for table, part, into in pairs:
            into[part == one] = table[best][part == one]
    return chosen


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1.0) / log2(place + 2) for place, grade in enumerate(grades))
